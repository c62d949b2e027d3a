"""The writes of an incident: the act behind each move."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.recording import attach_photos, may_move, recorded
from jiceng.systems.grid.models import Incident


@act(terms.JUDGED, label=_("研判"), may=may_move)
def judge(
    *, by: Actor, at: datetime, number: str, judgement: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Find whether the problem is ordinary or major."""
    given = {"judgement": judgement}
    moved = advance(number=number, move="judge", by=by, at=at, step_id=step_id, given=given)
    Incident.objects.filter(case=moved.case).update(judgement=judgement)
    return recorded(moved, note=note)


@act(terms.REFUSED, label=_("不予受理"), may=may_move)
def refuse(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """End a report that is not the zone's to handle, saying why."""
    given = {"reason": reason}
    moved = advance(number=number, move="refuse", by=by, at=at, step_id=step_id, given=given)
    return recorded(moved, reason=reason)


@act(terms.DISPATCHED, label=_("派遣"), may=may_move)
def dispatch(
    *, by: Actor, at: datetime, number: str, unit: Unit, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Send the case to the unit that will handle it."""
    moved = advance(
        number=number,
        move="dispatch",
        by=by,
        at=at,
        step_id=step_id,
        unit=unit,
        given={"unit": unit},
    )
    return recorded(moved, note=note)


@act(terms.RETURNED, label=_("退回"), may=may_move)
def send_back(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Give a case back to the duty officer, who can only dispatch it again."""
    given = {"reason": reason}
    moved = advance(number=number, move="return", by=by, at=at, step_id=step_id, given=given)
    return recorded(moved, reason=reason)


@act(terms.REASSIGNED, label=_("改派"), may=may_move)
def reassign(
    *, by: Actor, at: datetime, number: str, unit: Unit, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Hand the case to another handling unit."""
    moved = advance(
        number=number,
        move="reassign",
        by=by,
        at=at,
        step_id=step_id,
        unit=unit,
        given={"unit": unit, "reason": reason},
    )
    return recorded(moved, reason=reason)


@act(terms.DISPOSED, label=_("处置完成"), may=may_move)
def dispose(
    *,
    by: Actor,
    at: datetime,
    number: str,
    photos: Sequence[Attachment],
    note: str,
    step_id: int | None,
    claim: str = "",
) -> Recorded[Case]:
    """Report that the problem was dealt with, with a photo of how it is now."""
    given = {"photo": photos, "note": note}
    moved = advance(number=number, move="dispose", by=by, at=at, step_id=step_id, given=given)
    shown = attach_photos(photos, moved.case, claim)
    return recorded(moved, shown, note=note)


@act(terms.VERIFIED, label=_("核实通过"), may=may_move)
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
    moved = advance(number=number, move="verify", by=by, at=at, step_id=step_id)
    shown = attach_photos(photos, moved.case, claim)
    return recorded(moved, shown, note=note)


@act(terms.REWORKED, label=_("退回重办"), may=may_move)
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
    moved = advance(number=number, move="rework", by=by, at=at, step_id=step_id, given=given)
    shown = attach_photos(photos, moved.case, claim)
    return recorded(moved, shown, reason=reason)


@act(terms.CLOSED, label=_("结案"), may=may_move)
def close(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Close a verified case."""
    moved = advance(number=number, move="close", by=by, at=at, step_id=step_id)
    return recorded(moved, note=note)


# The act behind each move of the procedure; a conformance test keeps the two lists equal.
MOVES: dict[str, Callable[..., Any]] = {
    "judge": judge,
    "refuse": refuse,
    "dispatch": dispatch,
    "return": send_back,
    "reassign": reassign,
    "dispose": dispose,
    "verify": verify,
    "rework": rework,
    "close": close,
}
