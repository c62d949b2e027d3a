"""Production refuses to start unsafe, and says how to mend it."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from jiceng.config import environment
from jiceng.config.safety import unsafe

pytestmark = pytest.mark.database

ROOT = Path(__file__).parents[1]
RANDOM = "Wm0vT9q-3KxZ7bLr_Yd5NcJf8HsGpQe2uAi4oXkRt6yMnBvCzEa1"
SQLITE = {"ENGINE": "jiceng.kernel.base.sqlite", "CONN_MAX_AGE": None}
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": None,
    "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
}


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
        "SECRET_KEY": RANDOM,
        "ALLOWED_HOSTS": ["zone.example.gov.cn"],
        "LEDGER_KEY_FILE": key,
        "LEDGER_ORIGIN": "zone.example.gov.cn/ledger",
        "TIME_ZONE": "Asia/Shanghai",
        "USE_TZ": True,
        "DATABASES": {"default": POSTGRESQL},
    }


def test_a_safe_installation_starts(safe: dict[str, object]) -> None:
    assert list(unsafe(safe)) == []


@pytest.mark.parametrize(
    ("name", "value", "code", "word"),
    [
        ("DEBUG", True, "debug_on", "JICENG_DEBUG"),
        ("SECRET_KEY", "", "secret_key_weak", "JICENG_SECRET_KEY"),
        ("SECRET_KEY", RANDOM[:49], "secret_key_weak", "JICENG_SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "secret_key_weak", "JICENG_SECRET_KEY"),
        ("SECRET_KEY", "0123456789" * 6, "secret_key_weak", "openssl rand"),
        ("SECRET_KEY", "abcdefghi" + "a" * 50, "secret_key_weak", "JICENG_SECRET_KEY"),
        ("SECRET_KEY", f"django-insecure-{RANDOM}", "secret_key_weak", "JICENG_SECRET_KEY"),
        ("ALLOWED_HOSTS", [], "hosts_open", "JICENG_HOSTS"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "hosts_open", "JICENG_HOSTS"),
        ("ALLOWED_HOSTS", ["zone.example.gov.cn", "*"], "hosts_open", "JICENG_HOSTS"),
        ("TIME_ZONE", "UTC", "time_zone", "TIME_ZONE"),
        ("USE_TZ", False, "time_zone", "USE_TZ"),
        ("LEDGER_KEY_FILE", "/nonexistent/key.pem", "ledger_key_missing", "openssl"),
        ("LEDGER_ORIGIN", "jiceng-demo-zone", "ledger_origin_default", "JICENG_LEDGER_ORIGIN"),
        ("DATABASES", SQLITE | {"OPTIONS": {}}, "sqlite_not_durable", "WAL"),
        (
            "DATABASES",
            SQLITE | {"OPTIONS": {"init_command": "PRAGMA journal_mode=WAL"}},
            "sqlite_not_durable",
            "FULL",
        ),
        (
            "DATABASES",
            SQLITE | {"OPTIONS": {"init_command": "journal_mode=WAL; synchronous=FULL"}},
            "sqlite_not_immediate",
            "IMMEDIATE",
        ),
        ("DATABASES", POSTGRESQL | {"CONN_MAX_AGE": 0}, "connections_not_kept", "CONN_MAX_AGE"),
        ("DATABASES", POSTGRESQL | {"OPTIONS": {}}, "statements_not_prepared", "预备语句"),
        (
            "DATABASES",
            POSTGRESQL | {"OPTIONS": {"server_side_binding": True, "prepare_threshold": None}},
            "statements_not_prepared",
            "prepare_threshold",
        ),
    ],
)
def test_each_unsafe_setting_is_named(
    name: str, value: object, code: str, word: str, safe: dict[str, object]
) -> None:
    changed = {"default": value} if name == "DATABASES" else value
    found = {fault.code: str(fault) for fault in unsafe(safe | {name: changed})}
    assert word in found[code]


def test_a_key_that_others_can_read_is_refused(safe: dict[str, object], key: Path) -> None:
    key.chmod(0o644)
    assert [fault.code for fault in unsafe(safe)] == ["ledger_key_open"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({}, 1),
        ({"JICENG_DEBUG": "maybe"}, 1),
        ({"JICENG_MODE": "Production"}, 1),
        (
            {
                "JICENG_SECRET_KEY": RANDOM,
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


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    gate = threading.Barrier(16)

    def start(_process: int) -> str:
        gate.wait()
        return environment.kept_secret(path)

    with ThreadPoolExecutor(16) as crowd:
        secrets = set(crowd.map(start, range(16)))
    assert secrets == {path.read_text()}
    assert len(path.read_text()) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret_key"]
