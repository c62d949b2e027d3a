"""The engine: open a case, make a move. Called inside an act, so in the act's transaction.

A move is a compare-and-set on the open step that the officer saw, under the lock of its case:
whoever comes second finds the step gone and is told what can be done now. Branches of one case
therefore never disturb each other, and a join opens once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import BadInput, Conflict, NotAllowed
from jiceng.kernel.base.ids import new_number
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import Capacity, posts_for
from jiceng.kernel.procedures.clocks import Days, days_of, keep_clock
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.procedures.rules import Move, Procedure, Step
from jiceng.kernel.procedures.terms import Outcome, Priority
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import Limit

NUMBER_TRIES = 8

# Who sits where: the nearest filled post of a role, at a unit or above it, at an instant.
Seat = Callable[[str, Unit, datetime], Post | None]


class MoveNotPossible(Conflict):
    """The move does not leave any step that is open now (409, with the allowed ones)."""

    code = "move_not_possible"
    sentence = _("办件已不在这一环节，请按现在可以办理的操作进行。")


class StalePage(Conflict):
    """The step that the page showed has been left meanwhile (409, with the allowed moves)."""

    code = "stale_page"
    sentence = _("您打开页面之后，别人已经办理了这一步。")


class TooEarly(Conflict):
    """A decision that must come first has not been made (409)."""

    code = "too_early"
    sentence = _("须在前一项决定作出之后才能办理。")


class NotHolder(NotAllowed):
    """The step is held by another post (403)."""

    code = "not_holder"
    sentence = _("这一环节由其他岗位负责，您不能办理。")


class SamePerson(NotAllowed):
    """Two moves that must be made by two people (403)."""

    code = "same_person"
    sentence = _("前一步由您办理，这一步须由其他人员办理。")


class Missing(BadInput):
    """A move lacks what it needs (422)."""

    code = "missing"
    sentence = _("请填写办理这一步所需的内容。")


@dataclass(frozen=True)
class Asked:
    """A move as somebody asks for it. ``step_id`` is the open step that the page showed, ``unit``
    where the case shall go, ``given`` what the move needs."""

    move: str
    by: Actor
    at: datetime
    step_id: int | None = None
    unit: Unit | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """What the rules ask about the history of a case: who made which move, and which unit had a
    step last."""

    made: Callable[[], Iterable[tuple[str, str]]]
    last_unit: Callable[[str], Unit | None]


@dataclass(frozen=True)
class Transition:
    """What a move did: the case as it is now, the step left, the steps opened."""

    case: Case
    move: Move
    left: CaseStep
    opened: list[CaseStep] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the ledger keeps of the move."""
        return {
            "move": self.move.code,
            "step": self.left.step,
            "to": [
                {
                    "step": step.step,
                    "unit": step.unit.code,
                    "post": step.post.name if step.post else "",
                    "due_at": step.due_at,
                }
                for step in self.opened
            ],
            "outcome": self.case.outcome,
            "version": self.case.version,
        }


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
) -> Case:
    """Open a case in the first step of ``procedure``, answered for by ``unit``.

    The promise to the applicant is ``limit`` counted from ``at``, or a day given from outside.
    """
    case = _insert_case(
        system=system, procedure=procedure, title=title, unit=unit, opened_at=at, priority=priority
    )
    clock = promise(case, at, limit, due_at)
    if clock is not None:
        clock.save(force_insert=True)
        case.save(update_fields=["due_at", "provisional"])
    first = procedure.procedure.step(procedure.procedure.start)
    place_step(case, first, unit, at).save(force_insert=True)
    return case


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


def _insert_case(**values: Any) -> Case:
    """Insert with a fresh number; two cases of a day may draw the same one, so try again."""
    for _try in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                number = new_number(legal_day(values["opened_at"]))
                return Case.objects.create(number=number, **values)
        except IntegrityError:
            continue
    raise Conflict(code="no_number")


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
        entered_at=at,
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
    given: Mapping[str, Any] | None = None,
) -> Transition:
    """Make ``move`` on the case ``number`` as ``by``.

    ``step_id`` is the open step that the page showed. ``given`` holds what the move needs.
    Raises ``StalePage``, ``MoveNotPossible``, ``TooEarly`` (409), ``NotHolder``, ``SamePerson``
    (403) or ``Missing`` (422); then nothing was written.
    """
    case = Case.objects.select_for_update().get(number=number)
    case.procedure = version_of(case.procedure_id)
    steps = {
        step.step: step for step in case.steps.open().select_related("unit", "post").order_by("id")
    }
    asked = Asked(move, by, at, step_id, unit, given or {})
    transition = decide(case, steps, _recorded_past(case), asked)
    _leave(case, transition.left, transition.move, by, at)
    CaseStep.objects.bulk_create(transition.opened)
    _settle(case, transition.move, at)
    standing = [step for step in steps.values() if step.pk != transition.left.pk]
    keep_clock(case, transition.left, [*standing, *transition.opened], at)
    return transition


def _recorded_past(case: Case) -> Past:
    """Return the history of ``case`` as the database has it, asked when it is needed."""
    left = case.steps.filter(left_at__isnull=False)

    def last_unit(step: str) -> Unit | None:
        last = case.steps.filter(step=step).select_related("unit").order_by("-id").first()
        return last.unit if last else None

    return Past(lambda: left.values_list("move", "left_by"), last_unit)


def decide(
    case: Case,
    steps: dict[str, CaseStep],
    past: Past,
    asked: Asked,
    place: Callable[..., CaseStep] = place_step,
) -> Transition:
    """Return what the move does to ``case``, which stands in ``steps``; nothing is changed yet.

    This alone applies the rules of a move, to a case at a desk as to thousands in bulk. Raises
    what ``advance`` raises.
    """
    chosen, left = _choose(case, steps, asked.move, asked.step_id)
    _check(left, chosen, asked, past)
    definition = case.definition
    targets = map(definition.step, definition.fire(frozenset(steps), chosen, left.step))
    opened = [
        place(case, target, _unit_for(case, target, asked.unit, past), asked.at)
        for target in targets
        if not target.final
    ]
    return Transition(case, chosen, left, opened)


def _choose(
    case: Case, steps: dict[str, CaseStep], move: str, step_id: int | None
) -> tuple[Move, CaseStep]:
    marking = [step.step for step in steps.values() if step_id in (None, step.pk)]
    found = case.definition.move(move, marking)
    if found is None:
        allowed = {
            other.code: gettext(str(other.label))
            for code in steps
            for other in case.definition.moves_from(code)
        }
        stale = step_id is not None and step_id not in {step.pk for step in steps.values()}
        raise (StalePage if stale else MoveNotPossible)(allowed=allowed, version=case.version)
    chosen, source = found
    return chosen, steps[source]


def _check(step: CaseStep, move: Move, asked: Asked, past: Past) -> None:
    if not holds(asked.by, step):
        raise NotHolder()
    # Most moves do not ask about the past, and then it is not read.
    made = set(past.made()) if move.after or move.differs_from else set()
    if not {code for code, person in made}.issuperset(move.after):
        raise TooEarly(after=list(move.after))
    if any((code, asked.by.ref) in made for code in move.differs_from):
        raise SamePerson()
    for need in move.needs:
        if not asked.given.get(need):
            raise Missing(field=need, need=need)


def holds(by: Actor, step: CaseStep) -> bool:
    """Tell whether ``by`` acts through the post that holds ``step``."""
    return isinstance(by, Capacity) and step.post_id is not None and by.post.pk == step.post_id


def _unit_for(case: Case, target: Step, unit: Unit | None, past: Past) -> Unit:
    if target.holder is None or target.holder.at == "owner":
        return case.unit
    return unit or past.last_unit(target.code) or case.unit


def _leave(case: Case, left: CaseStep, move: Move, by: Actor, at: datetime) -> None:
    # Whoever raised or handed on the step meanwhile did not need the lock of the case. Clocks of
    # two machines may differ by a moment; a step is not left before it was entered.
    changed = CaseStep.objects.filter(pk=left.pk, left_at__isnull=True, post=left.post_id).update(
        left_at=max(at, left.entered_at), left_by=by.ref, move=move.code
    )
    if not changed:
        raise StalePage(version=case.version)


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


def _settle(case: Case, move: Move, at: datetime) -> None:
    """Count the move on the case, and end it at a final step with its clocks."""
    changes: dict[str, Any] = {"version": F("version") + 1}
    if conclude(case, move, at):
        changes |= {"closed_at": case.closed_at, "outcome": case.outcome}
        workdays.stop_clocks(case.subject, at=at)
    Case.objects.filter(pk=case.pk).update(**changes)


def allowed_moves(procedure: Procedure, step: CaseStep, by: Actor) -> list[Move]:
    """Return the moves that ``by`` may press on ``step`` (what others made is checked on press)."""
    return procedure.moves_from(step.step) if step.left_at is None and holds(by, step) else []


def reassign(step: CaseStep, post: Post | None, unit: Unit, **changes: Any) -> bool:
    """Hand an open step to another post by compare-and-set; ``False`` if it moved meanwhile."""
    return bool(
        CaseStep.objects.filter(
            pk=step.pk, left_at__isnull=True, post=step.post_id, escalations=step.escalations
        ).update(post=post, unit=unit, **changes)
    )
