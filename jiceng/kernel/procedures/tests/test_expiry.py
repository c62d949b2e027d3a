"""Who waits does not wait for ever, and one that cannot move on hinders no other."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.procedures import expiry
from jiceng.kernel.procedures.engine import advance
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import Missing, NotHolder
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.tests.conftest import backlog
from jiceng.kernel.procedures.tests.nets import end, move, net, step
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import calendar_days

pytestmark = pytest.mark.django_db
Open = Callable[[ProcedureVersion], Case]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

WAITING = net(
    step("start"),
    step("asked", pauses="applicant_reply", expires=calendar_days(5), on_expiry="go_on"),
    step("shelved", pauses="shelved", on_expiry="resume"),
    end(),
    moves=[
        move("ask", "start", "asked"),
        move("go_on", "asked", "start", manner="back"),
        move("shelve", "start", "shelved"),
        move("resume", "shelved", "start", manner="back"),
        move("finish", "start", "end"),
    ],
)


@pytest.fixture
def waiting(cast: Cast, now: datetime) -> ProcedureVersion:
    """Return the published procedure in which cases wait."""
    return publish(WAITING, at=now)


@pytest.fixture
def movers(monkeypatch: pytest.MonkeyPatch) -> Registry[expiry.Mover]:
    """Return an empty list of who moves on."""
    registry: Registry[expiry.Mover] = Registry("expiry")
    monkeypatch.setattr(expiry, "MOVERS", registry)
    return registry


@pytest.fixture
def moving(movers: Registry[expiry.Mover]) -> None:
    """Let the cases of the tests move on as the system."""

    @expiry.on_expiry("test")
    def move_on(*, move: str, number: str, step_id: int, at: datetime) -> object:
        return advance(number=number, move=move, by=SYSTEM, at=at, step_id=step_id)


def stands(case: Case) -> str:
    """Return the step in which a case stands."""
    return case.steps.open().get().step


def end_of_waiting(case: Case) -> datetime:
    """Return when the waiting of a case is over."""
    found = case.steps.open().get().expires_at
    assert found is not None
    return found


@pytest.mark.usefixtures("moving")
class TestTheEndOfWaiting:
    def test_it_moves_on_at_the_instant_and_twice_changes_nothing(
        self, waiting: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(waiting)
        advance(number=case.number, move="ask", by=cast.wang, at=now)
        over = end_of_waiting(case)

        assert expiry.expire(over - SECOND) == 0
        assert stands(case) == "asked"
        assert expiry.expire(over) == 1
        before = list(CaseStep.objects.order_by("id").values())
        assert (stands(case), case.steps.order_by("id")[1].left_by) == ("start", SYSTEM.ref)
        assert expiry.expire(over) == expiry.expire(over + DAY) == 0
        assert list(CaseStep.objects.order_by("id").values()) == before

    def test_the_clock_stood_still_and_runs_again(
        self, waiting: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(waiting)
        promised = case.due_at
        advance(number=case.number, move="ask", by=cast.wang, at=now)
        assert Clock.objects.get(subject=case.subject).paused_at == now
        expiry.expire(end_of_waiting(case))
        case.refresh_from_db()

        assert Clock.objects.get(subject=case.subject).paused_at is None
        assert promised is not None
        assert case.due_at is not None
        assert case.due_at > promised

    def test_a_day_that_the_move_names(
        self, waiting: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(waiting)
        with pytest.raises(Missing) as refused:
            advance(number=case.number, move="shelve", by=cast.wang, at=now)
        assert (refused.value.field, stands(case)) == ("until", "start")
        until = now + 40 * DAY
        advance(number=case.number, move="shelve", by=cast.wang, at=now, until=until)

        assert end_of_waiting(case) == until
        assert expiry.expire(until - SECOND) == 0
        assert expiry.expire(until) == 1

    @pytest.mark.parametrize(("wait", "move"), [(4 * DAY, "go_on"), (9 * DAY, "finish")])
    def test_the_clock_of_the_house_makes_no_other_move_and_none_too_early(
        self,
        waiting: ProcedureVersion,
        opened: Open,
        cast: Cast,
        now: datetime,
        wait: timedelta,
        move: str,
    ) -> None:
        case = opened(waiting)
        if move == "go_on":
            advance(number=case.number, move="ask", by=cast.wang, at=now)
        with pytest.raises(NotHolder):
            advance(number=case.number, move=move, by=SYSTEM, at=now + wait)

    def test_who_waits_may_stop_waiting(
        self, waiting: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(waiting)
        advance(number=case.number, move="ask", by=cast.wang, at=now)
        advance(number=case.number, move="go_on", by=cast.wang, at=now + DAY)

        assert expiry.expire(now + 99 * DAY) == 0
        assert stands(case) == "start"


def test_a_refused_one_is_undone_and_does_not_hinder_others(
    waiting: ProcedureVersion,
    opened: Open,
    cast: Cast,
    now: datetime,
    movers: Registry[expiry.Mover],
) -> None:
    cases = [opened(waiting) for _case in range(3)]
    for case in cases:
        advance(number=case.number, move="ask", by=cast.wang, at=now)

    @expiry.on_expiry("test")
    def move_on(*, move: str, number: str, step_id: int, at: datetime) -> object:
        done = advance(number=number, move=move, by=SYSTEM, at=at, step_id=step_id)
        if number == cases[1].number:
            raise Conflict(code="not_now")
        return done

    assert expiry.expire(now + 9 * DAY) == 2
    assert [stands(case) for case in cases] == ["start", "asked", "start"]
    assert Clock.objects.get(subject=cases[1].subject).paused_at == now


def test_a_system_that_moves_nothing_waits_on(
    waiting: ProcedureVersion,
    opened: Open,
    cast: Cast,
    now: datetime,
    movers: Registry[expiry.Mover],
) -> None:
    case = opened(waiting)
    advance(number=case.number, move="ask", by=cast.wang, at=now)

    assert expiry.expire(now + 9 * DAY) == 0
    assert stands(case) == "asked"


def test_five_hundred_wait_and_none_is_left_behind(
    waiting: ProcedureVersion,
    cast: Cast,
    now: datetime,
    movers: Registry[expiry.Mover],
) -> None:
    """More than two batches, all over at the same instant; every seventh cannot move on."""
    many, seen = 500, []
    cases = backlog(waiting, cast.street, many, now)
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            step="asked",
            unit=cast.street,
            post=cast.wang.post,
            entered_at=now,
            expires_at=now + DAY,
        )
        for case in cases
    )

    @expiry.on_expiry("test")
    def move_on(*, move: str, number: str, step_id: int, at: datetime) -> object:
        seen.append(step_id)
        if int(number) % 7 == 0:
            raise Conflict(code="not_now")
        row = CaseStep.objects.filter(pk=step_id, left_at__isnull=True)
        return row.update(left_at=at, left_by=SYSTEM.ref, move=move)

    refused = len(range(0, many, 7))
    assert expiry.expire(now + DAY) == many - refused
    assert len(seen) == len(set(seen)) == many
    assert expiry.expire(now + DAY) == 0
    assert CaseStep.objects.open().count() == refused
