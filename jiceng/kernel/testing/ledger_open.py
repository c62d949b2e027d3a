"""Opening the ledger's guards: for the clean-up after a test, and for a test that plays the forger.

A test with ``transaction=True`` empties all tables afterwards, which the triggers of the ledger
refuse, as they should. Registered as a pytest plugin this module takes them down for that moment
alone; and every test gets a signing key and an anchor file of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase

from jiceng.kernel.base import clock

GUARDED = (
    "ledger_entry",
    "ledger_seal",
    "ledger_checkpoint",
    "ledger_epoch",
    "procedures_procedureversion",
    "figures_published",
    "notices_notice",
    "notices_objection",
    "notices_comment",
    "reviews_review",
    "reviews_candidate",
    "reviews_panelist",
    "reviews_assignment",
    "reviews_ballot",
)


def _postgresql(verb: str) -> None:
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER USER")


def _take_down() -> list[str]:
    """Drop the triggers of SQLite; return the statements that create them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"
            " OR type = 'trigger' AND tbl_name LIKE 'ledger%'"
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    return [sql for _name, sql in triggers]


@contextmanager
def ledger_open() -> Iterator[None]:
    """Let the owner of the database change history inside this block, as a forger would.

    The guards come down and go up for every connection.
    """
    if connection.vendor == "postgresql":
        _postgresql("DISABLE")
    else:
        statements = _take_down()
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            _postgresql("ENABLE")
        else:
            with connection.cursor() as cursor:
                for statement in statements:
                    # Without parameters the «%s» of strftime stays what it is.
                    cursor.execute(statement, None)


@pytest.fixture
def forger() -> Callable[[], AbstractContextManager[None]]:
    """Return ``ledger_open`` for tests of packages that may not import this one."""
    return ledger_open


def _queue_what_was_published() -> None:
    """Emptying the tables publishes the procedures again, while the trigger that queues an entry
    is down; without its place in the queue the entry would look like one whose seal was lost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_pending (entry_id, queued) SELECT id, %s FROM ledger_entry"
            " WHERE id NOT IN (SELECT entry_id FROM ledger_pending)",
            [int(clock.read().timestamp())],
        )


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_guards() -> Iterator[None]:
    """Let the clean-up of Django's transactional tests through, on databases of tests only."""
    clean_up = vars(TransactionTestCase)["_fixture_teardown"]

    def open_and_clean_up(self: TransactionTestCase) -> None:
        if "ledger_entry" in connection.introspection.table_names():
            with ledger_open():
                clean_up(self)
                _queue_what_was_published()
        else:
            clean_up(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", open_and_clean_up)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Put the test database of SQLite on disk: in memory, threads would not queue for it."""
    for name in connections:
        database = connections[name].settings_dict
        if database["ENGINE"].endswith("sqlite"):
            database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _own_ledger_files(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Give each test its own signing key and anchor file, away from those of the installation."""
    before: dict[str, Any] = {
        name: getattr(settings, name) for name in ("LEDGER_KEY_FILE", "LEDGER_ANCHOR_FILE")
    }
    folder: Path = tmp_path_factory.mktemp("ledger")
    settings.LEDGER_KEY_FILE = folder / "key.pem"
    settings.LEDGER_ANCHOR_FILE = folder / "checkpoints.jsonl"
    yield
    for name, value in before.items():
        setattr(settings, name, value)
