"""The shorter way of an item: filed, registered, done."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.ending import check_finished
from jiceng.systems.secretary_projects.actions.gates import number_project
from jiceng.systems.secretary_projects.actions.recording import (
    held,
    keep_photos,
    mark,
    may_move,
    recorded,
)


def _worded(
    move: str, need: str, words: str, *, by: Actor, at: datetime, number: str, step_id: int | None
) -> Recorded[Case]:
    given = {need: words}
    moved = advance(number=number, move=move, by=by, at=at, step_id=step_id, given=given)
    return recorded(moved, words=given)


def _shown(
    move: str,
    event: str,
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment],
    claim: str,
) -> Recorded[Case]:
    project = held(number)
    given = {"note": note, "photo": photos}
    moved = advance(number=number, move=move, by=by, at=at, step_id=step_id, given=given)
    shown = keep_photos(photos, project.case.subject, claim)
    mark(project, event, at)
    return recorded(moved, shown, words={"note": note})


@act(terms.ITEM_FILED, label=_("报备案"), may=may_move)
def file_item(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Report the item to the party office."""
    return _shown(
        "file",
        terms.ITEM_FILED,
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        note=note,
        photos=photos,
        claim=claim,
    )


@act(terms.ITEM_RETURNED, label=_("退回补充"), may=may_move)
def send_item_back(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Ask for a better filing."""
    return _worded("return", "reason", reason, by=by, at=at, number=number, step_id=step_id)


@act(terms.ITEM_REGISTERED, label=_("同意备案，编号"), may=may_move)
def register_item(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Give the item its filing number."""
    project = held(number)
    moved = advance(number=number, move="register", by=by, at=at, step_id=step_id)
    filing = number_project(project, terms.ITEM_REGISTERED, at)
    return recorded(moved, words={"note": note}, filing_no=filing)


@act(terms.ITEM_REFUSED, label=_("不予备案"), may=may_move)
def refuse_item(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Refuse the item, for a reason."""
    return _worded("refuse", "reason", reason, by=by, at=at, number=number, step_id=step_id)


@act(terms.ITEM_WITHDRAWN, label=_("撤回"), may=may_move)
def withdraw_item(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Withdraw what is not registered yet."""
    return _worded("withdraw", "reason", reason, by=by, at=at, number=number, step_id=step_id)


@act(terms.ITEM_FINISHED, label=_("申请办结"), may=may_move)
def finish_item(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Show what was done. Raises ``OpenFindings``, ``StepsNotDone`` (409)."""
    check_finished(held(number))
    return _shown(
        "finish",
        terms.ITEM_FINISHED,
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        note=note,
        photos=photos,
        claim=claim,
    )


@act(terms.ITEM_REWORKED, label=_("退回继续实施"), may=may_move)
def rework_item(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Send an item back that is not done."""
    done = _worded("rework", "reason", reason, by=by, at=at, number=number, step_id=step_id)
    mark(held(number), terms.ITEM_REWORKED, at)
    return done


@act(terms.ITEM_COMPLETED, label=_("办结"), may=may_move)
def complete_item(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Find that the item is done, as somebody else than who says so."""
    project = held(number)
    moved = advance(number=number, move="complete", by=by, at=at, step_id=step_id)
    mark(project, terms.ITEM_COMPLETED, at, accepted_at=at, completed_at=at)
    return recorded(moved, words={"note": note})
