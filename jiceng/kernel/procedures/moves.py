"""The rules of a move: who may make it, what it needs, where it leads. Nothing is written here.

One set of rules for a case at a desk as for thousands in bulk.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict, NotAllowed
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, Actor
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.rules import Move, Procedure, Step


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


class MadeEnough(Conflict):
    """A case sees this move only so many times (409)."""

    code = "made_enough"
    sentence = _("该办件办理此项已达次数上限。")


class PastDue(Conflict):
    """It had to be asked for before the promised day was over (409)."""

    code = "past_due"
    sentence = _("办件已超期，此项须在到期前办理。")


class AtRoot(Conflict):
    """There is no unit above that could take the case over (409)."""

    code = "at_root"
    sentence = _("已是最高一级，不能再报上级。")


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
    where the case shall go, ``until`` how long it shall wait there, ``given`` what the move
    needs."""

    move: str
    by: Actor
    at: datetime
    step_id: int | None = None
    unit: Unit | None = None
    until: datetime | None = None
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
    passed_from: Unit | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the ledger keeps of the move: enough to derive the tables from it."""
        passed = self.passed_from
        return {
            "move": self.move.code,
            "step": self.left.step,
            "to": facts_of_steps(self.opened),
            "due_at": self.case.due_at,
            "outcome": self.case.outcome,
            "version": self.case.version,
            **({"passed_from": passed.code, "unit": self.case.unit.code} if passed else {}),
        }


def facts_of_steps(steps: Iterable[CaseStep]) -> list[dict[str, Any]]:
    """Return what the ledger keeps of steps that were just opened: where, with whom, until when."""
    return [
        {
            "step": step.step,
            "unit": step.unit.code,
            "post": step.post.name if step.post else "",
            "due_at": step.due_at,
        }
        for step in steps
    ]


def where_sent(step: CaseStep | None) -> Unit | None:
    """Return the unit that a step was sent to, whoever had it in the end."""
    return (step.sent_to or step.unit) if step else None


def decide(
    case: Case,
    steps: dict[str, CaseStep],
    past: Past,
    asked: Asked,
    place: Callable[..., CaseStep],
) -> Transition:
    """Return what the move does to ``case``, which stands in ``steps``; nothing is changed yet.

    This alone applies the rules of a move, to a case at a desk as to thousands in bulk. Raises
    what ``advance`` raises.
    """
    chosen, left = _choose(case, steps, asked.move, asked.step_id)
    _check(case, left, chosen, asked, past)
    return _carried(case, steps, (chosen, left), past, asked, place)


def take_over(
    case: Case,
    steps: dict[str, CaseStep],
    past: Past,
    asked: Asked,
    place: Callable[..., CaseStep],
) -> Transition:
    """Return what a move did that was made elsewhere: the definition says where it leads, but
    whose it was and what it needed was asked there. Raises ``MoveNotPossible``."""
    return _carried(case, steps, _choose(case, steps, asked.move, None), past, asked, place)


def _carried(
    case: Case,
    steps: dict[str, CaseStep],
    choice: tuple[Move, CaseStep],
    past: Past,
    asked: Asked,
    place: Callable[..., CaseStep],
) -> Transition:
    chosen, left = choice
    definition = case.definition
    targets = map(definition.step, definition.fire(frozenset(steps), chosen, left.step))
    passed_from = _pass_up(case, left) if chosen.passes_up else None
    opened = [
        place(case, target, _unit_for(case, target, asked.unit, past), asked.at)
        for target in targets
        if not target.final
    ]
    _set_end(case, opened, asked)
    return Transition(case, chosen, left, opened, passed_from)


def _pass_up(case: Case, left: CaseStep) -> Unit:
    """Let the unit above the one that holds the step answer for the case from now on.

    Who received it first goes on speaking with the applicant. Returns who answered before.
    """
    above = left.unit.parent
    if above is None:
        raise AtRoot(version=case.version)
    before = case.unit
    case.contact_unit = case.contact_unit or before
    case.unit = above
    return before


def _set_end(case: Case, opened: Iterable[CaseStep], asked: Asked) -> None:
    """Note when a step that waits for a day that the move names shall end."""
    for step in opened:
        definition = case.definition.step(step.step)
        if definition.on_expiry and definition.expires is None:
            if asked.until is None:
                raise Missing(field="until", need="until")
            step.expires_at = asked.until


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
            if other.maker == "holder"
        }
        stale = step_id is not None and step_id not in {step.pk for step in steps.values()}
        raise (StalePage if stale else MoveNotPossible)(allowed=allowed, version=case.version)
    chosen, source = found
    return chosen, steps[source]


def _check(case: Case, step: CaseStep, move: Move, asked: Asked, past: Past) -> None:
    if not _may_make(case, step, move, asked):
        raise NotHolder()
    if move.before_due and case.due_at is not None and asked.at >= case.due_at:
        raise PastDue(due_at=case.due_at)
    _check_past(move, asked.by, past)
    check_needs(move, asked.given)


def _check_past(move: Move, by: Actor, past: Past) -> None:
    # Most moves do not ask about the past, and then it is not read.
    asks = move.after or move.differs_from or move.at_most
    made = Counter(past.made()) if asks else Counter()
    codes = [code for code, _person in made.elements()]
    if not set(codes).issuperset(move.after):
        raise TooEarly(after=list(move.after))
    if any((code, by.ref) in made for code in move.differs_from):
        raise SamePerson()
    if move.at_most and codes.count(move.code) >= move.at_most:
        raise MadeEnough(at_most=move.at_most)


def check_needs(move: Move, given: Mapping[str, Any]) -> None:
    """Raise ``Missing`` for the first thing that the move needs and that was not given."""
    for need in move.needs:
        if not given.get(need):
            raise Missing(field=need, need=need)


def _may_make(case: Case, step: CaseStep, move: Move, asked: Asked) -> bool:
    """Tell whether it is this one's move: the holder's, the applicant's, or the waiting is over."""
    if asked.by is SYSTEM:
        waits = case.definition.step(step.step).on_expiry == move.code
        return waits and step.expires_at is not None and step.expires_at <= asked.at
    return asked.by is RESIDENT if move.maker == "applicant" else holds(asked.by, step)


def holds(by: Actor, step: CaseStep) -> bool:
    """Tell whether ``by`` acts through the post that holds ``step``."""
    return isinstance(by, Capacity) and step.post_id is not None and by.post.pk == step.post_id


def _unit_for(case: Case, target: Step, unit: Unit | None, past: Past) -> Unit:
    if target.holder is None or target.holder.at == "owner":
        return case.unit
    if target.holder.at == "contact":
        return case.contact_unit or case.unit
    return unit or past.last_unit(target.holder.of or target.code) or case.unit


def allowed_moves(procedure: Procedure, step: CaseStep, by: Actor) -> list[Move]:
    """Return the moves that ``by`` may press on ``step`` (what others made is checked on press)."""
    if step.left_at is not None or not holds(by, step):
        return []
    return [move for move in procedure.moves_from(step.step) if move.maker == "holder"]
