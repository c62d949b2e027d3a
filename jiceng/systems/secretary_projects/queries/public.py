"""What everybody may read: all projects that were published, without a word that is personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.text import mask_personal
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import latest
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import GateEvidence, Project
from jiceng.systems.secretary_projects.models.projects import ProjectQuerySet
from jiceng.systems.secretary_projects.queries.lists import Line, lines_of
from jiceng.systems.secretary_projects.queries.projects import Plan, PlanLine
from jiceng.systems.secretary_projects.terms import Gate, Kind, Stage, Theme

# One page shows all that a zone has, and a county's need not be turned over a hundred times.
MOST = 500


@dataclass(frozen=True)
class PublicLine:
    """A project as neighbours read it: masked, with its last milestone."""

    number: str
    title: str
    unit: str
    kind: str
    theme: str
    filing_no: str
    stage: Stage
    plan: Plan
    light: str
    due_on: date
    milestone: str
    milestone_at: datetime | None

    @property
    def late(self) -> int:
        """Return how many steps are late."""
        return len(self.plan.late)


@dataclass(frozen=True)
class PublicStep:
    """A step of a plan as neighbours read it."""

    name: str
    expected: str
    owner: str
    due_on: date
    claimed: Decimal
    verified: Decimal | None
    late: int
    done: bool
    contradicted: bool


@dataclass(frozen=True)
class PublicFile:
    """All that the public page of a project shows."""

    line: PublicLine
    background: str
    expected: str
    starts_on: date
    gates: Sequence[tuple[str, date | None]]
    steps: Sequence[PublicStep]
    notice: Notice | None
    board: Notice | None


def on_the_board(at: datetime, kind: str = "", theme: str = "") -> list[PublicLine]:
    """Return the projects that the public may know of, the latest milestone first."""
    rows = _public(at)
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if theme in Theme.values:
        rows = rows.filter(theme=theme)
    shown = rows.select_related("case", "unit").order_by("-milestone_at", "-pk")[:MOST]
    return [_masked(line) for line in lines_of(list(shown), legal_day(at))]


def _public(at: datetime) -> ProjectQuerySet:
    """Return what was registered, and what hangs out for objections now."""
    hanging = CaseStep.objects.open().filter(step="publication").values("case")
    registered = Project.objects.registered(at)
    return registered | Project.objects.filter(case__in=hanging)


def _masked(line: Line) -> PublicLine:
    project = line.project
    return PublicLine(
        number=project.case.number,
        title=mask_personal(project.case.title),
        unit=project.unit.name,
        kind=str(project.get_kind_display()),
        theme=str(project.get_theme_display()),
        filing_no=project.filing_no,
        stage=line.stage,
        plan=line.plan,
        light=line.light,
        due_on=project.due_on,
        milestone=str(terms.MILESTONES.get(project.milestone, "")),
        milestone_at=project.milestone_at,
    )


def public_file(number: str, at: datetime) -> PublicFile:
    """Return a project for everybody, or raise ``Absent``."""
    found = _public(at).filter(case__number=number).select_related("case", "unit").first()
    if found is None:
        raise Absent()
    (line,) = lines_of([found], legal_day(at))
    subject = found.case.subject
    return PublicFile(
        line=_masked(line),
        background=mask_personal(found.background),
        expected=mask_personal(found.expected),
        starts_on=found.starts_on,
        gates=_gates(found),
        steps=[_step(each) for each in line.plan.lines],
        notice=latest(subject, terms.NOTICE),
        board=latest(subject, terms.BOARD_PLAN),
    )


def _gates(project: Project) -> list[tuple[str, date | None]]:
    if project.kind != Kind.PROJECT:
        return []
    rows = GateEvidence.objects.standing().filter(project=project)
    days = {row.gate: row.day for row in rows}
    return [(str(gate.label), days.get(gate)) for gate in Gate]


def _step(line: PlanLine) -> PublicStep:
    step = line.step
    return PublicStep(
        name=mask_personal(step.name),
        expected=mask_personal(step.expected),
        owner=mask_personal(step.owner),
        due_on=step.due_on,
        claimed=step.claimed,
        verified=step.verified,
        late=line.late,
        done=line.done,
        contradicted=line.contradicted,
    )
