"""What the acts of a project have in common: who may try, which row, what history is told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import attach, facts_of
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.service import Actor, Recorded
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Transition
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.refusals import DayToCome, NotTheOwner
from jiceng.systems.secretary_projects.models import Project

Shown = Sequence[Mapping[str, str]]


def may_move(*, by: Actor, **given: Any) -> None:
    """Only an officer moves a case; whose step it is, is the engine's question."""
    if not isinstance(by, Capacity):
        raise NotAllowed()


def held(number: str) -> Project:
    """Return the project as it is now, and let everybody else who changes it wait for us."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("case", "unit", "owner")
    project = rows.filter(case__number=number, case__system=terms.SYSTEM).first()
    if project is None:
        raise Absent()
    return project


def check_owner(by: Actor, project: Project) -> None:
    """Raise ``NotTheOwner`` unless ``by`` is secretary of the organisation of the project."""
    leads = isinstance(by, Capacity) and by.role == terms.SECRETARY.code
    if not (leads and isinstance(by, Capacity) and by.unit.pk == project.unit_id):
        raise NotTheOwner()


def check_past(day: date, at: datetime, field: str = "day") -> None:
    """Raise ``DayToCome`` for a day that has not come."""
    if day > legal_day(at):
        raise DayToCome(field=field)


def keep_photos(photos: Sequence[Attachment], subject: str, claim: str) -> Shown:
    """Give the uploads of this session to ``subject``; return what the entry says of them."""
    if not photos:
        return []
    return facts_of(attach([photo.uid for photo in photos], subject=subject, claim=claim))


def uids_of(shown: Shown) -> list[str]:
    """Return the uids of photos, as a row keeps them."""
    return [photo["uid"] for photo in shown]


def mark(project: Project, event: str, at: datetime, **changes: Any) -> None:
    """Note on ``project`` the last thing that the public may know of, with other changes."""
    values = {"milestone": event, "milestone_at": at, **changes}
    Project.objects.filter(pk=project.pk).update(**values)
    for name, value in values.items():
        setattr(project, name, value)


def recorded(
    moved: Transition, shown: Shown = (), *, words: Mapping[str, str], **facts: Any
) -> Recorded[Case]:
    """Hand a move to the ledger: what changed in clear, what people wrote under a commitment."""
    spoken = {field: text for field, text in words.items() if text}
    told = moved.facts | ({"photos": list(shown)} if shown else {}) | facts
    return Recorded(moved.case, subject=moved.case.subject, facts=told, personal=spoken)
