"""What the tests of the ledger share: a history to look at, and hands for many threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from jiceng.kernel.ledger.entries import RESIDENT, NewEntry, append, append_many
from jiceng.kernel.ledger.models import ActKey, Entry, Pending, PersonalDatum
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.kernel.ledger.sealing import seal

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_ledger(request: pytest.FixtureRequest) -> None:
    """Begin with an empty ledger: other packages record things when the tables are made."""
    marker = request.node.get_closest_marker("django_db")
    if marker:
        request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
        with request.getfixturevalue("forger")():
            for model in (Entry, Pending, PersonalDatum, ActKey):
                model.objects.all().delete()


@pytest.fixture
def at() -> datetime:
    """Return a Monday, nine o'clock in Shanghai."""
    return AT


@pytest.fixture
def fill() -> Callable[..., list[Entry]]:
    """Return a function that appends ``count`` entries, and seals them unless told not to."""
    written = [0]

    def write(count: int, *, sealed: bool = True, at: datetime = AT) -> list[Entry]:
        first = written[0]
        written[0] += count
        entries = append_many(
            NewEntry("test.case.noted", f"test.case:{number}", RESIDENT, at, {"n": number})
            for number in range(first, first + count)
        )
        if sealed:
            seal(at + timedelta(seconds=1))
        return entries

    return write


@pytest.fixture
def entry(fill: Callable[..., list[Entry]]) -> Entry:
    """Return an entry at position 9 of a tree that was 13 leaves at its first checkpoint."""
    entries = fill(13)
    fill(8)
    return entries[9]


@pytest.fixture
def sealed(entry: Entry) -> dict[str, Any]:
    return receipt_for(entry.uid)


@pytest.fixture
def accepted(at: datetime) -> dict[str, Any]:
    entry = append(
        event="test.case.noted",
        subject="test.case:1",
        by=RESIDENT,
        at=at,
        facts={"描述": '井盖"破损"\n𠮷'},
        personal={"name": "张三"},
    )
    return receipt_for(entry.uid)


def in_parallel(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all at the same time, each with a connection of its own; return values or exceptions."""
    start = Barrier(len(work))

    def run(task: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return task()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))
