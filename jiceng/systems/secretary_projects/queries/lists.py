"""The ledger of all projects 管理台账: found, filtered, lit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.models import Officer, Unit, UnitQuerySet
from jiceng.kernel.orgs.service import Capacity, Scope, visible_to
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.search.service import matching
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import PlanStep, Project
from jiceng.systems.secretary_projects.models.projects import ProjectQuerySet
from jiceng.systems.secretary_projects.queries.projects import Plan, drawn_up, stage_of
from jiceng.systems.secretary_projects.rules.progress import WHOLE, colour
from jiceng.systems.secretary_projects.terms import Stage

PAGE = 30


@dataclass(frozen=True)
class Choice:
    """What of the ledger is asked for; "" leaves a question open."""

    q: str = ""
    kind: str = ""
    theme: str = ""
    stage: str = ""
    unit: str = ""
    late: bool = False
    mine: bool = False


@dataclass(frozen=True)
class Line:
    """A project as a list shows it."""

    project: Project
    stage: Stage
    plan: Plan
    light: str


@dataclass(frozen=True)
class Found:
    """A page of the ledger, how many there are in all, and where the next page begins."""

    lines: Sequence[Line]
    total: int
    next_after: int


def ledger(officer: Officer, at: datetime, choice: Choice, after: int = 0) -> Found:
    """Return the projects that ``officer`` sees and ``choice`` asks for, the newest first."""
    rows = Project.objects.in_scope(visible_to(officer, at))
    if choice.mine:
        rows = rows.filter(owner=officer)
    found = _chosen(rows, choice, legal_day(at))
    page = found.filter(pk__lt=after) if after else found
    shown = list(page.select_related("case", "unit", "owner").order_by("-pk")[: PAGE + 1])
    lines = lines_of(shown[:PAGE], legal_day(at))
    return Found(lines, found.count(), shown[PAGE - 1].pk if len(shown) > PAGE else 0)


def lines_of(projects: Sequence[Project], today: date) -> list[Line]:
    """Return projects as lists show them; two queries, however many they are."""
    keys = [project.pk for project in projects]
    steps = {step.case_id: step for step in CaseStep.objects.open().filter(case__in=keys)}
    plans: dict[int, list[PlanStep]] = defaultdict(list)
    for step in PlanStep.objects.standing().filter(project__in=keys):
        plans[step.project_id].append(step)
    return [_line(each, steps.get(each.pk), plans[each.pk], today) for each in projects]


def _line(project: Project, step: CaseStep | None, steps: list[PlanStep], today: date) -> Line:
    light = colour([each.standing for each in steps], project.due_on, today) if step else ""
    return Line(project, stage_of(project, step), drawn_up(steps, today), light)


def _chosen(rows: ProjectQuerySet, choice: Choice, today: date) -> ProjectQuerySet:
    if choice.q:
        rows = rows.filter(matching(terms.SEARCHED, choice.q))
    if choice.kind:
        rows = rows.filter(kind=choice.kind)
    if choice.theme:
        rows = rows.filter(theme=choice.theme)
    if choice.unit:
        rows = rows.filter(unit__in=units_under(choice.unit))
    if choice.stage:
        rows = rows.filter(_at_stage(choice.stage))
    return rows.filter(_late(today)) if choice.late else rows


def units_under(code: str) -> UnitQuerySet:
    """Return the unit with this code and all below it; none where there is no such unit."""
    top = Unit.objects.filter(code=code).first()
    return Unit.objects.under(top) if top else Unit.objects.none()


def _at_stage(stage: str) -> Q:
    if stage == Stage.COMPLETED:
        return Q(completed_at__isnull=False)
    if stage == Stage.ENDED:
        return Q(case__closed_at__isnull=False, completed_at__isnull=True)
    codes = [code for code, reached in terms.STAGES.items() if reached == stage]
    standing = CaseStep.objects.open().filter(case=OuterRef("pk"), step__in=codes)
    return Q(Exists(standing))


def _late(today: date) -> Q:
    """Return the condition that a project, or a step of its plan, is over its day."""
    done = Q(claimed=WHOLE) & (Q(verified__isnull=True) | Q(verified__gte=F("verified_claim")))
    waiting = PlanStep.objects.filter(project=OuterRef("pk"), dropped_at__isnull=True)
    over = Exists(waiting.exclude(done).filter(due_on__lt=today))
    return Q(case__closed_at__isnull=True) & (Q(due_on__lt=today) | Q(over))


def party_units(scope: Scope, at: datetime) -> Sequence[Unit]:
    """Return the party organisations that are seen, in the order of the tree."""
    units = Unit.objects.existing(at).filter(kind=UnitKind.PARTY)
    return list(scope.filter(units, unit="").order_by("path"))


def led_by(officer: Officer, at: datetime) -> Sequence[Unit]:
    """Return the party organisations for which the officer may propose a project."""
    scope = visible_to(officer, at)
    return party_units(scope, at)


def units_to_draw(by: Capacity) -> Sequence[Unit]:
    """Return the units over whose projects a draw can be made: the own one, and below it those
    that are no party organisation."""
    rows = Unit.objects.under(by.unit).exclude(kind=UnitKind.PARTY)
    return list(rows.filter(dissolved_on__isnull=True).order_by("path"))
