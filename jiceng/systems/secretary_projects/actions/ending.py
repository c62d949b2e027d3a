"""实施 → 验收 → 办结: the owner says it is done, somebody else looks, then it is closed."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.recording import (
    held,
    keep_photos,
    mark,
    may_move,
    recorded,
)
from jiceng.systems.secretary_projects.actions.refusals import OpenFindings, StepsNotDone
from jiceng.systems.secretary_projects.models import Finding, PlanStep, Project


def check_finished(project: Project) -> None:
    """Raise ``OpenFindings`` or ``StepsNotDone`` (409) where something is left to do."""
    if Finding.objects.open().filter(project=project).exists():
        raise OpenFindings()
    steps = PlanStep.objects.standing().filter(project=project)
    if not all(step.standing.publicly_done for step in steps):
        raise StepsNotDone()


@act(terms.SUBMITTED, label=_("申请验收"), may=may_move)
def submit(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Ask that it be looked at. Raises ``OpenFindings``, ``StepsNotDone`` (409)."""
    project, given = held(number), {"photo": photos, "note": note}
    moved = advance(number=number, move="submit", by=by, at=at, step_id=step_id, given=given)
    check_finished(project)
    shown = keep_photos(photos, project.case.subject, claim)
    mark(project, terms.SUBMITTED, at)
    return recorded(moved, shown, words={"note": note})


@act(terms.REWORKED, label=_("退回继续实施"), may=may_move)
def rework(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Send it back: it is not done."""
    project, given = held(number), {"reason": reason}
    moved = advance(number=number, move="rework", by=by, at=at, step_id=step_id, given=given)
    mark(project, terms.REWORKED, at)
    return recorded(moved, words=given)


@act(terms.ACCEPTED, label=_("验收通过"), may=may_move)
def accept(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Find that it is done, as somebody else than who says so. Raises ``OpenFindings`` (409)."""
    project, given = held(number), {"note": note, "photo": photos}
    moved = advance(number=number, move="accept", by=by, at=at, step_id=step_id, given=given)
    check_finished(project)
    shown = keep_photos(photos, project.case.subject, claim)
    mark(project, terms.ACCEPTED, at, accepted_at=at)
    return recorded(moved, shown, words={"note": note})


@act(terms.COMPLETED, label=_("办结"), may=may_move)
def complete(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Close what was accepted."""
    project = held(number)
    moved = advance(number=number, move="complete", by=by, at=at, step_id=step_id)
    mark(project, terms.COMPLETED, at, completed_at=at)
    return recorded(moved, words={"note": note})
