"""Vacancies are handed on at once, late steps are raised once a rung, nobody is forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import appoint, end_tenure
from jiceng.kernel.procedures import oversight
from jiceng.kernel.procedures.engine import open_case
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.terms import ESCALATED, REASSIGNED
from jiceng.kernel.procedures.tests.conftest import backlog
from jiceng.kernel.testing.cast import Cast, hold, officer, post

pytestmark = pytest.mark.django_db
Open = Callable[[ProcedureVersion], Case]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def events(case: Case) -> list[str]:
    return list(Entry.objects.filter(subject=case.subject).values_list("event", flat=True))


def tenure(cast: Cast) -> Tenure:
    return Tenure.objects.get(post=cast.wang.post, officer=cast.wang.officer)


def test_the_steps_of_a_post_that_falls_vacant_go_up_in_the_same_transaction(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    zone_duty = hold(officer("1010", "冯小值"), post(cast.zone, "duty_officer"))
    case = opened(loop)
    end_tenure(by=SYSTEM, at=now + HOUR, tenure=tenure(cast))
    step = case.steps.get()
    assert (step.post, step.unit) == (zone_duty.post, cast.zone)
    assert events(case) == [REASSIGNED]


def test_a_second_holder_keeps_the_work_where_it_is(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    hold(officer("1011", "吴小值"), cast.wang.post)
    case = opened(loop)
    end_tenure(by=SYSTEM, at=now + HOUR, tenure=tenure(cast))
    assert case.steps.get().post == cast.wang.post
    assert events(case) == []


def test_where_nobody_is_left_the_unit_owns_it_and_the_next_appointment_takes_it(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    end_tenure(by=SYSTEM, at=now + HOUR, tenure=tenure(cast))
    step = case.steps.get()
    assert (step.post, step.unit) == (None, cast.street)
    newcomer = officer("1013", "蒋小值")
    appoint(by=SYSTEM, at=now + 2 * HOUR, post=cast.wang.post, officer=newcomer)
    assert oversight.fill_vacancies(now + 3 * HOUR) == 1
    assert case.steps.get().post == cast.wang.post
    assert oversight.fill_vacancies(now + 3 * HOUR) == 0


def test_a_tenure_that_ends_by_itself_is_noticed_by_the_tick(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    zone_duty = hold(officer("1010", "冯小值"), post(cast.zone, "duty_officer"))
    case = opened(loop)
    Tenure.objects.filter(pk=tenure(cast).pk).update(ends_at=now + HOUR)
    assert oversight.fill_vacancies(now + HOUR - timedelta(seconds=1)) == 0
    assert oversight.fill_vacancies(now + HOUR) == 1
    assert case.steps.get().post == zone_duty.post


def test_a_late_step_is_raised_to_the_head_once_and_its_day_stays(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    due = case.steps.get().due_at
    assert oversight.escalate(now + 2 * HOUR - timedelta(seconds=1)) == 0
    assert oversight.escalate(now + 2 * HOUR) == 1
    assert oversight.escalate(now + 2 * HOUR) == 0
    step = case.steps.get()
    assert (step.post, step.due_at, step.escalations) == (cast.zhang.post, due, 1)
    assert events(case) == [ESCALATED]


def test_the_next_rung_is_one_unit_higher_and_the_root_keeps_it(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    top = hold(officer("1014", "沈小任"), post(cast.zone, "unit_head"))
    case = opened(loop)
    oversight.escalate(now + 2 * HOUR)
    assert oversight.escalate(now + 2 * DAY) == 1
    assert case.steps.get().post == top.post
    assert oversight.escalate(now + 9 * DAY) == 0
    step = case.steps.get()
    assert (step.post, step.escalate_at) == (top.post, None)
    assert oversight.escalate(now + 30 * DAY) == 0


def test_a_step_that_nobody_holds_is_raised_first(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    held = opened(loop)
    waiting = opened(loop)
    CaseStep.objects.filter(case=waiting).update(post=None, unit=cast.community)
    oversight.escalate(now + 3 * HOUR)
    raised = list(
        Entry.objects.filter(event=ESCALATED).order_by("id").values_list("subject", flat=True)
    )
    assert raised == [waiting.subject, held.subject]


@pytest.mark.slow
def test_no_late_step_starves_behind_a_batch(
    loop: ProcedureVersion, cast: Cast, now: datetime
) -> None:
    many = 3 * oversight.BATCH + 7
    first = open_case(system="test", procedure=loop, title="一", unit=cast.community, at=now)
    step = first.steps.get()
    cases = backlog(loop, cast.community, many - 1, now)
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            step="reported",
            unit=step.unit,
            post=step.post,
            entered_at=now,
            due_at=step.due_at,
            escalate_at=step.escalate_at,
        )
        for case in cases
    )
    assert oversight.escalate(now + 3 * HOUR) == many
    assert oversight.escalate(now + 3 * HOUR) == 0


@pytest.mark.slow
def test_five_thousand_late_steps_those_of_nobody_first_and_twice_changes_nothing(
    loop: ProcedureVersion, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk over all of them; what raising one does is told above, row by row."""
    many, nobodys = 5_000, 40
    cases = backlog(loop, cast.community, many, now)
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            step="reported",
            unit=cast.street,
            post=None if place >= many - nobodys else cast.wang.post,
            entered_at=now,
            due_at=now,
            escalate_at=now,
        )
        for place, case in enumerate(cases)
    )
    raised: list[str] = []

    def keep(**entry: str) -> None:
        raised.append(entry["subject"])

    # Each asks for the same seat and the same day; asked once, the walk is what takes the time.
    monkeypatch.setattr(oversight, "posts_for", cache(oversight.posts_for))
    monkeypatch.setattr(oversight.workdays, "deadline", cache(oversight.workdays.deadline))
    monkeypatch.setattr(oversight, "append", keep)
    assert oversight.escalate(now + HOUR) == many
    assert set(raised[:nobodys]) == {case.subject for case in cases[-nobodys:]}
    assert len(raised) == len(set(raised)) == many
    steps = list(CaseStep.objects.order_by("id").values())
    assert {(step["post_id"], step["escalations"]) for step in steps} == {(cast.zhang.post.pk, 1)}
    assert oversight.escalate(now + HOUR) == 0
    assert list(CaseStep.objects.order_by("id").values()) == steps


def test_where_no_head_is_appointed_yet_it_is_tried_again(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    Tenure.objects.filter(post=cast.zhang.post).update(ends_at=now + timedelta(seconds=1))
    case = opened(loop)
    assert oversight.escalate(now + 3 * HOUR) == 0
    hold(officer("1016", "许小任"), cast.zhang.post, at=now + DAY)
    assert oversight.escalate(now + 2 * DAY) == 1
    assert case.steps.get().post == cast.zhang.post


def test_a_step_that_nobody_holds_is_raised_when_somebody_can(
    loop: ProcedureVersion, opened: Open, cast: Cast, now: datetime
) -> None:
    case = opened(loop)
    CaseStep.objects.filter(case=case).update(post=None, unit=cast.zone)
    assert oversight.escalate(now + 3 * HOUR) == 0
    top = hold(officer("1014", "沈小任"), post(cast.zone, "unit_head"), at=now + DAY)
    assert oversight.escalate(now + 3 * DAY) == 1
    assert case.steps.get().post == top.post
