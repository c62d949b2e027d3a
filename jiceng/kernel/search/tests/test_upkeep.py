"""The index against its things: made again, compared, and clean of what was taken out."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.search.database import erases_at_once
from jiceng.kernel.search.models import Card
from jiceng.kernel.search.rules import tokens
from jiceng.kernel.search.service import check, drop, put, put_many, rebuild, scrub
from jiceng.kernel.search.sources import Item
from jiceng.kernel.search.tests.conftest import KIND, THINGS, Lay, found

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="about the file of SQLite")


def said(what: str) -> tuple[int, str]:
    """Return the exit code of the command and what it printed."""
    out = StringIO()
    try:
        call_command("search", what, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def three(lay: Lay) -> None:
    for key, name in enumerate(("井盖", "路灯", "垃圾"), start=1):
        lay(key, name)


def test_an_index_in_order(three: None) -> None:
    assert check().intact
    code, words = said("check")
    assert code == 0
    assert "核对 3 条，索引一致。" in words


def _lose(key: int) -> None:
    Card.objects.filter(key=key).delete()


@pytest.mark.parametrize(
    ("damage", "kind", "line"),
    [
        (lambda: _lose(1), "missing", "没有检索卡  search_test:1"),
        (lambda: put(KIND, 2, names=["树木"]), "stale", "内容不符  search_test:2"),
        (lambda: put(KIND, 9, names=["树木"]), "stray", "没有对象  search_test:9"),
        (
            lambda: Card.objects.create(kind="gone", key=5, words=tokens(["树木"])),
            "stray",
            "没有对象  gone:5",
        ),
    ],
    ids=["missing", "stale", "stray", "kind without source"],
)
def test_a_difference_is_found_and_mended(three: None, damage, kind: str, line: str) -> None:
    damage()
    findings = check()
    assert [name for name in ("missing", "stale", "stray") if getattr(findings, name)] == [kind]
    code, words = said("check")
    assert (code, line in words) == (2, True)
    code, words = said("rebuild")
    assert (code, f"{KIND} 已重建 3 条。\n" in words) == (0, True)
    assert said("check")[0] == 0
    assert (found("井盖"), found("路灯"), found("树木")) == ({1}, {2}, set())


@on_sqlite
def test_an_index_that_lost_a_card_is_found_and_mended(three: None) -> None:
    """As after a migration that forgot the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_card_in")
    put(KIND, 4, names=["树木"])
    THINGS[4] = Item(4, ["树木"])
    findings = check()
    assert findings.damaged
    assert said("check")[0] == 2
    rebuild()
    assert check().intact
    assert found("树木") == {4}


def _away(*_asked: Any) -> None:
    raise OperationalError("gone away")


def test_a_database_that_does_not_answer_could_not_be_checked(three: None) -> None:
    with connection.execute_wrapper(_away), pytest.raises(CommandError) as refused:
        call_command("search", "check")
    assert refused.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_of_many_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiceng.kernel.search.cards.BATCH", 7)
    THINGS.update({key: Item(key, [f"井盖{key}号"]) for key in range(40)})
    try:
        assert rebuild()[KIND] == 40
        for key in range(0, 40, 2):
            del THINGS[key]
        assert len(check().stray) == 20
        assert rebuild()[KIND] == 20
        assert check().intact
        assert len(found("井盖")) == 20
    finally:
        THINGS.clear()


def test_the_index_goes_and_comes_back_by_migration(three: None) -> None:
    index = import_module("jiceng.kernel.search.migrations.0002_index")
    editor = connection.schema_editor()
    index.remove(None, editor)
    with pytest.raises(AssertionError, match="no index"):
        _look_for_index()
    index.install(None, editor)
    _look_for_index()
    assert found("井盖") == {1}
    put(KIND, 2, names=["井盖"])
    drop(KIND, 1)
    assert found("井盖") == {2}


INDEX = {
    "postgresql": "SELECT count(*) FROM pg_indexes WHERE indexname = 'search_card_words'",
    "sqlite": "SELECT count(*) > 3 FROM sqlite_master WHERE sql LIKE 'CREATE %search_words%'",
}


def _look_for_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEX[connection.vendor])
        assert cursor.fetchone() == (1,), "no index"


# Nothing else of the file has this character, and the index writes out what sets a word apart.
RARE, TRACE = "龘", b"9f98"


@pytest.fixture
def file(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A database of our own in a file, opened as the platform opens it, with many cards."""
    shared = connections["default"]
    own = shared.copy()
    own.settings_dict = shared.settings_dict | {"NAME": str(tmp_path / "search.sqlite3")}
    connections["default"] = own
    try:
        MigrationExecutor(own).migrate([("search", "0002_index")])
        for start in range(0, 400, 100):
            with transaction.atomic():
                put_many(
                    KIND,
                    [Item(key, [f"{chr(0x5000 + key)}盖"]) for key in range(start, start + 100)],
                )
        yield tmp_path
    finally:
        own.close()
        connections["default"] = shared


def holds_trace(folder: Path) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return any(TRACE in path.read_bytes() for path in folder.iterdir())


def _put(key: int, name: str) -> None:
    with transaction.atomic():
        put(KIND, key, names=[name])


def _drop() -> None:
    with transaction.atomic():
        drop(KIND, 7)


def _replace_and_scrub() -> None:
    _put(7, "路灯")
    with transaction.atomic():
        scrub()


@on_sqlite
@pytest.mark.parametrize("erase", [_drop, _replace_and_scrub])
def test_what_is_taken_out_leaves_the_file(file: Path, erase: Callable[[], None]) -> None:
    assert not holds_trace(file)
    _put(7, f"井{RARE}盖")
    assert holds_trace(file)
    _put(8, "护栏")
    erase()
    assert not holds_trace(file)
    assert (found(RARE), 8 in found("护栏"), 9 in found("盖")) == (set(), True, True)


@on_sqlite
def test_the_index_itself_erases_where_it_can(file: Path) -> None:
    """With SQLite 3.42 or later nothing has to be merged for it."""
    able = sqlite3.sqlite_version_info >= (3, 42)
    assert erases_at_once() is able
    _put(7, RARE)
    _put(7, "路灯")
    assert holds_trace(file) is not able


def test_the_daily_job_cleans_where_there_is_something_to_clean(three: None, now: datetime) -> None:
    assert JOBS.get("search.scrub").run(now) == (connection.vendor == "sqlite")
    assert (found("井盖"), check().intact) == ({1}, True)
