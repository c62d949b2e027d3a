"""The clock of a case: it stands still while the case waits for somebody outside, and follows the
calendar when the next year's is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM, append, follows
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.procedures.rules import Step
from jiceng.kernel.procedures.terms import STEP_REPROJECTED
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock, Extension
from jiceng.kernel.workdays.service import Limit
from jiceng.kernel.workdays.terms import REPROJECTED, ClockKind


class NoPromise(Conflict):
    """The case has no day that is counted, so none that could be extended (409)."""

    code = "no_promise"
    sentence = _("该办件没有可以延长的承诺时限。")


@dataclass(frozen=True)
class Days:
    """When a step is due, whether that day is provisional, and when somebody higher hears of it."""

    due_at: datetime | None = None
    provisional: bool = False
    escalate_at: datetime | None = None


def days_of(case: Case, step: Step, entered_at: datetime) -> Days:
    """Return the days of a stay of ``case`` in ``step`` since ``entered_at``.

    A step has its own limit, but is never greener than the promise to the applicant: the earlier
    of both days counts. A case that is late already still gives the step its own time before it
    is raised again.
    """
    own = workdays.deadline(entered_at, step.promised) if step.promised else None
    promised = case.due_at
    if own is None or (promised is not None and promised < own.due_at):
        due_at, provisional = promised, case.provisional
    else:
        due_at, provisional = own.due_at, own.provisional
    raised = due_at if own is None or (due_at and due_at > entered_at) else own.due_at
    return Days(due_at, provisional, raised if step.escalates_to else None)


def moves_days(case: Case, left: CaseStep, standing: Sequence[CaseStep]) -> bool:
    """Tell whether leaving ``left`` for ``standing`` pauses a clock or lets it go on."""
    was_waiting = bool(case.definition.step(left.step).pauses)
    return was_waiting != _waits(case, standing) if case.closed_at is None else was_waiting


def _waits(case: Case, standing: Sequence[CaseStep]) -> bool:
    causes = [case.definition.step(step.step).pauses for step in standing]
    return bool(causes) and all(causes)


def keep_clock(case: Case, left: CaseStep, standing: Sequence[CaseStep], at: datetime) -> None:
    """Pause the promised clock where every open step waits, let it run where one does not."""
    if case.closed_at is not None or not moves_days(case, left, standing):
        return
    waiting = _waits(case, standing)
    for clock in list(_counting(case)):
        if waiting and clock.paused_at is None and at < clock.due_at:
            cause = case.definition.step(standing[0].step).pauses
            workdays.pause_clock(clock, cause, at)
        elif not waiting and clock.paused_at is not None:
            workdays.resume_clock(clock, at)
            if clock.kind == ClockKind.PROMISED:
                take_over(case, clock)


def _counting(case: Case) -> QuerySet[Clock]:
    """Return the running clocks that count: of the promise, and of the level it was passed to."""
    kinds = (ClockKind.PROMISED, ClockKind.LEVEL)
    return Clock.objects.of(case.subject).running().filter(kind__in=kinds).order_by("id")


def start_level_clock(case: Case, limit: Limit, at: datetime) -> Clock:
    """Start the clock of the unit that ``case`` was passed up to; the promise goes on as it was.

    The clock of a level passed before stops.
    """
    for clock in _counting(case).filter(kind=ClockKind.LEVEL):
        workdays.stop_clock(clock, at)
    return workdays.start_clock(subject=case.subject, kind=ClockKind.LEVEL, limit=limit, at=at)


def extend_promise(case: Case, basis: str, at: datetime) -> Extension:
    """Give ``case`` once more its original limit; its day and the days of its steps follow.

    Raises what ``workdays.extend_clock`` raises; ``NoPromise`` (409) where nothing counts.
    """
    clock = _counting(case).filter(kind=ClockKind.PROMISED).first()
    if clock is None:
        raise NoPromise()
    extension = workdays.extend_clock(clock, at, basis=basis)
    take_over(case, clock)
    return extension


def end_clocks(case: Case, left: CaseStep, at: datetime) -> None:
    """Stop the clocks of ``case``, which ends at ``at``; a wait that ends with it moved its day."""
    workdays.stop_clocks(case.subject, at=at)
    if case.definition.step(left.step).pauses:
        clocks = Clock.objects.of(case.subject).filter(kind=ClockKind.PROMISED)
        clock = clocks.order_by("id").last()
        if clock is not None:
            take_over(case, clock)


def take_over(case: Case, clock: Clock) -> None:
    """Give the case the day of its clock, and its open steps the days that follow."""
    Case.objects.filter(pk=case.pk).update(due_at=clock.due_at, provisional=clock.provisional)
    case.due_at, case.provisional = clock.due_at, clock.provisional
    for step in case.steps.open():
        _derive(step, case)


def _derive(step: CaseStep, case: Case) -> bool:
    """Give an open step the days that follow from its case now; tell whether they changed.

    A step that was raised keeps the rung it is on.
    """
    definition = version_of(case.procedure_id).procedure.step(step.step)
    days = days_of(case, definition, step.entered_at)
    escalate_at = days.escalate_at if step.escalations == 0 else step.escalate_at
    before = (step.due_at, step.provisional, step.escalate_at)
    if before == (days.due_at, days.provisional, escalate_at):
        return False
    return bool(
        CaseStep.objects.filter(pk=step.pk, left_at__isnull=True).update(
            due_at=days.due_at, provisional=days.provisional, escalate_at=escalate_at
        )
    )


@follows(REPROJECTED)
def case_follows_calendar(entry: Entry, at: datetime) -> None:
    """Give a case and its open steps the days that follow from a newly published calendar."""
    system, _dot, number = entry.subject.partition(".case:")
    promises = (ClockKind.PROMISED, ClockKind.GIVEN)
    running = Clock.objects.of(entry.subject).running()
    clock = running.filter(kind__in=promises).order_by("id").last()
    case = Case.objects.open().filter(system=system, number=number).first()
    if case is not None and clock is not None:
        take_over(case, clock)


def steps_follow_calendar(at: datetime) -> int:
    """Derive the days of open steps anew that were provisional; returns how many moved.

    Each that moves is one entry on its case.
    """
    moved = 0
    waiting = CaseStep.objects.open().filter(provisional=True).select_related("case")
    for step in waiting.order_by("id").iterator():
        with transaction.atomic():
            moved += _move(step, at)
    return moved


def _move(step: CaseStep, at: datetime) -> int:
    if not _derive(step, step.case):
        return 0
    was, now = step.due_at, CaseStep.objects.get(pk=step.pk)
    append(
        event=STEP_REPROJECTED,
        subject=step.case.subject,
        by=SYSTEM,
        at=at,
        facts={"step": step.step, "was": was, "due_at": now.due_at, "provisional": now.provisional},
    )
    return 1
