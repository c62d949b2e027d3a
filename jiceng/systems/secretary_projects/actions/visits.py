"""Visits and what they find: recorded by who was there, put right by the owner, confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.plans import percent_of, standing_step
from jiceng.systems.secretary_projects.actions.recording import (
    check_owner,
    check_past,
    held,
    keep_photos,
    mark,
    uids_of,
)
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyVisited,
    BadDeadline,
    NothingSeen,
    NotRectified,
    NotRunning,
    OwnProject,
    VisitTooEarly,
)
from jiceng.systems.secretary_projects.models import Finding, PlanStep, Project, Visit
from jiceng.systems.secretary_projects.queries.inspections import owns


def _may_inspect(*, by: Actor, **given: Any) -> None:
    if not (isinstance(by, Capacity) and by.role == terms.INSPECTOR.code):
        raise NotAllowed()


def _may_act(*, by: Actor, **given: Any) -> None:
    """An officer; whose project it is, is asked of the row."""
    if not isinstance(by, Capacity):
        raise NotAllowed()


def _check_other(by: Actor, project: Project, at: datetime) -> None:
    if isinstance(by, Capacity) and owns(by.officer, project, at):
        raise OwnProject()


def _look(project: Project, seen: Mapping[int, object], at: datetime) -> dict[str, str]:
    """Write what was found of each step beside what its owner claims; return it for history."""
    told = {}
    for key, typed in seen.items():
        step, percent = standing_step(project, key), percent_of(typed, f"step_{key}")
        values = {"verified": percent, "verified_claim": step.claimed, "verified_at": at}
        PlanStep.objects.filter(pk=step.pk).update(**values)
        told[str(key)] = f"{percent}/{step.claimed}"
    return told


def _made(
    visit: Visit,
    project: Project,
    *,
    at: datetime,
    visited_on: date,
    words: str,
    seen: Mapping[int, object],
    photos: Sequence[Attachment],
    claim: str,
) -> Recorded[Visit]:
    """Write a visit down; ``visit`` is new, or was drawn."""
    check_past(visited_on, at, "visited_on")
    if visited_on < legal_day(visit.drawn_at):
        raise VisitTooEarly(field="visited_on")
    if not words:
        raise NothingSeen(field="words")
    shown = keep_photos(photos, project.case.subject, claim)
    visit.visited_on, visit.visited_at, visit.words = visited_on, at, words
    visit.photos = uids_of(shown)
    if visit._state.adding:
        visit.save(force_insert=True)
    else:
        visit.save(update_fields=["visited_on", "visited_at", "words", "photos"])
    told = _look(project, seen, at)
    mark(project, terms.VISITED, at)
    facts = {
        "visit": visit.uid,
        "day": visited_on,
        "team": visit.team,
        "drawn": visit.draw_id is not None,
        "verified": told,
        "photos": list(shown),
    }
    return Recorded(visit, project.case.subject, facts, {"words": words})


@act(terms.VISITED, label=_("督查走访"), may=_may_inspect)
def record_visit(
    *,
    by: Capacity,
    at: datetime,
    number: str,
    visited_on: date,
    words: str,
    seen: Mapping[int, object],
    visit: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Visit]:
    """Record a visit, drawn (``visit`` is its uid) or of one's own accord: what was seen, and how
    far each step really is.

    Raises ``OwnProject`` (403), ``Absent`` (404), ``AlreadyVisited``, ``NotRunning`` (409),
    ``VisitTooEarly``, ``DayToCome``, ``NothingSeen``, ``BadPercent`` (422).
    """
    project = held(number)
    _check_other(by, project, at)
    row = _drawn(visit, project, by) if visit else _own(project, by, visited_on, at)
    return _made(
        row,
        project,
        at=at,
        visited_on=visited_on,
        words=words,
        seen=seen,
        photos=photos,
        claim=claim,
    )


def _drawn(uid: str, project: Project, by: Capacity) -> Visit:
    row = Visit.objects.select_for_update().filter(uid=uid, project=project).first()
    if row is None or by.officer.staff_no not in row.team:
        raise Absent()
    if row.visited_at is not None:
        raise AlreadyVisited()
    return row


def _own(project: Project, by: Capacity, day: date, at: datetime) -> Visit:
    if not by.unit.contains(project.unit):
        raise Absent()
    if project.registered_at is None or project.completed_at is not None:
        raise NotRunning()
    if day < legal_day(project.registered_at):
        raise VisitTooEarly(field="visited_on")
    return Visit(
        uid=new_uid(),
        project=project,
        unit=project.unit,
        owner_id=project.owner_id,
        inspector=by.officer,
        team=[by.officer.staff_no],
        drawn_at=project.registered_at,
    )


@act(terms.FOUND, label=_("登记督查问题"), may=_may_inspect)
def find(
    *,
    by: Capacity,
    at: datetime,
    visit: Visit,
    words: str,
    due_on: date,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Finding]:
    """Write down what is wrong, with a photo, and until when it has to be put right.

    Raises ``Absent`` (404), ``NothingSeen``, ``BadDeadline`` (422).
    """
    project = held(visit.project.case.number)
    if by.officer.staff_no not in visit.team or visit.visited_at is None:
        raise Absent()
    if not words or not photos:
        raise NothingSeen(field="photo" if words else "words")
    today = legal_day(at)
    if not today < due_on <= today + timedelta(days=terms.LONGEST_RECTIFICATION):
        raise BadDeadline(field="due_on")
    shown = keep_photos(photos, project.case.subject, claim)
    row = Finding.objects.create(
        uid=new_uid(),
        visit=visit,
        project=project,
        words=words,
        photos=uids_of(shown),
        found_at=at,
        due_on=due_on,
    )
    facts = {"finding": row.uid, "visit": visit.uid, "due_on": due_on, "photos": list(shown)}
    return Recorded(row, project.case.subject, facts, {"words": words})


def _held(finding: Finding) -> Finding:
    rows = Finding.objects.select_for_update(of=("self",)).select_related("visit", "project__case")
    return rows.get(pk=finding.pk)


@act(terms.RECTIFIED, label=_("整改"), may=_may_act)
def rectify(
    *,
    by: Actor,
    at: datetime,
    finding: Finding,
    words: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Finding]:
    """Show that a finding was put right, as the owner. Raises ``NotTheOwner`` (403),
    ``NotRectified`` (409), ``NothingSeen`` (422)."""
    project, row = held(finding.project.case.number), _held(finding)
    check_owner(by, project)
    if row.rectified_at is not None:
        raise NotRectified(_("已经提交整改，等待督查员确认。"))
    if not words or not photos:
        raise NothingSeen(field="photo" if words else "words")
    shown = keep_photos(photos, project.case.subject, claim)
    row.rectified_at, row.rectification = at, words
    row.rectification_photos = uids_of(shown)
    row.save(update_fields=["rectified_at", "rectification", "rectification_photos"])
    mark(project, terms.RECTIFIED, at)
    facts = {
        "finding": row.uid,
        "on_time": legal_day(at) <= row.due_on,
        "photos": list(shown),
    }
    return Recorded(row, project.case.subject, facts, {"rectification": words})


def _judged(by: Capacity, finding: Finding) -> Finding:
    row = _held(finding)
    if by.officer.staff_no not in row.visit.team:
        raise Absent()
    if row.rectified_at is None or row.confirmed_at is not None:
        raise NotRectified()
    return row


@act(terms.CONFIRMED, label=_("确认整改，销号"), may=_may_inspect)
def confirm(*, by: Capacity, at: datetime, finding: Finding) -> Recorded[Finding]:
    """Confirm on the spot that it was put right, as one who found it.

    Raises ``Absent`` (404), ``NotRectified`` (409).
    """
    row = _judged(by, finding)
    row.confirmed_at = at
    row.save(update_fields=["confirmed_at"])
    return Recorded(row, row.project.case.subject, {"finding": row.uid})


@act(terms.SENT_BACK, label=_("整改不到位，退回"), may=_may_inspect)
def send_back(*, by: Capacity, at: datetime, finding: Finding, reason: str) -> Recorded[Finding]:
    """Say that it was not put right. Raises ``Absent`` (404), ``NotRectified`` (409),
    ``NothingSeen`` (422)."""
    row = _judged(by, finding)
    if not reason:
        raise NothingSeen(field="reason")
    row.rectified_at = None
    row.save(update_fields=["rectified_at"])
    return Recorded(row, row.project.case.subject, {"finding": row.uid}, {"reason": reason})
