"""Counting beside writing: nothing that happens meanwhile is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from jiceng.kernel.figures.models import Mark, Rollup
from jiceng.kernel.figures.reading import read, rows
from jiceng.kernel.figures.recounting import recount
from jiceng.kernel.figures.rollups import build_missing, count_again
from jiceng.kernel.figures.views import View
from jiceng.kernel.figures.watching import Triggers, forget_watches
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import MONDAY, Cast

Write = Callable[..., list[Case]]
LATER = MONDAY + timedelta(days=400)
ROUNDS = 12
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)
    forget_watches()


@pytest.fixture
def _watched_for_all(transactional_db: None) -> Iterator[None]:
    """Watch cases for every connection, and no longer than this test."""
    triggers = Triggers(Case, "unit", "opened_at", ("closed_at",))
    _run(triggers.create(connection.vendor))
    yield
    _run(triggers.drop(connection.vendor))


def _with_own_connection(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


@pytest.mark.usefixtures("_watched_for_all")
def test_what_is_written_meanwhile_is_counted(
    cast: Cast, write: Write, own_figures: SimpleNamespace
) -> None:
    write(cast.village, cast.at, 5)

    def open_and_close(unit: Unit) -> None:
        for number in range(ROUNDS):
            case = write(unit, cast.at + timedelta(days=number % 3))[0]
            Case.objects.filter(pk=case.pk).update(closed_at=case.opened_at, outcome="closed")

    def count() -> None:
        for number in range(ROUNDS):
            if number == ROUNDS // 2:
                Rollup.objects.filter(figure="test.closed").update(fingerprint="")
            build_missing(LATER)
            count_again(LATER)

    work = [
        lambda: open_and_close(cast.village),
        lambda: open_and_close(cast.community),
        count,
        count,
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(_with_own_connection, work))
    build_missing(LATER)
    count_again(LATER)
    assert not Mark.objects.exists()
    assert [str(each) for found in recount(LATER) for each in found.differences] == []
    view = View(cast.zone, None, LATER)
    assert read("test.closed", view).number == rows("test.closed", view).count() == 2 * ROUNDS
