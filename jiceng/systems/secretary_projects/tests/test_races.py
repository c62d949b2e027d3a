"""Two press at once: one wins, the other is told; no number is given twice."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.procedures.service import publish_all
from jiceng.kernel.testing.cast import MONDAY, assemble
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import Report, Visit
from jiceng.systems.secretary_projects.tests.scene import (
    Party,
    found_party,
    made,
    published,
    registered,
    row,
)
from jiceng.systems.secretary_projects.tests.test_inspections import committed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS = 4


@pytest.fixture
def busy() -> Party:
    """Return the organisations in a database that others may write to."""
    publish_all(at=MONDAY)
    return found_party(assemble(MONDAY))


def together(work: list[Callable[[], object]]) -> Counter[str]:
    """Run all at once, each in a thread with a connection of its own; count how they ended."""
    ends: Counter[str] = Counter()
    gate = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        try:
            gate.wait()
            one()
            ends["done"] += 1
        except Refusal as refusal:
            ends[f"{refusal.status} {refusal.code}"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_a_period_is_reported_by_one(busy: Party) -> None:
    _later, case = registered(busy)
    given = {
        "by": busy.chen,
        "at": datetime(2026, 4, 3, 9, tzinfo=SHANGHAI),
        "number": case.number,
        "duty": "monthly",
        "period_start": date(2026, 3, 1),
    }
    ends = together([lambda: actions.report(**given)] * THREADS)
    assert ends == {"done": 1, "409 already_reported": THREADS - 1}
    assert Report.objects.count() == 1


def test_no_number_is_given_twice(busy: Party) -> None:
    cases = [published(busy, title=f"项目{n}") for n in range(THREADS)]
    later = busy.later(days=10)
    ends = together([lambda case=case: made(later, case, "register") for case in cases])
    assert ends == {"done": THREADS}
    numbers = sorted(row(case).filing_serial or 0 for case in cases)
    assert numbers == list(range(1, THREADS + 1))


def test_a_draw_is_made_once(busy: Party) -> None:
    later, _case = registered(busy)
    draw = committed(later)
    given = {"by": later.office, "at": later.at, "draw": draw}
    ends = together([lambda: actions.make_draw(**given)] * THREADS)
    assert ends == {"done": 1, "409 already_drawn": THREADS - 1}
    assert Visit.objects.count() == 1
