"""What a report is, and who has the authority to deal with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import AtRoot, MoveNotPossible, expire
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import explain, urgent_hours
from jiceng.kernel.workdays.terms import ClockKind, PauseCause
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import IN_COMMUNITY, Grid
from jiceng.systems.grid.tests.telling import everything, facts_of, promise, words_of

pytestmark = pytest.mark.django_db
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

# The way to it, the move, its event, where the case stands then, what is found, what is said.
MOVES: list[tuple[tuple[str, ...], str, str, str, str, dict[str, str]]] = [
    ((), "judge", terms.JUDGED, "judged", "ordinary", {}),
    ((), "find_major", terms.FOUND_MAJOR, "study", "major", scene.WORDS_OF["find_major"]),
    (("find_major",), "study", terms.STUDIED, "judged", "major", scene.WORDS_OF["study"]),
    ((), "ask", terms.ASKED, "asked", "", scene.WORDS_OF["ask"]),
    (("ask",), "answer", terms.ANSWERED, "reported", "", scene.WORDS_OF["answer"]),
    (("ask",), "go_on", terms.UNANSWERED, "reported", "", {}),
    ((), "withdraw", terms.WITHDRAWN, "withdrawn", "", {}),
    (("ask",), "withdraw", terms.WITHDRAWN, "withdrawn", "", {}),
    ((), "refuse", terms.REFUSED, "refused", "", scene.WORDS_OF["refuse"]),
    ((), "pass_up", terms.PASSED_UP, "reported", "beyond", {}),
]


@pytest.mark.parametrize(("path", "move", "event", "stands", "found", "said"), MOVES)
def test_each_move_says_what_changed_and_keeps_words_apart(
    grid: Grid,
    path: tuple[str, ...],
    move: str,
    event: str,
    stands: str,
    found: str,
    said: dict[str, str],
) -> None:
    case = scene.walk(grid, scene.report(grid), path)
    before = scene.open_step(case).step
    done = scene.make(grid, case, move)
    case.refresh_from_db()
    facts = facts_of(done)
    here = case.steps.open().first()

    assert done.entry.event == event
    assert (facts["move"], facts["step"], facts["version"]) == (move, before, len(path) + 1)
    assert [to["step"] for to in facts["to"]] == ([stands] if here else [])
    assert (here.step if here else case.outcome) == stands
    assert Incident.objects.get(case=case).judgement == found
    assert words_of(done) == said


@pytest.mark.parametrize("move", ["judge", "find_major", "ask", "refuse"])
def test_a_note_beside_what_is_asked_is_kept_only_where_it_is_taken(grid: Grid, move: str) -> None:
    case = scene.report(grid)
    if move == "judge":
        done = scene.make(grid, case, move, note="现场属实。")
        assert words_of(done) == {"note": "现场属实。"}
        return
    with pytest.raises(TypeError):
        scene.make(grid, case, move, note="现场属实。")


class TestAsking:
    def test_the_promise_stands_still_until_the_answer(self, grid: Grid) -> None:
        case = scene.report(grid, category=grid.rubbish)
        due = case.due_at
        assert due is not None
        scene.make(grid, case, "ask", at=grid.cast.at + HOUR)
        clock = promise(case)

        assert clock.paused_at == grid.cast.at + HOUR
        assert clock.pauses.get().cause == PauseCause.APPLICANT_REPLY
        scene.make(grid, case, "answer", at=grid.cast.at + HOUR + DAY)
        case.refresh_from_db()
        # A whole day of waiting, from one working morning to the next.
        assert (promise(case).paused_at, case.due_at) == (None, due + DAY)

    def test_the_clock_of_the_house_ends_it_after_five_days(self, grid: Grid) -> None:
        case = scene.report(grid, category=grid.rubbish)
        scene.make(grid, case, "ask")
        over = scene.open_step(case).expires_at
        assert over is not None
        assert over.date() - grid.cast.at.date() == terms.ANSWER_DAYS * DAY

        assert expire(over - SECOND) == 0
        assert expire(over) == 1
        entry = Entry.objects.filter(subject=case.subject).latest("id")
        assert (entry.event, entry.by) == (terms.UNANSWERED, SYSTEM.ref)
        assert scene.open_step(case).step == "reported"
        assert promise(case).paused_at is None
        before = everything()
        assert expire(over + DAY) == 0
        assert everything() == before

    def test_who_cannot_answer_is_not_asked(self, grid: Grid) -> None:
        case = scene.report(grid, by=grid.cast.li, source="patrol", phone="", reporter_name="")
        before = everything()
        with pytest.raises(actions.DoesNotFit):
            scene.make(grid, case, "ask")
        assert everything() == before

    @pytest.mark.parametrize("move", ["answer", "withdraw"])
    def test_what_is_the_reporter_s_is_nobody_else_s(self, grid: Grid, move: str) -> None:
        case = scene.walk(grid, scene.report(grid), ("ask",))
        before = everything()
        for other in (*grid.cast.officers, SYSTEM):
            with pytest.raises(NotAllowed):
                scene.make(grid, case, move, by=other)
        assert everything() == before

    @pytest.mark.parametrize("path", [("judge",), ("find_major",), scene.PATH[:2]])
    def test_what_was_judged_is_not_taken_back(self, grid: Grid, path: tuple[str, ...]) -> None:
        case = scene.walk(grid, scene.report(grid), path)
        with pytest.raises(MoveNotPossible):
            scene.make(grid, case, "withdraw")


class TestPassingUp:
    @pytest.fixture
    def duty(self, grid: Grid) -> dict[str, Capacity]:
        """Return who is on duty at each level."""
        community = post(grid.cast.community, "duty_officer")
        return {
            "community": hold(officer("1021", "何小值"), community),
            "street": grid.cast.wang,
            "zone": hold(officer("1022", "吕小值"), post(grid.cast.zone, "duty_officer")),
        }

    def levels(self, case: Case) -> list[Clock]:
        return list(Clock.objects.of(case.subject).filter(kind=ClockKind.LEVEL).order_by("id"))

    def test_community_to_street_to_zone_and_no_further(
        self, grid: Grid, duty: dict[str, Capacity], now: datetime
    ) -> None:
        cast = grid.cast
        case = scene.report(grid, point=IN_COMMUNITY)
        due = case.due_at
        assert scene.open_step(case).post == duty["community"].post
        above = {"community": cast.street, "street": cast.zone}
        for turn, (level, unit) in enumerate(above.items(), 1):
            by, at = duty[level], now + turn * HOUR / 2
            done = scene.make(grid, case, "pass_up", by=by, at=at, authority="works")
            case.refresh_from_db()
            facts = facts_of(done)
            assert (case.unit, case.contact_unit, case.due_at) == (unit, cast.community, due)
            assert scene.open_step(case).post == duty["street" if turn == 1 else "zone"].post
            assert (facts["authority"], facts["contact_unit"], facts["passed_from"]) == (
                "works",
                cast.community.code,
                by.unit.code,
            )

        before = everything()
        with pytest.raises(AtRoot) as refused:
            scene.make(grid, case, "pass_up", by=duty["zone"], at=now + 2 * HOUR)
        assert (refused.value.status, refused.value.code) == (409, "at_root")
        assert everything() == before

    def test_both_clocks_are_explained(
        self, grid: Grid, duty: dict[str, Capacity], now: datetime
    ) -> None:
        case = scene.report(grid)
        scene.make(grid, case, "pass_up", at=now + HOUR / 2)
        scene.make(grid, case, "pass_up", at=now + HOUR)
        first, second = self.levels(case)

        # The promise goes on from the report; only the level that has the case now counts.
        assert promise(case).stopped_at is None
        assert (first.stopped_at, second.stopped_at) == (now + HOUR, None)
        for clock, start in ((promise(case), now), (second, now + HOUR)):
            trace = explain(clock)
            assert (trace.start_at, trace.due_at) == (start, start + 2 * HOUR)
            assert trace.limit == urgent_hours(2)

    @pytest.mark.parametrize(
        "path", [(), ("judge",), ("find_major",), scene.SENT_BACK], ids=lambda path: str(len(path))
    )
    def test_from_wherever_the_street_has_it(
        self, grid: Grid, duty: dict[str, Capacity], path: tuple[str, ...]
    ) -> None:
        case = scene.walk(grid, scene.report(grid, point=scene.IN_VILLAGE), path)
        scene.make(grid, case, "pass_up")
        case.refresh_from_db()

        assert (scene.open_step(case).step, case.contact_unit) == ("reported", grid.cast.village)
        assert Incident.objects.get(case=case).judgement == "beyond"

    def test_both_clocks_stand_still_while_the_reporter_is_asked(
        self, grid: Grid, duty: dict[str, Capacity], now: datetime
    ) -> None:
        case = scene.report(grid)
        for move in ("pass_up", "ask"):
            scene.make(grid, case, move, at=now + HOUR)
        clocks = [promise(case), *self.levels(case)]
        assert [clock.paused_at for clock in clocks] == [now + HOUR] * 2
        scene.make(grid, case, "answer", at=now + 2 * HOUR)
        told: list[Any] = [clock.paused_at for clock in (promise(case), *self.levels(case))]
        assert told == [None, None]

    def test_the_end_of_the_case_stops_them_all(
        self, grid: Grid, duty: dict[str, Capacity], now: datetime
    ) -> None:
        case = scene.report(grid)
        scene.walk(grid, case, ("pass_up", "refuse"), at=now + HOUR)
        assert not Clock.objects.of(case.subject).running().exists()
