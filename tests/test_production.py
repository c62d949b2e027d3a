"""Production refuses to start unsafe, and says how to mend it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from jiceng.config import environment
from jiceng.config.safety import unsafe

ROOT = Path(__file__).parents[1]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "ledger_key.pem"
    path.write_text("key")
    path.chmod(0o600)
    return path


@pytest.fixture
def safe(key: Path) -> dict[str, object]:
    return {
        "DEBUG": False,
        "SECRET_KEY": "0123456789" * 5,
        "ALLOWED_HOSTS": ["zone.example.gov.cn"],
        "LEDGER_KEY_FILE": key,
        "LEDGER_ORIGIN": "zone.example.gov.cn/ledger",
        "DATABASES": {"default": {"ENGINE": "postgresql", "CONN_MAX_AGE": None}},
    }


def test_a_safe_installation_starts(safe: dict[str, object]) -> None:
    assert list(unsafe(safe)) == []


SQLITE = {"ENGINE": "jiceng.kernel.base.sqlite", "CONN_MAX_AGE": None}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DEBUG", True, "JICENG_DEBUG"),
        ("SECRET_KEY", "short", "JICENG_SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "JICENG_SECRET_KEY"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "JICENG_HOSTS"),
        ("ALLOWED_HOSTS", ["*"], "JICENG_HOSTS"),
        ("LEDGER_KEY_FILE", "/nonexistent/key.pem", "openssl"),
        ("LEDGER_ORIGIN", "jiceng-demo-zone", "JICENG_LEDGER_ORIGIN"),
        ("DATABASES", {"default": SQLITE | {"OPTIONS": {}}}, "WAL"),
        (
            "DATABASES",
            {
                "default": SQLITE
                | {"OPTIONS": {"init_command": "journal_mode=WAL; synchronous=FULL"}}
            },
            "IMMEDIATE",
        ),
        ("DATABASES", {"default": {"ENGINE": "postgresql", "CONN_MAX_AGE": 0}}, "CONN_MAX_AGE"),
    ],
)
def test_each_unsafe_setting_is_named(
    name: str, value: object, word: str, safe: dict[str, object]
) -> None:
    assert any(word in sentence for sentence in unsafe(safe | {name: value}))


def test_a_key_that_others_can_read_is_refused(safe: dict[str, object], key: Path) -> None:
    key.chmod(0o644)
    assert any("chmod 600" in sentence for sentence in unsafe(safe))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({}, 1),
        ({"JICENG_DEBUG": "maybe"}, 1),
        ({"JICENG_MODE": "Production"}, 1),
        (
            {
                "JICENG_SECRET_KEY": "0123456789" * 6,
                "JICENG_HOSTS": "zone.example.gov.cn",
                "JICENG_LEDGER_ORIGIN": "zone.example.gov.cn/ledger",
            },
            0,
        ),
    ],
)
def test_the_process_itself_refuses(
    extra: dict[str, str], code: int, key: Path, tmp_path: Path
) -> None:
    environ = {name: value for name, value in os.environ.items() if "JICENG" not in name}
    environ |= {
        "JICENG_MODE": "production",
        "JICENG_VAR": str(tmp_path),
        "JICENG_LEDGER_KEY_FILE": str(key),
        **extra,
    }
    command = [sys.executable, "-W", "ignore", "-c", "import jiceng.config.settings"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    assert code == 0 or "ImproperlyConfigured" in done.stderr.decode()


@pytest.mark.parametrize("value", ["-1", "1.5", "two", "１"])
def test_a_number_of_the_environment_is_read_strictly(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JICENG_TRUSTED_PROXIES", value)
    with pytest.raises(ImproperlyConfigured):
        environment.whole("JICENG_TRUSTED_PROXIES", default=0)
