"""Draws, visits and findings: who may know of them, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.models import Officer, Tenure, Unit
from jiceng.kernel.orgs.service import Capacity, capacities, holders, posts_for
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import Draw, Finding, Project, Visit
from jiceng.systems.secretary_projects.rules.drawing import Candidate

DRAWERS = (terms.PARTY_OFFICE.code, terms.INSPECTOR.code)


def candidates_under(unit: Unit, at: datetime) -> list[Candidate]:
    """Return the projects under ``unit`` that run, as a draw knows them."""
    rows = Project.objects.running(at).filter(unit__path__startswith=unit.path)
    listed = rows.select_related("case", "owner").order_by("case__number")
    return [Candidate(row.case.number, row.kind, row.owner.staff_no) for row in listed]


def inspectors_of(unit: Unit, at: datetime) -> list[str]:
    """Return the staff numbers of who inspects in ``unit``: from there, above, or below."""
    near = Q(post__unit__in=unit.lineage) | Q(post__unit__path__startswith=unit.path)
    held = Tenure.objects.live(at).filter(
        near, post__role=terms.INSPECTOR.code, officer__is_active=True
    )
    return sorted(set(held.values_list("officer__staff_no", flat=True)))


def owns(officer: Officer, project: Project, at: datetime) -> bool:
    """Tell whether a project is an officer's own: led by them, or of the branch they lead."""
    if officer.pk == project.owner_id:
        return True
    post = posts_for(terms.SECRETARY.code, project.unit, at)
    sits = post is not None and post.unit_id == project.unit_id
    return bool(sits and post and officer in holders(post, at))


def may_read(officer: Officer, draw: Draw, held: Sequence[Capacity]) -> bool:
    """Tell whether an officer may know of a draw: whoever draws, and whoever inspects; but nobody
    who owns what may still be visited."""
    draws = any(by.role in DRAWERS and by.unit.contains(draw.unit) for by in held)
    if not (draws or officer.staff_no in draw.inspectors):
        return False
    own = {each["number"] for each in draw.candidates if each["owner"] == officer.staff_no}
    if not own or draw.revealed_at is not None:
        return True
    made = draw.visits.filter(visited_at__isnull=False)
    return own <= set(made.values_list("project__case__number", flat=True))


def draws_for(officer: Officer, at: datetime) -> list[Draw]:
    """Return the draws that an officer may know of, the newest first."""
    held = capacities(officer, at)
    rows = Draw.objects.select_related("unit").order_by("-committed_at", "-id")[:100]
    return [draw for draw in rows if may_read(officer, draw, held)]


def draw_for(officer: Officer, uid: str, at: datetime) -> Draw:
    """Return a draw, or raise ``Absent`` where the officer may not know of it."""
    draw = Draw.objects.select_related("unit").filter(uid=uid).first()
    if draw is None or not may_read(officer, draw, capacities(officer, at)):
        raise Absent()
    return draw


def visits_in(draw: Draw) -> list[Visit]:
    """Return the visits that a draw came to."""
    rows = draw.visits.select_related("project__case", "unit", "inspector")
    return list(rows.order_by("visited_at", "id"))


def visits_of(officer: Officer) -> list[Visit]:
    """Return the visits on whose team an officer is: those to be made first."""
    rows = Visit.objects.select_related("project__case", "unit", "draw")
    # No team is found inside JSON on both databases; what waits is never much.
    waiting = [
        visit
        for visit in rows.filter(visited_at__isnull=True).order_by("id")
        if officer.staff_no in visit.team
    ]
    made = rows.filter(inspector=officer, visited_at__isnull=False).order_by("-visited_at")
    return [*waiting, *made[:100]]


def visit_for(officer: Officer, uid: str) -> Visit:
    """Return a visit of one's own, or raise ``Absent``: that one is planned nobody else knows."""
    rows = Visit.objects.filter(uid=uid).select_related("project__case", "project__unit", "draw")
    visit = rows.first()
    if visit is None or officer.staff_no not in visit.team:
        raise Absent()
    return visit


def finding_for(uid: str, project: Project) -> Finding:
    """Return a finding of a project, or raise ``Absent``."""
    rows = Finding.objects.filter(uid=uid, project=project)
    finding = rows.select_related("visit", "project__case", "project__unit").first()
    if finding is None:
        raise Absent()
    return finding


@dataclass(frozen=True)
class Inspected:
    """What inspections left on a project: visits that were made, and findings."""

    visits: Sequence[Visit]
    findings: Sequence[Finding]

    @property
    def open(self) -> list[Finding]:
        """Return the findings that are not confirmed as put right."""
        return [finding for finding in self.findings if finding.confirmed_at is None]


def inspected(project: Project, at: datetime) -> Inspected:
    """Return the visits that were made, and what they found; what is planned is nobody's here."""
    visits = Visit.objects.made(at).filter(project=project).select_related("inspector")
    findings = Finding.objects.filter(project=project).select_related("visit")
    return Inspected(
        list(visits.order_by("-visited_at")), list(findings.order_by("-found_at", "-id"))
    )
