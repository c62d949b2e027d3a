"""The engine: open a case, make a move. Called inside an act, so in the act's transaction.

A move is a compare-and-set on the version of its case and on the open step that the officer saw.
Whoever comes second looks again: where the step is gone they are told what can be done now; where
only another branch moved, their move is made on the case as it is then. So branches of one case
never disturb each other, and a join opens once.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from typing import Any

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.base.ids import new_number
from jiceng.kernel.base.rows import insert_new
from jiceng.kernel.base.together import AlreadyThere, Overtaken, insist, write_together
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import posts_for
from jiceng.kernel.procedures.clocks import Days, days_of
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import (
    Asked,
    Past,
    StalePage,
    Transition,
    decide,
    facts_of_steps,
    where_sent,
)
from jiceng.kernel.procedures.rules import Move, Step
from jiceng.kernel.procedures.standing import read_ground, read_past, read_standing
from jiceng.kernel.procedures.terms import Outcome, Priority
from jiceng.kernel.procedures.writing import Plan
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import Limit

NUMBER_TRIES = 8

# Who sits where: the nearest filled post of a role, at a unit or above it, at an instant.
Seat = Callable[[str, Unit, datetime], Post | None]


def open_case(
    *,
    system: str,
    procedure: ProcedureVersion,
    title: str,
    unit: Unit,
    at: datetime,
    limit: Limit | None = None,
    due_at: datetime | None = None,
    priority: int = Priority.NORMAL,
    step: str = "",
    sent_to: Unit | None = None,
) -> Case:
    """Open a case in the first step of ``procedure``, answered for by ``unit``; or in another
    ``step``, sent to another unit, where it was split off a case that had come so far.

    The promise to the applicant is ``limit`` counted from ``at``, or a day given from outside.
    """
    case = Case(
        system=system, procedure=procedure, title=title, unit=unit, opened_at=at, priority=priority
    )
    first = procedure.procedure.step(step or procedure.procedure.start)
    for _try in _numbers(case):
        token, case.pk = read_ground()
        clock = promise(case, at, limit, due_at)
        seat = partial(posts_for, token=token)
        case.opened_in = [place_step(case, first, sent_to or unit, at, seat=seat)]
        with suppress(AlreadyThere):
            write_together(rows=[*([clock] if clock else []), *case.opened_in], claim=case)
            break
    return case


def opening_of(case: Case) -> list[dict[str, Any]]:
    """Return what the ledger keeps of the steps in which ``open_case`` opened ``case``."""
    return facts_of_steps(case.opened_in)


def _numbers(case: Case) -> Iterator[str]:
    """Give the case one number after another: two cases of a day may draw the same one."""
    for _try in range(NUMBER_TRIES):
        case.number = new_number(legal_day(case.opened_at))
        yield case.number
    raise Conflict(code="no_number")


def promise(case: Case, at: datetime, limit: Limit | None, due_at: datetime | None) -> Clock | None:
    """Set the day of ``case``, counted or given, and return its clock, unsaved; ``None`` where
    nothing is promised."""
    if limit is not None:
        clock = workdays.new_clock(subject=case.subject, kind="promised", limit=limit, at=at)
    elif due_at is not None:
        clock = workdays.new_given_clock(subject=case.subject, due_at=due_at, at=at)
    else:
        return None
    case.due_at, case.provisional = clock.due_at, clock.provisional
    return clock


def insert_case(**values: Any) -> Case:
    """Insert a case that has no step of its own, with a fresh number."""
    case = Case(**values)
    for _try in _numbers(case):
        if insert_new(case):
            break
    return case


def place_step(
    case: Case,
    step: Step,
    unit: Unit,
    at: datetime,
    *,
    seat: Seat = posts_for,
    limits: bool = True,
) -> CaseStep:
    """Return the new, unsaved stay of ``case`` in ``step``, held by the nearest filled post.

    Without ``limits`` the step has no day of its own, as where history of elsewhere is taken over.
    """
    holder = step.holder
    post = seat(holder.role, unit, at) if holder else None
    days = days_of(case, step, at) if limits else Days()
    return CaseStep(
        case=case,
        branch=step.branch,
        step=step.code,
        unit=post.unit if post else unit,
        post=post,
        sent_to=unit,
        entered_at=at,
        expires_at=workdays.deadline(at, step.expires).due_at if step.expires else None,
        due_at=days.due_at,
        provisional=days.provisional,
        escalate_at=days.escalate_at,
    )


def advance(
    *,
    number: str,
    move: str,
    by: Actor,
    at: datetime,
    step_id: int | None = None,
    unit: Unit | None = None,
    until: datetime | None = None,
    given: Mapping[str, Any] | None = None,
) -> Transition:
    """Make ``move`` on the case ``number`` as ``by``, now; inside the transaction of an act.

    ``step_id`` is the open step that the page showed. ``given`` holds what the move needs,
    ``until`` when a step that waits shall end. Raises ``StalePage``, ``MoveNotPossible``,
    ``TooEarly``, ``MadeEnough``, ``PastDue``, ``AtRoot`` (409), ``NotHolder``, ``SamePerson``
    (403) or ``Missing`` (422); then nothing was written.
    """
    asked = Asked(move, by, at, step_id, unit, until, given or {})

    def make() -> Transition:
        made = _plan(number, asked)
        made.write()
        return made.moved

    try:
        return insist(make)
    except Overtaken as error:
        raise StalePage() from error


def plan(
    *,
    number: str,
    move: str,
    by: Actor,
    at: datetime,
    step_id: int | None = None,
    unit: Unit | None = None,
    until: datetime | None = None,
    given: Mapping[str, Any] | None = None,
) -> Plan:
    """Decide what ``move`` does, for an act that writes it together with its entry.

    Arguments and refusals are those of ``advance``. Outside a transaction ``NeedsTransaction`` is
    raised where the move changes days; inside one it is made now, except for its entry.
    """
    return _plan(number, Asked(move, by, at, step_id, unit, until, given or {}))


def _plan(number: str, asked: Asked) -> Plan:
    standing = read_standing(number)
    case, steps, at = standing.case, standing.steps, asked.at
    place = partial(place_step, seat=partial(posts_for, token=standing.token))
    transition = decide(case, steps, _recorded_past(case), asked, place)
    left = transition.left
    # Clocks of two machines may differ by a moment; a step is not left before it was entered.
    left.left_at, left.left_by, left.move = max(at, left.entered_at), asked.by.ref, asked.move
    conclude(case, transition.move, at)
    made = Plan(transition, [step for step in steps.values() if step.pk != left.pk], at)
    made.move_days()
    return made


def _recorded_past(case: Case) -> Past:
    """Return the history of ``case`` as the database has it, asked when it is needed."""
    steps = cache(partial(read_past, case))

    def made() -> list[tuple[str, str]]:
        return [(step.move, step.left_by) for step in steps() if step.left_at is not None]

    def last_unit(code: str) -> Unit | None:
        return where_sent(next((step for step in reversed(steps()) if step.step == code), None))

    return Past(made, last_unit)


def end_by(case: Case, move: Move) -> Step | None:
    """Return the final step in which ``move`` ends the case, ``None`` where it does not."""
    return next((step for step in map(case.definition.step, move.targets) if step.final), None)


def conclude(case: Case, move: Move, at: datetime) -> bool:
    """Count the move on ``case`` in memory; tell whether it ended the case."""
    final = end_by(case, move)
    case.version += 1
    if final:
        case.closed_at, case.outcome = max(at, case.opened_at), Outcome(final.outcome)
    return final is not None


def reassign(step: CaseStep, post: Post | None, unit: Unit, **changes: Any) -> bool:
    """Hand an open step to another post by compare-and-set; ``False`` if it moved meanwhile."""
    return bool(
        CaseStep.objects.filter(
            pk=step.pk, left_at__isnull=True, post=step.post_id, escalations=step.escalations
        ).update(post=post, unit=unit, **changes)
    )
