"""核实、结案、评价、重新办理: whether it was really dealt with, and what the reporters say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import facts_of
from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.ledger.service import Actor, Done, Recorded, act
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import main_case, plan, reopen
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.recording import (
    decided,
    decided_by_words,
    hand_in_photos,
    may_apply,
    may_move,
    recorded,
)
from jiceng.systems.grid.models import Incident, Rating
from jiceng.systems.grid.queries.closing import reopen_until
from jiceng.systems.grid.terms import REOPENINGS_BEFORE_PRIORITY

MARKS = range(1, 6)


class BadMark(BadInput):
    """A mark that is not one of five (422)."""

    code = "bad_mark"
    sentence = _("请在 1 到 5 分之间打分。")


class NotEnded(Conflict):
    """Only what has ended can be rated (409)."""

    code = "not_ended"
    sentence = _("办结之后才能评价。")


@act(terms.VERIFIED, label=_("核实通过"), may=may_move, decides=True)
def verify(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Confirm on site, as somebody other than the handler, that it was really dealt with."""
    made = plan(number=number, move="verify", by=by, at=at, step_id=step_id)
    handed = hand_in_photos(photos, made, claim)
    return decided(made, facts_of(handed.photos), note=note)


@act(terms.REWORKED, label=_("退回重办"), may=may_move, decides=True)
def rework(
    *,
    by: Actor,
    at: datetime,
    number: str,
    reason: str,
    step_id: int | None,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Find on site that it was not dealt with; the handling unit has it again."""
    given = {"reason": reason}
    made = plan(number=number, move="rework", by=by, at=at, step_id=step_id, given=given)
    handed = hand_in_photos(photos, made, claim)
    return decided(made, facts_of(handed.photos), reason=reason)


@act(terms.CLOSED, label=_("结案"), may=may_move, decides=True)
def close(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Close a verified case."""
    return decided_by_words(
        "close", by=by, at=at, number=number, step_id=step_id, words={"note": note}
    )


@act(terms.RATED, label=_("评价"), may=may_apply, key_of="claim")
def rate(
    *,
    by: Actor,
    at: datetime,
    number: str,
    effect: int,
    speed: int,
    solved: bool,
    words: str = "",
    claim: str = "",
) -> Recorded[Rating]:
    """Take down what a reporter thinks of the end; each reporter of a merged case has a say.

    ``number`` is the reporter's own. Raises ``BadMark`` (422), ``NotEnded`` (409).
    """
    if effect not in MARKS or speed not in MARKS:
        raise BadMark(field="effect" if effect not in MARKS else "speed")
    own = Case.objects.get(number=number, system=terms.SYSTEM)
    main = main_case(own)
    if main.closed_at is None:
        raise NotEnded()
    said = {"effect": effect, "speed": speed, "solved": solved}
    rating, _new = Rating.objects.update_or_create(case=own, defaults={**said, "at": at})
    facts = {**said, "main": main.number}
    return Recorded(rating, own.subject, facts, {"words": words} if words else {})


@act(terms.REOPENED, label=_("不满意，重新办理"), may=may_apply, key_of="claim")
def reopen_case(
    *, by: Actor, at: datetime, number: str, reason: str, claim: str = ""
) -> Recorded[Case]:
    """Bring a closed case back for a reporter who is not satisfied, while the window is open.

    ``number`` is the reporter's own; the case that comes back is the one it was merged into. The
    window is counted from the stored instant of closing. The second time raises the priority.
    Raises ``ReopenTooLate``, ``MoveNotPossible`` (409).
    """
    own = Case.objects.get(number=number, system=terms.SYSTEM)
    return _come_back("reopen", main_case(own), by, at, reason, own.number)


@act(terms.REOPENED_BY_OFFICE, label=_("重新办理"), may=may_move)
def reopen_by_office(*, by: Actor, at: datetime, number: str, reason: str) -> Recorded[Case]:
    """Bring a closed case back as the duty officer; the same window holds."""
    case = Case.objects.get(number=number, system=terms.SYSTEM)
    return _come_back("reopen_by_office", case, by, at, reason, "")


@act(terms.TAKEN_UP, label=_("改为受理"), may=may_move)
def take_up(*, by: Actor, at: datetime, number: str, reason: str) -> Recorded[Case]:
    """Take up a report after all that was refused; a new promise begins."""
    case = Case.objects.select_related("incident__category").get(number=number)
    category = case.incident.category
    moved = reopen(
        number=number,
        move="take_up",
        by=by,
        at=at,
        limit=category.limit if category else None,
        given={"reason": reason},
    )
    return recorded(moved, reason=reason)


def _come_back(
    move: str, case: Case, by: Actor, at: datetime, reason: str, reporter: str
) -> Recorded[Case]:
    incident = Incident.objects.select_related("category").get(case=case)
    again = incident.reopenings + 1
    moved = reopen(
        number=case.number,
        move=move,
        by=by,
        at=at,
        limit=incident.category.limit if incident.category else None,
        until=reopen_until(case),
        raised=again > REOPENINGS_BEFORE_PRIORITY,
        given={"reason": reason},
    )
    # An upheld appeal excused that ending, not the next one.
    Incident.objects.filter(case=case).update(reopenings=F("reopenings") + 1, excused=False)
    done = recorded(moved, reason=reason)
    facts = {**done.facts, "reopenings": again, "priority": moved.case.priority}
    facts |= {"reporter": reporter} if reporter else {}
    return replace(done, facts=facts)


def rate_and_reopen(*, reason: str, number: str, **given: Any) -> tuple[Done[Any], Done[Any]]:
    """Let a reporter who is not satisfied say so and have it dealt with again: both or neither."""
    edge = {name: given[name] for name in ("by", "at", "claim", "key") if name in given}
    with transaction.atomic():
        rated = rate(number=number, words=reason, **given)
        return rated, reopen_case(number=number, reason=reason, **edge)
