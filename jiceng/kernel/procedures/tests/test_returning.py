"""An ended case comes back: by whom, until when, with which day, and only once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from jiceng.kernel.ledger.service import RESIDENT, SYSTEM
from jiceng.kernel.procedures.engine import advance, open_case
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import Missing, MoveNotPossible, NotHolder
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.returning import ReopenTooLate, end_of, reopen, reopening_moves
from jiceng.kernel.procedures.terms import Priority
from jiceng.kernel.procedures.tests.nets import end, move, net, step
from jiceng.kernel.procedures.tests.test_races import together
from jiceng.kernel.testing.cast import Cast, assemble
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import work_hours, workdays

pytestmark = pytest.mark.django_db
Open = Callable[[ProcedureVersion], Case]
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

RETURNING = net(
    step("start"),
    end(),
    moves=[
        move("finish", "start", "end"),
        move("again", "end", "start", reopens=True, role="duty_officer", needs=("reason",)),
        move("complain", "end", "start", reopens=True, maker="applicant"),
    ],
)


@pytest.fixture
def returning(cast: Cast, now: datetime) -> ProcedureVersion:
    """Return the published procedure whose cases come back."""
    return publish(RETURNING, at=now)


@pytest.fixture
def ended(returning: ProcedureVersion, opened: Open, cast: Cast, now: datetime) -> Case:
    """Return a case that ended an hour after it began."""
    case = opened(returning)
    advance(number=case.number, move="finish", by=cast.wang, at=now + HOUR)
    case.refresh_from_db()
    return case


def rows(case: Case) -> tuple[Any, ...]:
    """Return everything that a refusal must leave alone."""
    return (
        list(Case.objects.filter(pk=case.pk).values()),
        list(CaseStep.objects.filter(case=case).order_by("id").values()),
        list(Clock.objects.of(case.subject).order_by("id").values()),
    )


@pytest.mark.parametrize(
    ("who", "moves"),
    [
        ("wang", ["again"]),
        ("crowd", ["complain"]),
        ("zhang", []),
        ("li", []),
        ("zhao", []),
        ("zhou", []),
    ],
)
def test_who_can_bring_it_back(
    ended: Case, cast: Cast, now: datetime, who: str, moves: list[str]
) -> None:
    by, at = getattr(cast, who), now + DAY
    assert [one.code for one in reopening_moves(ended, by, at)] == moves
    for code in {"again", "complain"} - set(moves):
        before = rows(ended)
        with pytest.raises(NotHolder):
            reopen(number=ended.number, move=code, by=by, at=at, given={"reason": "未修好"})
        assert rows(ended) == before


def test_the_clock_of_the_house_cannot(ended: Case, now: datetime) -> None:
    for code in ("again", "complain"):
        with pytest.raises(NotHolder):
            reopen(number=ended.number, move=code, by=SYSTEM, at=now, given={"reason": "x"})


def test_an_open_case_has_no_way_back(
    returning: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(returning)
    assert (end_of(case), reopening_moves(case, cast.wang, now)) == (None, [])
    with pytest.raises(MoveNotPossible) as refused:
        reopen(number=case.number, move="complain", by=RESIDENT, at=now)
    assert refused.value.details["allowed"] == {}


def test_what_ended_is_not_moved_on_but_reopened(ended: Case, now: datetime) -> None:
    with pytest.raises(MoveNotPossible):
        advance(number=ended.number, move="complain", by=RESIDENT, at=now + DAY)


def test_what_it_needs_must_be_given(ended: Case, cast: Cast, now: datetime) -> None:
    before = rows(ended)
    with pytest.raises(Missing) as refused:
        reopen(number=ended.number, move="again", by=cast.wang, at=now + DAY)
    assert refused.value.field == "reason"
    assert rows(ended) == before


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_the_window_closes_to_the_second(
    ended: Case, now: datetime, seconds: int, late: bool
) -> None:
    until = now + 10 * DAY
    ask = {"number": ended.number, "move": "complain", "by": RESIDENT, "until": until}
    before = rows(ended)
    if not late:
        assert reopen(at=until + seconds * SECOND, **ask).case.closed_at is None
        return
    with pytest.raises(ReopenTooLate) as refused:
        reopen(at=until + seconds * SECOND, **ask)
    assert (refused.value.status, refused.value.details) == (409, {"until": until})
    assert rows(ended) == before


def test_a_new_promise_begins_and_the_old_clock_stays_stopped(
    ended: Case, cast: Cast, now: datetime
) -> None:
    at = now + 10 * DAY
    done = reopen(
        number=ended.number,
        move="again",
        by=cast.wang,
        at=at,
        limit=work_hours(2),
        given={"reason": "未修好"},
    )
    ended.refresh_from_db()
    old, new = Clock.objects.of(ended.subject).order_by("id")

    assert (old.stopped_at, new.stopped_at) == (now + HOUR, None)
    assert ended.due_at == new.due_at == at + 2 * HOUR
    assert (ended.outcome, ended.closed_at, ended.version) == ("", None, 2)
    assert [one.step for one in done.opened] == ["start"]
    assert (done.left.step, done.facts["outcome"]) == ("end", "")
    assert ended.steps.open().get().post == cast.wang.post


def test_without_a_limit_the_old_clock_goes_on_as_if_it_had_not_stopped(
    ended: Case, now: datetime
) -> None:
    due = ended.due_at
    reopen(number=ended.number, move="complain", by=RESIDENT, at=now + DAY)
    ended.refresh_from_db()
    [clock] = Clock.objects.of(ended.subject)

    assert (clock.stopped_at, clock.due_at, ended.due_at) == (None, due, due)
    assert ended.steps.open().get().due_at == due


def test_a_case_without_a_promise_comes_back_without_one(
    returning: ProcedureVersion, cast: Cast, now: datetime
) -> None:
    case = open_case(system="test", procedure=returning, title="无限期", unit=cast.street, at=now)
    advance(number=case.number, move="finish", by=cast.wang, at=now)
    reopen(number=case.number, move="complain", by=RESIDENT, at=now)
    case.refresh_from_db()

    assert (case.due_at, Clock.objects.of(case.subject).count()) == (None, 0)


def test_it_becomes_more_urgent_up_to_the_top(ended: Case, cast: Cast, now: datetime) -> None:
    told = []
    for turn in range(4):
        at = now + (turn + 1) * DAY
        ask = {"number": ended.number, "move": "complain", "by": RESIDENT, "limit": workdays(1)}
        told.append(reopen(at=at, raised=turn > 0, **ask).case.priority)
        advance(number=ended.number, move="finish", by=cast.wang, at=at)
    assert told == [Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.URGENT]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_brings_it_back(now: datetime) -> None:
    cast = assemble(now)
    version = publish(RETURNING, at=now)
    with transaction.atomic():
        case = open_case(
            system="testing",
            procedure=version,
            title="八人",
            unit=cast.street,
            at=now,
            limit=workdays(1),
        )
        advance(number=case.number, move="finish", by=cast.wang, at=now)

    def press() -> object:
        with transaction.atomic():
            return reopen(
                number=case.number, move="complain", by=RESIDENT, at=now, limit=workdays(1)
            )

    ends = together([press] * 8)
    case.refresh_from_db()

    assert ends == {"done": 1, "409 move_not_possible": 7}
    assert (case.steps.open().count(), case.version) == (1, 2)
    assert Clock.objects.of(case.subject).running().count() == 1
