"""A unit deals with it, asks for time, waits for others, or puts it off."""

from datetime import datetime, timedelta

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import PastDue, expire
from jiceng.kernel.workdays.service import urgent_hours, workdays
from jiceng.kernel.workdays.terms import PauseCause
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.terms import Kind
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import WORDS_OF, Grid
from jiceng.systems.grid.tests.telling import everything, facts_of, promise, words_of

pytestmark = pytest.mark.django_db
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SENT = scene.PATH[:2]
EXTENSION, SHELVING = (*SENT, "ask_extension"), (*SENT, "ask_shelving")

# The way to it, the move, its event, where the case stands then.
MOVES: list[tuple[tuple[str, ...], str, str, str]] = [
    (("judge",), "dispatch", terms.DISPATCHED, "dispatched"),
    (SENT, "return", terms.RETURNED, "returned"),
    (scene.SENT_BACK, "dispatch", terms.DISPATCHED, "dispatched"),
    (SENT, "reassign", terms.REASSIGNED, "dispatched"),
    (SENT, "consult", terms.CONSULTED, "outside"),
    ((*SENT, "consult"), "hear", terms.CONSULTATION_ENDED, "dispatched"),
    ((*SENT, "consult"), "go_on_without", terms.CONSULTATION_EXPIRED, "dispatched"),
    (SENT, "ask_extension", terms.EXTENSION_ASKED, "extension_asked"),
    (EXTENSION, "extend", terms.EXTENDED, "dispatched"),
    (EXTENSION, "refuse_extension", terms.EXTENSION_REFUSED, "dispatched"),
    (SENT, "ask_shelving", terms.SHELVING_ASKED, "shelving_asked"),
    (SHELVING, "shelve", terms.SHELVED, "shelved"),
    (SHELVING, "refuse_shelving", terms.SHELVING_REFUSED, "dispatched"),
    ((*SHELVING, "shelve"), "resume", terms.RESUMED, "dispatched"),
    (SENT, "dispose", terms.DISPOSED, "disposed"),
]


@pytest.mark.parametrize(("path", "move", "event", "stands"), MOVES)
def test_each_move_says_what_changed_and_keeps_words_apart(
    grid: Grid, path: tuple[str, ...], move: str, event: str, stands: str
) -> None:
    case = scene.walk(grid, scene.report(grid), path)
    before = scene.open_step(case).step
    done = scene.make(grid, case, move)
    facts, here = facts_of(done), scene.open_step(case)

    assert done.entry.event == event
    assert (facts["move"], facts["step"], facts["version"]) == (move, before, len(path) + 1)
    assert [(to["step"], to["unit"]) for to in facts["to"]] == [(stands, here.unit.code)]
    assert here.step == stands
    said = {"note": "已更换新井盖。"} if move == "dispose" else WORDS_OF.get(move, {})
    assert words_of(done) == said


@pytest.mark.parametrize("back", ["hear", "go_on_without"])
def test_who_asked_outside_has_it_again(grid: Grid, back: str) -> None:
    case = scene.walk(grid, scene.report(grid), (*SENT, "consult", back))

    assert scene.open_step(case).post == grid.cast.qian.post


# Whatever waits: the way there, the cause, the days, and what ends it.
WAITS = [
    ((*SENT, "consult"), PauseCause.THIRD_PARTY, terms.CONSULTATION_DAYS, "go_on_without"),
    ((*SHELVING, "shelve"), PauseCause.SHELVED, 30, "resume"),
]


@pytest.mark.parametrize(("path", "cause", "days", "move"), WAITS)
def test_what_waits_uses_up_no_promise_and_goes_on_by_itself(
    grid: Grid, now: datetime, path: tuple[str, ...], cause: str, days: int, move: str
) -> None:
    case = scene.walk(grid, scene.report(grid, category=grid.rubbish), path)
    over, due = scene.open_step(case).expires_at, case.due_at
    assert over is not None
    assert due is not None

    assert over.date() - now.date() == days * DAY
    assert (promise(case).paused_at, promise(case).pauses.get().cause) == (now, cause)
    assert (expire(over - SECOND), expire(over)) == (0, 1)
    case.refresh_from_db()
    entry = Entry.objects.filter(subject=case.subject).latest("id")
    event = {"resume": terms.RESUMED, "go_on_without": terms.CONSULTATION_EXPIRED}[move]
    assert (entry.event, entry.by) == (event, SYSTEM.ref)
    assert scene.open_step(case).post == grid.cast.qian.post
    assert promise(case).paused_at is None
    assert case.due_at is not None
    assert case.due_at > over > due
    assert expire(over + DAY) == 0


class TestExtension:
    def test_twice_the_original_limit_and_then_no_more(self, grid: Grid, now: datetime) -> None:
        case = scene.walk(grid, scene.report(grid), SENT)
        for turn in (1, 2):
            scene.make(grid, case, "ask_extension")
            done = scene.make(grid, case, "extend", note="同意。")
            case.refresh_from_db()
            assert case.due_at == now + (turn + 1) * 2 * HOUR
            assert datetime.fromisoformat(facts_of(done)["due_at"]) == case.due_at
        assert list(promise(case).extensions.values_list("number", flat=True)) == [1, 2]

        before = everything()
        with pytest.raises(actions.DoesNotFit) as refused:
            scene.make(grid, case, "ask_extension")
        assert (refused.value.status, refused.value.code) == (409, "does_not_fit")
        assert everything() == before

    def test_a_refusal_does_not_count(self, grid: Grid, now: datetime) -> None:
        case = scene.walk(grid, scene.report(grid), SENT)
        turns = (("refuse_extension",) * 3) + ("extend",) * 2
        for answer in turns:
            scene.walk(grid, case, ("ask_extension", answer))
        assert case.due_at == now + 6 * HOUR

    @pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (1, True)])
    def test_it_is_asked_for_before_the_day_is_over(
        self, grid: Grid, seconds: int, late: bool
    ) -> None:
        case = scene.walk(grid, scene.report(grid), SENT)
        assert case.due_at is not None
        at = case.due_at + seconds * SECOND
        if not late:
            scene.make(grid, case, "ask_extension", at=at)
            return
        before = everything()
        with pytest.raises(PastDue) as refused:
            scene.make(grid, case, "ask_extension", at=at)
        assert refused.value.status == 409
        assert everything() == before

    def test_and_granted_before_it_is_over(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), EXTENSION)
        assert case.due_at is not None
        before = everything()
        with pytest.raises(Refusal) as refused:
            scene.make(grid, case, "extend", at=case.due_at)
        assert refused.value.status == 409
        assert everything() == before
        scene.make(grid, case, "refuse_extension", at=case.due_at)


class TestShelving:
    @pytest.mark.parametrize(
        ("wait", "fits"),
        [
            (-DAY, False),
            (timedelta(0), False),
            (SECOND, True),
            (365 * DAY, True),
            (365 * DAY + SECOND, False),
        ],
    )
    def test_until_a_day_to_come_within_a_year(
        self, grid: Grid, now: datetime, wait: timedelta, fits: bool
    ) -> None:
        case = scene.walk(grid, scene.report(grid), SHELVING)
        if fits:
            done = scene.make(grid, case, "shelve", until=now + wait, note="列入计划。")
            assert datetime.fromisoformat(facts_of(done)["until"]) == now + wait
            assert scene.open_step(case).expires_at == now + wait
            assert words_of(done) == {"note": "列入计划。"}
            return
        before = everything()
        with pytest.raises(actions.BadShelving) as refused:
            scene.make(grid, case, "shelve", until=now + wait)
        assert (refused.value.status, refused.value.field) == (422, "until")
        assert everything() == before

    def test_once_a_case(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), (*SHELVING, "shelve", "resume"))
        before = everything()
        with pytest.raises(actions.DoesNotFit):
            scene.make(grid, case, "ask_shelving")
        assert everything() == before

    def test_a_refusal_is_no_shelving(self, grid: Grid) -> None:
        way = (*SHELVING, "refuse_shelving", "ask_shelving", "shelve")
        case = scene.walk(grid, scene.report(grid), way)
        assert scene.open_step(case).step == "shelved"

    def test_it_is_taken_up_earlier_by_who_has_it(self, grid: Grid, now: datetime) -> None:
        case = scene.walk(grid, scene.report(grid), (*SHELVING, "shelve"))
        scene.make(grid, case, "resume", at=now + DAY)

        assert scene.open_step(case).step == "dispatched"
        assert expire(now + 99 * DAY) == 0


class TestFinishing:
    def report(self, grid: Grid, **changes: bool) -> Case:
        done = actions.set_category(
            by=SYSTEM,
            at=grid.cast.at,
            code="E301",
            name="小广告",
            kind=Kind.EVENT,
            limit=workdays(1) if changes else urgent_hours(2),
            closing_condition="已清除",
            **changes,
        )
        category = done.value
        assert isinstance(category, Category)
        return scene.walk(grid, scene.report(grid, category=category), SENT)

    def test_where_the_standard_asks_for_no_verification(self, grid: Grid) -> None:
        case = self.report(grid, needs_verification=False)
        done = scene.make(grid, case, "finish")

        assert (done.entry.event, scene.open_step(case).step) == (terms.FINISHED, "verified")
        assert len(facts_of(done)["photos"]) == 1
        assert words_of(done) == {"note": "已更换新井盖。"}
        assert scene.walk(grid, case, ("close",)).outcome == "closed"

    def test_and_nowhere_else(self, grid: Grid) -> None:
        case = self.report(grid)
        before = everything()
        with pytest.raises(actions.DoesNotFit):
            scene.make(grid, case, "finish")
        # A photo was kept for the try; it belongs to no case.
        assert everything()[:-2] == before[:-2]
        assert everything()[-1] == before[-1]
