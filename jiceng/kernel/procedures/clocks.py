"""The clock of a case: it stands still while the case waits for somebody outside, and follows the
calendar when the next year's is published."""

from collections.abc import Sequence
from datetime import datetime

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import follows
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.terms import REPROJECTED, ClockKind


def keep_clock(case: Case, left: CaseStep, standing: Sequence[CaseStep], at: datetime) -> None:
    """Pause the promised clock where every open step waits, let it run where one does not."""
    causes = [case.definition.step(step.step).pauses for step in standing]
    was_waiting = bool(case.definition.step(left.step).pauses)
    waiting = bool(causes) and all(causes)
    if waiting == was_waiting or case.closed_at is not None:
        return
    clock = Clock.objects.of(case.subject).running().filter(kind=ClockKind.PROMISED).first()
    if clock is None:
        return
    if waiting and clock.paused_at is None and at < clock.due_at:
        workdays.pause_clock(clock, causes[0], at)
    elif not waiting and clock.paused_at is not None:
        _take_over(case, workdays.resume_clock(clock, at))


def _take_over(case: Case, clock: Clock) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=clock.due_at, provisional=clock.provisional)
    case.due_at, case.provisional = clock.due_at, clock.provisional


@follows(REPROJECTED)
def case_follows_calendar(entry: Entry, at: datetime) -> None:
    """Give a case the day that its clock got from a newly published calendar."""
    system, _dot, number = entry.subject.partition(".case:")
    clock = Clock.objects.of(entry.subject).running().order_by("id").first()
    case = Case.objects.open().filter(system=system, number=number).first()
    if case is not None and clock is not None:
        _take_over(case, clock)


def steps_follow_calendar(at: datetime) -> int:
    """Derive the days of open steps anew that were provisional; returns how many are firm now."""
    firm = 0
    waiting = CaseStep.objects.open().filter(provisional=True).select_related("case")
    for step in waiting.order_by("id").iterator():
        promised = version_of(step.case.procedure_id).procedure.step(step.step).promised
        due = workdays.deadline(step.entered_at, promised) if promised else None
        if due is not None and not due.provisional:
            firm += CaseStep.objects.filter(pk=step.pk, left_at__isnull=True).update(
                due_at=due.due_at, provisional=False
            )
    return firm
