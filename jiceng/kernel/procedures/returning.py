"""An ended case comes back: reopened, taken up after all, or taken out of the one it was merged
into. Called inside an act, so in the act's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.ledger.service import RESIDENT, Actor
from jiceng.kernel.orgs.service import Capacity, posts_for
from jiceng.kernel.procedures.clocks import take_over
from jiceng.kernel.procedures.engine import place_step, promise
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.moves import (
    MoveNotPossible,
    NotHolder,
    StalePage,
    Transition,
    check_needs,
)
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.procedures.rules import Move, Step
from jiceng.kernel.procedures.terms import Outcome, Priority
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import Limit
from jiceng.kernel.workdays.terms import ClockKind


class ReopenTooLate(Conflict):
    """The time in which an ended case can be reopened is over (409)."""

    code = "reopen_too_late"
    sentence = _("已过可以重新办理的期限。")


def end_of(case: Case) -> Step | None:
    """Return the final step in which ``case`` stands; ``None`` while it is open."""
    steps = case.definition.steps
    return next((step for step in steps if step.final and step.outcome == case.outcome), None)


def reopening_moves(case: Case, by: Actor, at: datetime) -> list[Move]:
    """Return the moves with which ``by`` can bring the ended ``case`` back."""
    end = end_of(case)
    moves = case.definition.moves_from(end.code) if end else []
    return [move for move in moves if move.reopens and _may_reopen(case, move, by, at)]


def _may_reopen(case: Case, move: Move, by: Actor, at: datetime) -> bool:
    if move.maker == "applicant":
        return by is RESIDENT
    post = posts_for(move.role, case.unit, at)
    return isinstance(by, Capacity) and post is not None and by.post.pk == post.pk


def reopen(
    *,
    number: str,
    move: str,
    by: Actor,
    at: datetime,
    limit: Limit | None = None,
    until: datetime | None = None,
    raised: bool = False,
    given: Mapping[str, Any] | None = None,
) -> Transition:
    """Make ``move``, which leads from the end of the case ``number`` back into it.

    With ``limit`` a new promise begins at ``at``; without, the old clock goes on as if it had not
    been stopped. ``until`` is how long after its end the case could be reopened; ``raised`` makes
    it more urgent than it was. Raises
    ``MoveNotPossible``, ``StalePage``, ``ReopenTooLate`` (409), ``NotHolder`` (403), ``Missing``
    (422); then nothing was written.
    """
    case = Case.objects.select_for_update().select_related("unit").get(number=number)
    case.procedure = version_of(case.procedure_id)
    chosen = _choose(case, move)
    if not _may_reopen(case, chosen, by, at):
        raise NotHolder()
    if until is not None and at > until:
        raise ReopenTooLate(until=until)
    check_needs(chosen, given or {})
    left = _last(case)
    _come_back(case, raised=raised)
    _run_again(case, at, limit)
    opened = place_step(case, case.definition.step(chosen.targets[0]), case.unit, at)
    opened.save(force_insert=True)
    return Transition(case, chosen, left, [opened])


def _choose(case: Case, move: str) -> Move:
    end = end_of(case)
    moves = case.definition.moves_from(end.code) if end else []
    chosen = next((one for one in moves if one.code == move and one.reopens), None)
    if chosen is None:
        allowed = {one.code: gettext(str(one.label)) for one in moves}
        raise MoveNotPossible(allowed=allowed, version=case.version)
    return chosen


def _last(case: Case) -> CaseStep:
    """Return the end of the case as if it were a stay, for the history; it is no row."""
    end = end_of(case)
    return CaseStep(case=case, step=end.code if end else "", unit=case.unit)


def _come_back(case: Case, *, raised: bool) -> None:
    ended = Case.objects.filter(pk=case.pk, closed_at=case.closed_at)
    case.priority = min(case.priority + raised, Priority.URGENT)
    changes = {"closed_at": None, "outcome": Outcome.OPEN, "priority": case.priority}
    if not ended.update(version=F("version") + 1, **changes):
        raise StalePage(version=case.version)
    case.closed_at, case.outcome, case.version = None, Outcome.OPEN, case.version + 1


def _run_again(case: Case, at: datetime, limit: Limit | None) -> None:
    """Start a new promise, or let the old one go on."""
    clock = promise(case, at, limit, None)
    if clock is not None:
        clock.save(force_insert=True)
        case.save(update_fields=["due_at", "provisional"])
        return
    stopped = Clock.objects.of(case.subject).filter(stopped_at__isnull=False)
    last = stopped.filter(kind__in=(ClockKind.PROMISED, ClockKind.GIVEN)).order_by("-id").first()
    if last is not None:
        take_over(case, workdays.restart_clock(last, at))
