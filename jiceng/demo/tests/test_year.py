"""The year of the demo zone: every move in it, told to its end, the same at every run."""

import pytest

from jiceng.demo.courses import CASES, COURSES
from jiceng.demo.organisation import Founder
from jiceng.demo.year import Chronicler
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.testing.cast import MONDAY
from jiceng.systems.grid.procedure import GRID_APPEAL, GRID_CASE


@pytest.mark.slow
@pytest.mark.django_db
def test_every_course_is_told_and_every_move_is_in_one() -> None:
    founder = Founder()
    list(founder.found())
    teller = Chronicler(founder.zone, MONDAY)

    for place, course in enumerate(COURSES):
        at = MONDAY.replace(year=2022, month=3 + place // 20, day=1 + place % 20)
        case = teller.tell_course(course, at, place)
        case.refresh_from_db()
        assert case.closed_at is not None, course.code

    made = set(Entry.objects.values_list("event", flat=True))
    assert {move.event for move in (*GRID_CASE.moves, *GRID_APPEAL.moves)} <= made
    open_steps = CaseStep.objects.open()
    assert not open_steps.filter(case__closed_at__isnull=False).exists()
    assert not open_steps.filter(post__isnull=True).exists()
    assert all(case.opened_at.astimezone(SHANGHAI).year == 2022 for case in Case.objects.all())


def test_the_year_has_some_hundred_cases() -> None:
    assert 200 <= CASES <= 400
    assert len({course.code for course in COURSES}) == len(COURSES)
