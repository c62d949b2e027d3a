"""Moves that ask for more than a post: the unit above, a number of times, a day not over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.service import Capacity, visible_to
from jiceng.kernel.procedures.clocks import start_level_clock
from jiceng.kernel.procedures.engine import advance
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import AtRoot, MadeEnough, PastDue
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.tests.nets import end, move, net, step
from jiceng.kernel.testing.cast import Cast, hold, officer, post
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import workdays
from jiceng.kernel.workdays.terms import ClockKind

pytestmark = pytest.mark.django_db
Open = Callable[[ProcedureVersion], Case]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)

LEVELS = net(
    step("start"),
    step("asked"),
    end(),
    moves=[
        move("up", "start", "start", passes_up=True),
        move("ask", "start", "asked", before_due=True),
        move("grant", "asked", "start", manner="back", at_most=2),
        move("deny", "asked", "start", manner="back"),
        move("finish", "start", "end"),
    ],
)


@pytest.fixture
def levels(cast: Cast, now: datetime) -> ProcedureVersion:
    """Return the published procedure that leads up the levels."""
    return publish(LEVELS, at=now)


@pytest.fixture
def staffed(cast: Cast) -> dict[str, Capacity]:
    """Return who is on duty at each level: the community, the street, the zone."""
    return {
        "community": hold(officer("1021", "何小值"), post(cast.community, "duty_officer")),
        "street": cast.wang,
        "zone": hold(officer("1022", "吕小值"), post(cast.zone, "duty_officer")),
    }


def rows(case: Case) -> tuple[Any, ...]:
    """Return everything that a refused move must leave alone."""
    return (
        list(Case.objects.filter(pk=case.pk).values()),
        list(CaseStep.objects.filter(case=case).order_by("id").values()),
        list(Clock.objects.of(case.subject).order_by("id").values()),
    )


class TestPassingUp:
    def test_level_by_level_to_the_root_and_no_further(
        self,
        levels: ProcedureVersion,
        opened: Open,
        cast: Cast,
        now: datetime,
        staffed: dict[str, Capacity],
    ) -> None:
        case = opened(levels)
        due = case.due_at
        told: list[tuple[Unit, Unit | None, Unit]] = []
        for level in ("community", "street"):
            by = staffed[level]
            done = advance(number=case.number, move="up", by=by, at=now)
            case.refresh_from_db()
            assert done.facts["passed_from"] == by.unit.code
            told.append((case.unit, case.contact_unit, case.steps.open().get().unit))

        # One unit answers at each level; who received it first goes on speaking.
        assert told == [
            (cast.street, cast.community, cast.street),
            (cast.zone, cast.community, cast.zone),
        ]
        assert case.due_at == due
        before = rows(case)
        with pytest.raises(AtRoot) as refused:
            advance(number=case.number, move="up", by=staffed["zone"], at=now)
        assert (refused.value.status, refused.value.code) == (409, "at_root")
        assert rows(case) == before

    def test_who_holds_it_for_another_unit_passes_it_to_the_one_above_the_own(
        self, levels: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        """The community has no duty officer: the street holds it, so the zone is next."""
        case = opened(levels)
        advance(number=case.number, move="up", by=cast.wang, at=now)
        case.refresh_from_db()

        assert (case.unit, case.contact_unit) == (cast.zone, cast.community)
        assert case.steps.open().get().post is None

    def test_the_level_has_a_clock_of_its_own_and_the_one_before_stops(
        self, levels: ProcedureVersion, opened: Open, now: datetime
    ) -> None:
        case = opened(levels)
        first = start_level_clock(case, workdays(1), now)
        second = start_level_clock(case, workdays(1), now + HOUR)
        first.refresh_from_db()

        assert (first.stopped_at, second.stopped_at) == (now + HOUR, None)
        promised = Clock.objects.of(case.subject).get(kind=ClockKind.PROMISED)
        assert (promised.stopped_at, promised.due_at) == (None, case.due_at)


class TestWhoReceivedItFirst:
    @pytest.mark.parametrize(("seconds", "sees"), [(-1, True), (0, False), (1, False)])
    def test_sees_it_to_the_second_of_the_tenure(
        self, levels: ProcedureVersion, cast: Cast, now: datetime, seconds: int, sees: bool
    ) -> None:
        """A case that lies elsewhere in all but its contact."""
        case = Case.objects.create(
            number="2603020000000",
            system="test",
            procedure=levels,
            title="首接",
            unit=cast.zone,
            contact_unit=cast.community,
            opened_at=now,
        )
        over = now + 3 * HOUR
        Tenure.objects.filter(officer=cast.li.officer).update(ends_at=over)
        scope = visible_to(cast.li.officer, over + seconds * SECOND)

        assert Case.objects.in_scope(scope).filter(pk=case.pk).exists() is sees

    def test_a_unit_elsewhere_does_not(
        self, levels: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        Case.objects.create(
            number="2603020000000",
            system="test",
            procedure=levels,
            title="首接",
            unit=cast.zone,
            contact_unit=cast.community,
            opened_at=now,
        )
        seen = {
            who: Case.objects.in_scope(visible_to(getattr(cast, who).officer, now)).count()
            for who in ("li", "wang", "zhao", "zhou")
        }
        assert seen == {"li": 1, "wang": 1, "zhao": 0, "zhou": 1}


def test_at_most_so_many_times_and_what_was_denied_does_not_count(
    levels: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(levels)

    def press(*moves: str) -> None:
        for code in moves:
            advance(number=case.number, move=code, by=cast.wang, at=now)

    press("ask", "deny", "ask", "grant", "ask", "grant", "ask")
    before = rows(case)
    with pytest.raises(MadeEnough) as refused:
        press("grant")
    assert (refused.value.status, refused.value.details["at_most"]) == (409, 2)
    assert rows(case) == before
    press("deny", "finish")


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (1, True)])
def test_before_the_promised_day_is_over(
    levels: ProcedureVersion, opened: Open, cast: Cast, seconds: int, late: bool
) -> None:
    case = opened(levels)
    assert case.due_at is not None
    at = case.due_at + seconds * SECOND
    before = rows(case)
    if not late:
        advance(number=case.number, move="ask", by=cast.wang, at=at)
        return
    with pytest.raises(PastDue) as refused:
        advance(number=case.number, move="ask", by=cast.wang, at=at)
    assert (refused.value.status, refused.value.code) == (409, "past_due")
    assert rows(case) == before
