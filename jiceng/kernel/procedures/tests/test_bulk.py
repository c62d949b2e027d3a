"""The engine in bulk does what the engine does one by one: same rules, same rows, same history."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import check_digit
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM, Actor, NewEntry, append, entries_of
from jiceng.kernel.orgs.models import Delegation, Tenure, Unit
from jiceng.kernel.orgs.service import Capacity, posts_for
from jiceng.kernel.procedures import engine, moves
from jiceng.kernel.procedures.bulk import Bulk, Draft
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.seats import Seats
from jiceng.kernel.procedures.tests.conftest import LOOP
from jiceng.kernel.testing.cast import Cast, hold, officer, unit
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import workdays
from jiceng.kernel.workdays.service import BackDated, DueBeforeStart

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Twin:
    """One case that is moved twice over: by the engine, and in memory by a batch."""

    def __init__(self, bulk: Bulk, cast: Cast, **promise: Any) -> None:
        opening = {"title": "井盖缺失", "unit": cast.community, "at": cast.at, **promise}
        self.case = engine.open_case(system="test", procedure=bulk.procedure, **opening)
        self.bulk = bulk
        self.draft = bulk.open_case(**opening)
        self.entries: list[NewEntry] = []

    def move(self, code: str, by: Actor, at: datetime, **asked: Any) -> str:
        """Make the move in both worlds; return the code of the refusal that both gave, or ""."""
        answers = [self._one(code, by, at, asked), self._in_bulk(code, by, at, asked)]
        assert answers[0] == answers[1]
        return answers[0]

    def _one(self, code: str, by: Actor, at: datetime, asked: dict[str, Any]) -> str:
        try:
            done = engine.advance(number=self.case.number, move=code, by=by, at=at, **asked)
        except Refusal as refusal:
            return refusal.code
        append(event=done.move.event, subject=self.case.subject, by=by, at=at, facts=done.facts)
        return ""

    def _in_bulk(self, code: str, by: Actor, at: datetime, asked: dict[str, Any]) -> str:
        try:
            done = self.bulk.advance(self.draft, move=code, by=by, at=at, **asked)
        except Refusal as refusal:
            return refusal.code
        subject = self.draft.case.subject
        self.entries.append(NewEntry(done.move.event, subject, by, at, done.facts))
        return ""


def written(case: Case) -> dict[str, Any]:
    """Return everything that the database holds of a case, apart from keys and its number."""
    apart = {"id", "number", "case_id", "subject", "uid"}

    def plain(rows: Any) -> list[dict[str, Any]]:
        return [{k: v for k, v in row.items() if k not in apart} for row in rows.values()]

    return {
        "case": plain(Case.objects.filter(pk=case.pk)),
        "steps": plain(CaseStep.objects.filter(case=case).order_by("id")),
        "clocks": plain(Clock.objects.of(case.subject)),
        "entries": plain(entries_of(case.subject)),
    }


class Dice:
    """Throws who presses what, often the right person the right thing."""

    def __init__(self, seed: int, cast: Cast, officers: list[Capacity]) -> None:
        self.dice = random.Random(seed)
        self.cast = cast
        self.officers = officers
        self.people: list[Actor] = [*officers, cast.crowd]
        self.at = cast.at
        self.turns = self.dice.randint(1, 14)

    def throw(self, twin: Twin) -> str:
        """Make one thrown move; return what both worlds answered."""
        # Clocks of two machines may differ: sometimes the next press is a little earlier.
        self.at = max(self.cast.at, self.at + timedelta(minutes=self.dice.randint(-30, 600)))
        steps = list(twin.draft.open_steps.values())
        by, moves = self.dice.choice(self.people), list(twin.bulk.procedure.procedure.moves)
        if steps and self.dice.random() < 0.8:
            step = self.dice.choice(steps)
            by = self.dice.choice([one for one in self.officers if one.post == step.post] or [by])
            moves = twin.bulk.procedure.procedure.moves_from(step.step)
        move = self.dice.choice(moves)
        given = {need: "有" for need in move.needs if self.dice.random() < 0.9}
        sent = self.dice.choice([None, self.cast.street, self.cast.community])
        return twin.move(move.code, by, self.at, unit=sent, given=given)


PROMISES: list[dict[str, Any]] = [{}, {"limit": workdays(5)}, {"due_at": 48 * HOUR}]


@pytest.mark.slow
@pytest.mark.parametrize("promise", PROMISES, ids=["none", "counted", "given"])
@pytest.mark.parametrize("net", ["loop", "permits"])
def test_both_worlds_give_the_same_answers_rows_and_history(
    net: str, promise: dict[str, Any], request: pytest.FixtureRequest, cast: Cast
) -> None:
    given = {key: cast.at + value if key == "due_at" else value for key, value in promise.items()}
    bulk = Bulk(system="test", procedure=request.getfixturevalue(net))
    officers = [*cast.officers, hold(officer("1011", "吴小值"), cast.wang.post)]
    answers: Counter[str] = Counter()
    twins = []
    for seed in range(25):
        twin, dice = Twin(bulk, cast, **given), Dice(seed, cast, officers)
        answers.update(dice.throw(twin) for _turn in range(dice.turns))
        bulk.keep(twin.draft, twin.entries)
        twins.append(twin)
    bulk.flush()
    for twin in twins:
        assert written(twin.draft.case) == written(twin.case)
    outcomes = {twin.draft.case.outcome for twin in twins}
    assert "closed" in outcomes
    assert "" in outcomes
    assert {"", "not_holder", "move_not_possible"} <= answers.keys()


def whole(bulk: Bulk, cast: Cast, at: datetime) -> Draft:
    """Open a case that is refused at once, and keep it."""
    draft = bulk.open_case(title="乱停车", unit=cast.community, at=at)
    given = {"reason": "不属本区"}
    done = bulk.advance(draft, move="refuse", by=cast.wang, at=at, given=given)
    entry = NewEntry(done.move.event, draft.case.subject, cast.wang, at, done.facts)
    bulk.keep(draft, [entry])
    return draft


class TestBatch:
    """A batch is written whole or not at all."""

    def test_a_draft_that_was_not_kept_leaves_no_trace(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        bulk = Bulk(system="test", procedure=loop)
        bulk.open_case(title="没有留下", unit=cast.community, at=now)
        kept = whole(bulk, cast, now)
        assert [case.pk for case in bulk.flush()] == [kept.case.pk]
        assert list(Case.objects.values_list("number", flat=True)) == [kept.case.number]
        assert not CaseStep.objects.exclude(case=kept.case).exists()
        assert bulk.flush() == []

    def test_one_case_that_cannot_be_written_takes_the_batch_with_it(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        before = Entry.objects.count()
        bulk = Bulk(system="test", procedure=loop)
        whole(bulk, cast, now)
        whole(bulk, cast, now).case.closed_at = now - HOUR  # no case ends before it was opened
        with pytest.raises(IntegrityError):
            bulk.flush()
        assert not Case.objects.exists()
        assert not CaseStep.objects.exists()
        assert Entry.objects.count() == before

    def test_numbers_of_a_day_are_not_drawn_twice(
        self, loop: ProcedureVersion, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn = iter([1, 1, 2])
        taken, free = (n + check_digit(n) for n in ("260302000001", "260302000002"))
        first = engine.open_case(system="test", procedure=loop, title="先", unit=cast.zone, at=now)
        Case.objects.filter(pk=first.pk).update(number=taken)
        monkeypatch.setattr("secrets.randbelow", lambda limit: next(drawn))
        assert whole(Bulk(system="test", procedure=loop), cast, now).case.number == free

    def test_without_limits_the_steps_have_no_day(self, loop: ProcedureVersion, cast: Cast) -> None:
        # 2015 lies before every published calendar, so with limits it is refused.
        at = datetime(2015, 3, 2, 9, 0, tzinfo=SHANGHAI)
        opening = {"title": "旧事", "unit": cast.community, "at": at, "due_at": at + HOUR}
        draft = Bulk(system="test", procedure=loop, limits=False).open_case(**opening)
        assert (draft.steps[0].due_at, draft.steps[0].escalate_at) == (None, None)
        assert draft.case.due_at == at + HOUR
        with pytest.raises(Refusal) as refused:
            Bulk(system="test", procedure=loop).open_case(**opening)
        assert refused.value.code == "calendar_unknown"

    def test_what_happened_elsewhere_is_taken_over(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        bulk = Bulk(system="test", procedure=loop, limits=False, seated_at=now)
        before = now - timedelta(days=400)
        opening = {"title": "旧事", "unit": cast.community, "number": "2501010000019"}
        draft = bulk.open_case(**opening, at=before)
        # Nobody of here dispatched it, and no unit is named; but only where the procedure leads.
        bulk.take_over(draft, move="dispatch", by=SYSTEM, at=before + HOUR)
        with pytest.raises(moves.MoveNotPossible):
            bulk.take_over(draft, move="check", by=SYSTEM, at=before + HOUR)
        bulk.take_over(draft, move="dispose", by=SYSTEM, at=before + 2 * HOUR)
        bulk.keep(draft, [])
        bulk.flush()
        # Then it goes on by the rules, in the hands of who sits there now.
        standing = CaseStep.objects.open().get(case__number="2501010000019")
        assert (standing.step, standing.post) == ("checking", cast.wang.post)
        engine.advance(number="2501010000019", move="check", by=cast.wang, at=now)
        assert draft.made() == [("dispatch", SYSTEM.ref), ("dispose", SYSTEM.ref)]

    def test_days_and_ends_before_the_start_are_refused(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        bulk = Bulk(system="test", procedure=loop)
        opening = {"title": "倒填", "unit": cast.community, "at": now}
        with pytest.raises(DueBeforeStart):
            bulk.open_case(**opening, due_at=now - HOUR)
        draft = bulk.open_case(**opening, due_at=now + HOUR)
        with pytest.raises(BackDated):
            bulk.advance(
                draft, move="refuse", by=cast.wang, at=now - HOUR, given={"reason": "不属本区"}
            )
        assert list(draft.open_steps) == ["reported"]
        assert draft.case.version == 0

    def test_more_cases_do_not_mean_more_questions(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        def queries(cases: int) -> int:
            with CaptureQueriesContext(connection) as captured:
                bulk = Bulk(system="test", procedure=loop)
                for _case in range(cases):
                    whole(bulk, cast, now)
                bulk.flush()
            return len(captured)

        queries(1)  # who sits where is asked once
        assert queries(2) == queries(30)


class TestSeats:
    """What is remembered between two changes of the organisation is what would be asked."""

    def moments(self, cast: Cast) -> list[datetime]:
        day = timedelta(days=1)
        return [cast.at + n * day + m * HOUR for n in range(-2, 9) for m in (-9, 0, 3, 15)]

    @pytest.fixture
    def changing(self, cast: Cast) -> list[Unit]:
        """Let people come, go and stand in for each other over some days, and units too."""
        at, day = cast.at, timedelta(days=1)
        deputy = officer("1020", "冯小代")
        Tenure.objects.filter(post=cast.qian.post).update(ends_at=at + 4 * day)
        hold(deputy, cast.sun.post, at=at + 2 * day, until=at + 3 * day)
        Delegation.objects.create(
            post=cast.wang.post,
            giver=cast.wang.officer,
            taker=deputy,
            starts_at=at + day,
            ends_at=at + 5 * day,
            reason="出差",
        )
        late = unit("990000001009", "新设社区", "community", cast.street, at=at + 3 * day)
        Unit.objects.filter(pk=cast.other_community.pk).update(dissolved_on=date(2026, 3, 5))
        return [cast.community, cast.village, cast.other_community, late]

    def test_posts_and_holders_at_every_instant(self, changing: list[Unit], cast: Cast) -> None:
        seats = Seats()
        seen = set()
        for at in self.moments(cast):
            for role in ("duty_officer", "handler", "verifier"):
                for where in changing:
                    post = seats.post(role, where, at)
                    assert post == posts_for(role, where, at)
                    acting = seats.acting(post, at)
                    seen.add((role, post, tuple(capacity.title for capacity in acting)))
        assert (
            "duty_officer",
            cast.wang.post,
            ("东湖街道 值班员", "东湖街道 值班员（代）"),
        ) in seen
        assert ("handler", None, ()) in seen

    def test_nobody_acts_in_no_post(self, cast: Cast, now: datetime) -> None:
        assert Seats().acting(None, now) == []

    def test_a_second_question_between_two_changes_asks_nothing(
        self, cast: Cast, now: datetime, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        seats = Seats()
        seats.acting(seats.post("duty_officer", cast.community, now), now)
        with django_assert_num_queries(0):
            post = seats.post("duty_officer", cast.community, now + HOUR)
            assert seats.acting(post, now + HOUR) == [cast.wang]


def test_a_clock_that_waits_is_not_taken_in_bulk(cast: Cast) -> None:
    steps = (replace(LOOP.steps[0], pauses="applicant_reply"), *LOOP.steps[1:])
    version = publish(replace(LOOP, code="test.waits", steps=steps), at=cast.at)
    bulk = Bulk(system="test", procedure=version)
    opening = {"title": "补正", "unit": cast.community, "at": cast.at}
    with pytest.raises(ValueError, match="pauses"):
        bulk.open_case(**opening, limit=workdays(5))
    assert bulk.open_case(**opening).clock is None


def test_the_system_holds_no_step(loop: ProcedureVersion, cast: Cast, now: datetime) -> None:
    bulk = Bulk(system="test", procedure=loop)
    draft = bulk.open_case(title="系统", unit=cast.community, at=now)
    with pytest.raises(moves.NotHolder):
        bulk.advance(draft, move="refuse", by=SYSTEM, at=now, given={"reason": "不属本区"})
