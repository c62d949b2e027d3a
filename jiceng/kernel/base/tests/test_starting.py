"""The self-check at the start: each thing that is unsafe stops production and warns elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from jiceng.kernel.base import checks, clock, starting

pytestmark = pytest.mark.database

ROOT = Path(__file__).parents[4]
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POSTGRESQL = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SQLITE = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}


def codes(found: Iterable[CheckMessage]) -> list[str]:
    messages = list(found)
    assert all(message.hint for message in messages)
    return [str(message.id) for message in messages]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"synchronous_commit": "remote_apply"}, []),
        ({"synchronous_commit": "local"}, []),
        ({"fsync": "off"}, ["base.E001"]),
        ({"synchronous_commit": "off"}, ["base.E001"]),
        ({"full_page_writes": "off"}, ["base.E001"]),
        ({"fsync": "off", "full_page_writes": "off"}, ["base.E001", "base.E001"]),
    ],
)
def test_postgresql(changed: dict[str, str], expected: list[str]) -> None:
    assert codes(checks.postgresql_faults(POSTGRESQL | changed)) == expected


def test_what_the_server_does_not_say_is_unsafe() -> None:
    assert codes(checks.postgresql_faults({})) == ["base.E001"] * 3


@pytest.mark.parametrize(
    ("changed", "mode", "expected"),
    [
        ({}, "IMMEDIATE", []),
        ({"synchronous": "3"}, "IMMEDIATE", []),
        ({"journal_mode": "delete"}, "IMMEDIATE", ["base.E002"]),
        ({"journal_mode": "memory"}, "IMMEDIATE", ["base.E002"]),
        ({"synchronous": "1"}, "IMMEDIATE", ["base.E002"]),
        ({"synchronous": "0"}, "IMMEDIATE", ["base.E002"]),
        ({"foreign_keys": "0"}, "IMMEDIATE", ["base.E002"]),
        ({}, "DEFERRED", ["base.E003"]),
        ({}, None, ["base.E003"]),
    ],
)
def test_sqlite(changed: dict[str, str], mode: str | None, expected: list[str]) -> None:
    assert codes(checks.sqlite_faults(SQLITE | changed, mode)) == expected


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        (timedelta(0), []),
        (timedelta(seconds=30), []),
        (timedelta(seconds=31), ["base.E004"]),
        (timedelta(seconds=-31), ["base.E004"]),
        (timedelta(hours=8), ["base.E004"]),
    ],
)
def test_the_clock_of_the_database(apart: timedelta, expected: list[str]) -> None:
    assert codes(checks.clock_faults(AT, AT + apart)) == expected


@pytest.mark.parametrize(
    ("name", "aware", "expected"),
    [
        ("Asia/Shanghai", True, []),
        ("UTC", True, ["base.E005"]),
        ("Asia/Shanghai", False, ["base.E005"]),
    ],
)
def test_the_time_zone(name: str, aware: bool, expected: list[str]) -> None:
    assert codes(checks.zone_faults(name, aware, AT)) == expected


def test_a_time_zone_that_is_wrong_on_this_machine() -> None:
    before_standard_time = datetime(1890, 1, 1, tzinfo=UTC)  # local mean time, +08:05:43
    assert codes(checks.zone_faults("Asia/Shanghai", True, before_standard_time)) == ["base.E005"]


@pytest.mark.django_db
def test_the_database_at_hand_is_asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRODUCTION = True
    assert codes(starting.look(clock.read, databases=["default"])) == []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
    else:
        monkeypatch.setattr(connections["default"], "transaction_mode", "DEFERRED")
    expected = "base.E001" if connection.vendor == "postgresql" else "base.E003"
    assert codes(starting.look(clock.read, databases=["default"])) == [expected]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "workdays.E002"),
        (datetime(2025, 11, 3, tzinfo=UTC), "workdays.E002"),
        (datetime(2099, 1, 1, tzinfo=UTC), "workdays.E003"),
    ],
)
def test_a_clock_that_cannot_be_right_stops_production(
    at: datetime, expected: str, settings: Settings
) -> None:
    settings.PRODUCTION = True
    found = starting.look(lambda: at, databases=["default"])
    assert expected in [message.id for message in found if message.is_serious()]
    settings.PRODUCTION = False
    found = starting.look(lambda: at, databases=["default"])
    assert expected in [message.id for message in found]
    assert not [message for message in found if message.is_serious()]


def test_nothing_is_asked_where_no_database_is_named() -> None:
    assert starting.look(clock.read) == []


@pytest.mark.django_db
def test_a_database_that_is_away_warns_and_does_not_stop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("gone")

    settings.PRODUCTION = True
    monkeypatch.setattr(connections["default"], "cursor", away)
    found = starting.look(clock.read, databases=["default"])
    assert [(message.id, message.is_serious()) for message in found] == [("base.W001", False)]


@pytest.mark.django_db
def test_the_process_is_refused(settings: Settings) -> None:
    starting.refuse_unsafe()
    settings.PRODUCTION = True
    settings.TIME_ZONE = "UTC"
    with pytest.raises(SystemCheckError, match=r"base\.E005"):
        starting.refuse_unsafe()


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """Return the environment of an installation that is safe but for its database."""
    key = tmp_path / "ledger_key.pem"
    key.write_text("key")
    key.chmod(0o600)
    environ = {name: value for name, value in os.environ.items() if "JICENG" not in name}
    return environ | {
        "JICENG_MODE": "production",
        "JICENG_VAR": str(tmp_path),
        "JICENG_SECRET_KEY": "Wm0vT9q-3KxZ7bLr_Yd5NcJf8HsGpQe2uAi4oXkRt6yMnBvCzEa1",
        "JICENG_HOSTS": "zone.example.gov.cn",
        "JICENG_LEDGER_ORIGIN": "zone.example.gov.cn/ledger",
        "PYTHONWARNINGS": "ignore",
    }


WEB = ["-c", "import jiceng.config.wsgi"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["manage.py", "up"], ["manage.py", "worker"], ["manage.py", "tick", "--once"], WEB]
)
def test_every_process_refuses_a_database_without_a_journal(
    words: list[str], production: dict[str, str]
) -> None:
    unsafe = production | {"JICENG_DATABASE_URL": "sqlite:///:memory:"}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, env=unsafe, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert "base.E002" in done.stderr.decode()
    assert "PRAGMA journal_mode=WAL" in done.stderr.decode()


@pytest.mark.slow
def test_a_safe_one_starts(production: dict[str, str]) -> None:
    command = [sys.executable, *WEB]
    done = subprocess.run(command, cwd=ROOT, env=production, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
