"""Whether it was really dealt with, what its reporters say, and how it comes back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import (
    MoveNotPossible,
    NotHolder,
    ReopenTooLate,
    SamePerson,
)
from jiceng.kernel.testing.cast import hold, officer
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Incident, Rating
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.scene import PATH, Grid
from jiceng.systems.grid.tests.telling import everything, facts_of, promise, words_of

pytestmark = pytest.mark.django_db
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WINDOW = settings.GRID_REOPEN_DAYS * DAY
MARKS: dict[str, Any] = {"effect": 2, "speed": 4, "solved": False}


@pytest.fixture
def closed(grid: Grid) -> Case:
    """Return a case that was closed in the instant of its report."""
    return scene.walk(grid, scene.report(grid), PATH)


class TestVerifying:
    @pytest.mark.parametrize(
        ("move", "event", "stands"),
        [("verify", terms.VERIFIED, "verified"), ("rework", terms.REWORKED, "dispatched")],
    )
    def test_with_a_photo_of_the_place(
        self, grid: Grid, move: str, event: str, stands: str
    ) -> None:
        case = scene.walk(grid, scene.report(grid), PATH[:3])
        photo = scene.kept_photo(grid.cast.sun, grid.cast.at, purpose="verification", seed=4)
        said = {"note": "现场已恢复。"} if move == "verify" else {"reason": "现场仍有松动。"}
        done = scene.make(grid, case, move, photos=[photo], claim=scene.CLAIM, **said)

        assert (done.entry.event, scene.open_step(case).step) == (event, stands)
        assert [shown["purpose"] for shown in facts_of(done)["photos"]] == ["verification"]
        assert words_of(done) == said

    def test_whoever_disposed_once_does_not_verify_after_rework_either(self, grid: Grid) -> None:
        """Another handler disposed the second time; the first one still does not look at it."""
        case = scene.walk(grid, scene.report(grid), (*PATH[:3], "rework"))
        second = hold(officer("1041", "华小处"), grid.cast.qian.post)
        scene.make(grid, case, "dispose", by=second)
        for handler in (grid.cast.qian, second):
            both = hold(handler.officer, grid.cast.sun.post)
            before = Entry.objects.count()
            for move in ("verify", "rework"):
                with pytest.raises(SamePerson):
                    scene.make(grid, case, move, by=both)
            assert Entry.objects.count() == before
        assert scene.walk(grid, case, PATH[3:]).outcome == "closed"

    def test_who_verified_before_may_do_it_again(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), (*PATH[:3], "rework", "dispose", "rework"))
        assert scene.walk(grid, case, PATH[2:]).outcome == "closed"


class TestRating:
    def test_each_reporter_of_a_merged_case_has_a_say(self, grid: Grid) -> None:
        main, *others = [scene.report(grid) for _report in range(3)]
        for other in others:
            scene.make(grid, other, "merge", case=main.number)
        scene.walk(grid, main, PATH)
        for effect, case in enumerate((main, *others), 1):
            given = MARKS | {"effect": effect, "words": f"第{effect}位说的话"}
            done = actions.rate(by=RESIDENT, at=grid.cast.at, number=case.number, **given)
            assert (done.entry.event, done.entry.subject) == (terms.RATED, case.subject)
            said = facts_of(done)
            assert {name: said[name] for name in MARKS} == MARKS | {"effect": effect}
            assert said["main"] == main.number
            assert words_of(done) == {"words": f"第{effect}位说的话"}

        told = Rating.objects.order_by("case_id").values_list("case", "effect")
        assert list(told) == [(main.pk, 1), (others[0].pk, 2), (others[1].pk, 3)]

    def test_the_last_word_counts(self, grid: Grid, closed: Case) -> None:
        for effect in (1, 5):
            given = MARKS | {"effect": effect}
            actions.rate(by=RESIDENT, at=grid.cast.at, number=closed.number, **given)

        assert Rating.objects.get(case=closed).effect == 5
        assert Entry.objects.filter(event=terms.RATED).count() == 2

    @pytest.mark.parametrize("field", ["effect", "speed"])
    @pytest.mark.parametrize("mark", [-1, 0, 6, 50])
    def test_between_one_and_five(self, grid: Grid, closed: Case, field: str, mark: int) -> None:
        given = MARKS | {field: mark}
        before = everything()
        with pytest.raises(actions.BadMark) as refused:
            actions.rate(by=RESIDENT, at=grid.cast.at, number=closed.number, **given)
        assert (refused.value.status, refused.value.field) == (422, field)
        assert everything() == before

    def test_not_before_it_ended_nor_while_the_main_one_is_open(self, grid: Grid) -> None:
        main, other = scene.report(grid), scene.report(grid)
        scene.make(grid, other, "merge", case=main.number)
        before = everything()
        for case in (main, other):
            with pytest.raises(actions.NotEnded) as refused:
                actions.rate(by=RESIDENT, at=grid.cast.at, number=case.number, **MARKS)
            assert refused.value.status == 409
        assert everything() == before

    def test_by_reporters_alone(self, grid: Grid, closed: Case) -> None:
        for other in (*grid.cast.officers, SYSTEM):
            with pytest.raises(NotAllowed):
                actions.rate(by=other, at=grid.cast.at, number=closed.number, **MARKS)


class TestComingBack:
    @pytest.mark.parametrize("move", ["reopen", "reopen_by_office"])
    @pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
    def test_within_the_window_by_the_instant_that_was_stored(
        self, grid: Grid, closed: Case, move: str, seconds: int, late: bool
    ) -> None:
        assert closed.closed_at is not None
        at = closed.closed_at + WINDOW + seconds * SECOND
        before = everything()
        if late:
            with pytest.raises(ReopenTooLate) as refused:
                scene.make(grid, closed, move, at=at)
            assert refused.value.details == {"until": closed.closed_at + WINDOW}
            assert everything() == before
            return
        done = scene.make(grid, closed, move, at=at)
        closed.refresh_from_db()
        facts = facts_of(done)

        assert (facts["reopenings"], facts["priority"]) == (1, 0)
        assert facts.get("reporter") == (closed.number if move == "reopen" else None)
        assert words_of(done) == scene.WORDS_OF[move]
        assert scene.open_step(closed).step == "judged"
        # A new promise of the same length, counted from now.
        assert (closed.closed_at, promise(closed).started_at) == (None, at)
        assert closed.due_at == promise(closed).due_at

    def test_the_second_time_raises_the_priority(self, grid: Grid, closed: Case) -> None:
        told = []
        for turn in range(1, 5):
            at = grid.cast.at + turn * DAY
            done = scene.make(grid, closed, "reopen", at=at)
            told.append((facts_of(done)["reopenings"], facts_of(done)["priority"]))
            scene.walk(grid, closed, PATH[1:], at=at)

        assert told == [(1, 0), (2, 1), (3, 2), (4, 2)]
        assert Incident.objects.get(case=closed).reopenings == 4
        assert closed.priority == 2

    def test_through_the_number_of_a_merged_reporter(self, grid: Grid) -> None:
        main, other = scene.report(grid), scene.report(grid)
        scene.make(grid, other, "merge", case=main.number)
        scene.walk(grid, main, PATH)
        done = scene.make(grid, other, "reopen")
        main.refresh_from_db()
        other.refresh_from_db()

        assert (done.entry.subject, facts_of(done)["reporter"]) == (main.subject, other.number)
        assert (main.closed_at, other.outcome) == (None, "merged")

    @pytest.mark.parametrize("who", ["zhang", "qian", "sun", "zhao", "zhou"])
    def test_of_officers_the_one_on_duty_alone(self, grid: Grid, closed: Case, who: str) -> None:
        before = everything()
        with pytest.raises(NotHolder):
            scene.make(grid, closed, "reopen_by_office", by=getattr(grid.cast, who))
        with pytest.raises(NotAllowed):
            scene.make(grid, closed, "reopen", by=getattr(grid.cast, who))
        assert everything() == before

    def test_a_refused_report_is_taken_up_and_a_new_promise_begins(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), ("refuse",))
        for move in ("reopen", "reopen_by_office"):
            with pytest.raises(MoveNotPossible):
                scene.make(grid, case, move)
        at = grid.cast.at + DAY
        done = scene.make(grid, case, "take_up", at=at)
        case.refresh_from_db()

        assert done.entry.event == terms.TAKEN_UP
        assert words_of(done) == scene.WORDS_OF["take_up"]
        assert (scene.open_step(case).step, case.due_at) == ("reported", at + 2 * HOUR)

    def test_rated_and_reopened_both_or_neither(self, grid: Grid, closed: Case) -> None:
        given = {"by": RESIDENT, "number": closed.number, "reason": "又裂开了。", **MARKS}
        assert closed.closed_at is not None
        before = everything()
        with pytest.raises(ReopenTooLate):
            actions.rate_and_reopen(at=closed.closed_at + WINDOW + SECOND, **given)
        assert everything() == before
        rated, back = actions.rate_and_reopen(at=closed.closed_at + WINDOW, **given)
        assert [rated.entry.event, back.entry.event] == [terms.RATED, terms.REOPENED]

    @pytest.mark.parametrize(("seconds", "late"), [(-60, False), (60, True)])
    def test_a_forged_body_moves_no_window(
        self, grid: Grid, monkeypatch: pytest.MonkeyPatch, seconds: int, late: bool
    ) -> None:
        browser, start = Client(), clock.read()
        case = scene.walk(grid, sending.send_report(browser), PATH)
        later = case.opened_at + WINDOW + seconds * SECOND
        assert case.closed_at == case.opened_at >= start
        monkeypatch.setattr(clock, "read", lambda: later)
        forged = dict.fromkeys(("at", "until", "closed_at", "now"), f"{start:%Y-%m-%dT%H:%M:%S}")
        words = {"solved": "no", "effect": "1", "speed": "1", "words": "又裂开了。", "again": "on"}
        answer = browser.post(f"/cases/{case.number}/rate/", words | forged | {"key": ""})
        case.refresh_from_db()

        assert answer.status_code == 302
        assert (case.closed_at is None) is not late
        assert Entry.objects.filter(event=terms.REOPENED).exists() is not late


def test_the_window_is_counted_from_the_newest_closing(grid: Grid, closed: Case) -> None:
    scene.make(grid, closed, "reopen", at=grid.cast.at + 10 * DAY)
    scene.walk(grid, closed, PATH[1:], at=grid.cast.at + 11 * DAY)
    moment: datetime = grid.cast.at + 11 * DAY + WINDOW
    with pytest.raises(ReopenTooLate):
        scene.make(grid, closed, "reopen", at=moment + SECOND)
    scene.make(grid, closed, "reopen", at=moment)
