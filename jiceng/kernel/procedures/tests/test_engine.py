"""The engine: who may move a case, where it goes, and who is refused."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base.together import Overtaken
from jiceng.kernel.orgs.models import Post, Tenure
from jiceng.kernel.procedures import engine, moves
from jiceng.kernel.procedures.engine import advance, plan
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.publishing import VersionChanged, publish
from jiceng.kernel.procedures.rules import Procedure
from jiceng.kernel.procedures.tests.conftest import LOOP
from jiceng.kernel.procedures.writing import Plan
from jiceng.kernel.testing.cast import Cast, hold, officer, post
from jiceng.kernel.workdays.rules import Limit, work_hours, workdays

pytestmark = pytest.mark.django_db
Open = Callable[[ProcedureVersion], Case]
HOUR = timedelta(hours=1)


def standing(case: Case) -> list[str]:
    """Return the steps that are open."""
    return sorted(case.steps.open().values_list("step", flat=True))


def test_a_case_opens_in_its_first_step_with_the_nearest_holder(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    step = case.steps.get()
    assert (step.step, step.post, step.unit) == ("reported", cast.wang.post, cast.street)
    assert step.due_at == now + 2 * HOUR
    assert case.due_at is not None
    assert (case.closed_at, case.outcome, case.version) == (None, "", 0)


def test_a_case_walks_to_its_end(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    go = {"number": case.number}
    sent = advance(
        **go, move="dispatch", by=cast.wang, at=now, unit=cast.street, given={"unit": cast.street}
    )
    assert [step.post for step in sent.opened] == [cast.qian.post]
    advance(**go, move="dispose", by=cast.qian, at=now + HOUR)
    other = hold(officer("1011", "吴小值"), cast.wang.post)
    done = advance(**go, move="check", by=other, at=now + 2 * HOUR)
    assert done.opened == []
    case.refresh_from_db()
    assert (case.outcome, case.closed_at, case.version) == ("closed", now + 2 * HOUR, 3)
    assert standing(case) == []
    assert case.on_time is True


def test_the_page_may_show_a_step_that_was_left(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    seen = case.steps.get()
    give = {"unit": cast.street, "given": {"unit": cast.street}}
    advance(number=case.number, move="dispatch", by=cast.wang, at=now, step_id=seen.pk, **give)
    with pytest.raises(moves.StalePage) as refused:
        advance(number=case.number, move="dispatch", by=cast.wang, at=now, step_id=seen.pk, **give)
    assert refused.value.status == 409
    assert set(refused.value.details["allowed"]) == {"dispose", "return"}


def test_a_move_of_another_step_answers_with_the_allowed_ones(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    with pytest.raises(moves.MoveNotPossible) as refused:
        advance(number=case.number, move="check", by=cast.wang, at=now)
    assert refused.value.details["allowed"] == {"dispatch": "派遣", "refuse": "不予受理"}


@pytest.mark.parametrize("who", ["li", "zhang", "zhao", "qian", "crowd"])
def test_who_does_not_hold_the_step_is_refused(
    who: str, loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    with pytest.raises(moves.NotHolder):
        advance(
            number=case.number,
            move="refuse",
            by=getattr(cast, who),
            at=now,
            given={"reason": "不属本区"},
        )
    assert standing(case) == ["reported"]


def test_what_a_move_needs_must_be_given(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    with pytest.raises(moves.Missing) as refused:
        advance(number=case.number, move="refuse", by=cast.wang, at=now, given={"reason": ""})
    assert (refused.value.status, refused.value.field) == (422, "reason")


def test_the_same_person_does_not_check_what_she_dispatched(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    give = {"unit": cast.street, "given": {"unit": cast.street}}
    advance(number=case.number, move="dispatch", by=cast.wang, at=now, **give)
    advance(number=case.number, move="dispose", by=cast.qian, at=now)
    with pytest.raises(moves.SamePerson):
        advance(number=case.number, move="check", by=cast.wang, at=now)


def test_a_case_sent_back_returns_to_the_unit_that_had_it(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    give = {"unit": cast.street, "given": {"unit": cast.street}}
    advance(number=case.number, move="dispatch", by=cast.wang, at=now, **give)
    advance(number=case.number, move="dispose", by=cast.qian, at=now)
    again = advance(number=case.number, move="redo", by=cast.wang, at=now)
    assert [step.post for step in again.opened] == [cast.qian.post]


class TestBranches:
    """Two reviews beside each other, with a lawful order of issue."""

    def go(self, case: Case, cast: Cast, now: datetime, *moves: str) -> None:
        for move in moves:
            advance(number=case.number, move=move, by=cast.wang, at=now)

    def test_branches_run_beside_each_other_and_join_once(
        self, permits: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(permits)
        self.go(case, cast, now, "accept")
        assert standing(case) == ["build_review", "plan_review"]
        self.go(case, cast, now, "pass_build", "pass_plan", "issue_plan")
        assert standing(case) == ["build_issue"]
        self.go(case, cast, now, "issue_build")
        assert standing(case) == ["ready"]
        self.go(case, cast, now, "hand_over")
        case.refresh_from_db()
        assert case.outcome == "closed"

    def test_the_second_permit_waits_for_the_first(
        self, permits: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(permits)
        self.go(case, cast, now, "accept", "pass_build")
        with pytest.raises(moves.TooEarly):
            self.go(case, cast, now, "issue_build")

    def test_progress_of_one_branch_does_not_disturb_the_page_of_the_other(
        self, permits: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(permits)
        self.go(case, cast, now, "accept")
        seen = case.steps.open().get(step="build_review")
        self.go(case, cast, now, "pass_plan")
        moved = advance(
            number=case.number, move="pass_build", by=cast.wang, at=now, step_id=seen.pk
        )
        assert moved.left.pk == seen.pk

    def test_the_database_keeps_one_open_step_a_branch(
        self, permits: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(permits)
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseStep.objects.create(case=case, step="ready", unit=cast.street, entered_at=now)


class TestVersions:
    """A published version never changes, and a case stays on its own."""

    def test_a_case_is_pinned_to_its_version(
        self, loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
    ) -> None:
        case = opened(loop)
        shorter = tuple(move for move in LOOP.moves if move.code != "refuse")
        steps = tuple(step for step in LOOP.steps if step.code != "refused")
        publish(Procedure(LOOP.code, "2", LOOP.label, LOOP.start, steps, shorter), at=now + HOUR)
        moved = advance(
            number=case.number, move="refuse", by=cast.wang, at=now, given={"reason": "不属本区"}
        )
        assert moved.case.outcome == "refused"

    def test_publishing_again_changes_nothing(self, loop: ProcedureVersion, now: datetime) -> None:
        assert publish(LOOP, at=now + HOUR).pk == loop.pk

    def test_an_edited_version_needs_a_new_name(
        self, loop: ProcedureVersion, now: datetime
    ) -> None:
        edited = Procedure(LOOP.code, "1", "改了名", LOOP.start, LOOP.steps, LOOP.moves)
        with pytest.raises(VersionChanged):
            publish(edited, at=now)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE procedures_procedureversion SET definition = '{}'",
            "DELETE FROM procedures_procedureversion",
        ],
    )
    def test_the_database_refuses_to_change_one(
        self, statement: str, loop: ProcedureVersion
    ) -> None:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_step_without_a_filled_post_waits_with_the_unit(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    Tenure.objects.filter(post=cast.wang.post).update(ends_at=now + timedelta(seconds=1))
    case = engine.open_case(
        system="test", procedure=loop, title="无人值班", unit=cast.community, at=now + HOUR
    )
    step = case.steps.get()
    assert (step.post, step.unit) == (None, cast.community)


def test_a_move_takes_the_same_number_of_queries_however_many_cases_there_are(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    def queries() -> int:
        case = opened(loop)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            advance(
                number=case.number,
                move="refuse",
                by=cast.wang,
                at=now,
                given={"reason": "不属本区"},
            )
        return len(captured)

    queries()  # the first move of a process also reads the published version
    first = queries()
    for _case in range(20):
        opened(loop)
    assert queries() == first


def test_a_number_that_is_taken_is_drawn_again(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(secrets, "randbelow", lambda _most: next(draws))
    with transaction.atomic():
        first, second = opened(loop), opened(loop)
    assert (first.number[6:12], second.number[6:12]) == ("000007", "000008")
    assert standing(second) == ["reported"]


def test_another_post_of_the_same_role_is_another_holder(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    beside = post_beside(cast.wang.post)
    stranger = hold(officer("1012", "郑小值"), beside)
    with pytest.raises(moves.NotHolder):
        advance(number=case.number, move="refuse", by=stranger, at=now, given={"reason": "无"})


def post_beside(other: Post) -> Post:
    """Return a second post of the same role in the other street's unit tree."""
    return post(other.unit.parent or other.unit, other.role)


def planned(case: Case, cast: Cast, now: datetime) -> Plan:
    """Return a move that was decided on the case as it is now, and not written yet."""
    give = {"unit": cast.street, "given": {"unit": cast.street}}
    return plan(number=case.number, move="dispatch", by=cast.wang, at=now, **give)


def test_a_step_that_was_raised_meanwhile_is_no_longer_the_first_holders(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    """Whoever raises a step does not count up the case; the move notices all the same."""
    case = opened(loop)
    decided = planned(case, cast, now)
    case.steps.update(post=cast.zhang.post)
    with pytest.raises(Overtaken), transaction.atomic():
        decided.write()
    assert standing(case) == ["reported"]
    assert Case.objects.get(pk=case.pk).version == 0


def test_of_two_who_read_the_same_version_one_looks_again(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    decided = planned(case, cast, now)
    Case.objects.filter(pk=case.pk).update(version=1)
    with pytest.raises(Overtaken), transaction.atomic():
        decided.write()
    assert standing(case) == ["reported"]
    give = {"unit": cast.street, "given": {"unit": cast.street}}
    done = advance(number=case.number, move="dispatch", by=cast.wang, at=now, **give)
    assert done.case.version == 2


def test_an_end_that_was_overtaken_leaves_the_transaction_around_it_usable(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    with transaction.atomic():
        ending = plan(
            number=case.number, move="refuse", by=cast.wang, at=now, given={"reason": "无"}
        )
        Case.objects.filter(pk=case.pk).update(version=1)
        with pytest.raises(Overtaken):
            ending.write()
        assert standing(case) == ["reported"]


class TestDays:
    """A step is never greener than the promise to the applicant."""

    @pytest.mark.parametrize(
        ("promise", "hours"),
        [
            (work_hours(1), 1),  # the promise ends before the step's own two hours
            (workdays(5), 2),
            (None, 2),
        ],
    )
    def test_the_earlier_day_counts(
        self,
        promise: Limit | None,
        hours: int,
        loop: ProcedureVersion,
        cast: Cast,
        now: datetime,
    ) -> None:
        case = engine.open_case(
            system="test", procedure=loop, title="急", unit=cast.community, at=now, limit=promise
        )
        step = case.steps.get()
        assert (step.due_at, step.escalate_at) == (now + hours * HOUR, now + hours * HOUR)

    def test_a_late_case_is_late_at_every_step_but_each_has_its_time(
        self, loop: ProcedureVersion, cast: Cast, now: datetime
    ) -> None:
        case = engine.open_case(
            system="test",
            procedure=loop,
            title="急",
            unit=cast.community,
            at=now,
            limit=work_hours(1),
        )
        give = {"unit": cast.street, "given": {"unit": cast.street}}
        advance(number=case.number, move="dispatch", by=cast.wang, at=now + 2 * HOUR, **give)
        back = advance(number=case.number, move="return", by=cast.qian, at=now + 2 * HOUR)
        step = back.opened[0]
        assert step.due_at == now + HOUR
        assert step.escalate_at == now + 6 * HOUR  # two working hours, over lunch
