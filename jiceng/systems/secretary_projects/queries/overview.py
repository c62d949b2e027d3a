"""What the party office looks at over all projects: who has none, who leads, who lags, what came
of it, and what others can learn."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Scope, visible_to
from jiceng.systems.secretary_projects.models import (
    Adoption,
    Exemplar,
    Finding,
    Indicator,
    Project,
    Report,
    Result,
)
from jiceng.systems.secretary_projects.queries.duties import owed
from jiceng.systems.secretary_projects.queries.lists import Line, lines_of, party_units
from jiceng.systems.secretary_projects.rules import duties, outcomes, standing
from jiceng.systems.secretary_projects.terms import Aggregation, Duty, Kind


@dataclass(frozen=True)
class Covered:
    """A party organisation with how many projects and items it has, ended ones without a number
    aside."""

    unit: Unit
    projects: int
    items: int

    @property
    def covered(self) -> bool:
        """Tell whether it has one at least."""
        return bool(self.projects or self.items)


def coverage(officer: Officer, at: datetime) -> list[Covered]:
    """Return the party organisations that are seen; who has nothing comes first 全域覆盖."""
    units = party_units(visible_to(officer, at), at)
    alive = Q(case__closed_at__isnull=True) | Q(registered_at__isnull=False)
    rows = Project.objects.filter(alive, unit__in=units).values("unit", "kind")
    counts = {(row["unit"], row["kind"]): row["many"] for row in rows.annotate(many=Count("pk"))}
    lines = [
        Covered(unit, counts.get((unit.pk, Kind.PROJECT), 0), counts.get((unit.pk, Kind.ITEM), 0))
        for unit in units
    ]
    return sorted(lines, key=lambda line: line.covered)


@dataclass(frozen=True)
class End:
    """A project at one end of the field, with the rule's reasons."""

    line: Line
    scored: standing.Scored


@dataclass(frozen=True)
class BothEnds:
    """The best and the laggards, of how many."""

    best: Sequence[End]
    laggards: Sequence[End]
    among: int


def both_ends(officer: Officer, at: datetime) -> BothEnds:
    """Return the best and the laggards among the projects that are seen and run."""
    rows = Project.objects.in_scope(visible_to(officer, at)).running(at)
    projects = list(rows.select_related("case", "unit", "owner"))
    lines = {line.project.case.number: line for line in lines_of(projects, legal_day(at))}
    late = _late_reports(projects, at)
    overdue = Counter(
        Finding.objects.open()
        .filter(project__in=projects, rectified_at__isnull=True, due_on__lt=legal_day(at))
        .values_list("project", flat=True)
    )
    facts = [
        _facts(line, overdue[line.project.pk], late[line.project.pk]) for line in lines.values()
    ]
    found = standing.ends(facts)
    return BothEnds(
        [End(lines[each.facts.number], each) for each in found.best],
        [End(lines[each.facts.number], each) for each in found.laggards],
        found.among,
    )


def _facts(line: Line, overdue: int, reports: duties.Tally) -> standing.Facts:
    plan = line.plan
    looked = any(step.step.verified is not None for step in plan.lines)
    return standing.Facts(
        number=line.project.case.number,
        planned=plan.planned,
        claimed=plan.claimed,
        verified=plan.verified if looked else None,
        late_steps=len(plan.late),
        contradicted=len([step for step in plan.lines if step.contradicted]),
        overdue_findings=overdue,
        missing_reports=reports.missing,
        late_reports=reports.actual - reports.on_time,
    )


def _late_reports(projects: Sequence[Project], at: datetime) -> dict[int, duties.Tally]:
    came: dict[tuple[int, str], dict] = defaultdict(dict)
    for report in Report.objects.filter(project__in=projects):
        came[report.project_id, report.duty][report.period_start] = report.at
    found: dict[int, duties.Tally] = defaultdict(duties.Tally)
    for project in projects:
        for duty in Duty:
            periods = owed(project, duty, at)
            found[project.pk] += duties.tally(periods, came[project.pk, duty.value], at)
    return found


@dataclass(frozen=True)
class Outcome:
    """An indicator with its results and what they come to, as far as they may be added."""

    indicator: Indicator
    results: Sequence[Result]
    value: Decimal | None

    @property
    def measure(self) -> str:
        """Return what the value is in."""
        counts = self.indicator.aggregation == Aggregation.COUNT
        return self.indicator.counted_in if counts else self.indicator.measure

    @property
    def open(self) -> int:
        """Return how many are not achieved yet."""
        return len([row for row in self.results if row.achieved_on is None])


def outcomes_of(officer: Officer, at: datetime) -> list[Outcome]:
    """Return the indicators, each with the results that are seen; nothing is added across them."""
    rows = _results(visible_to(officer, at)).select_related("indicator", "unit", "project__case")
    found: dict[int, list[Result]] = defaultdict(list)
    for row in rows.order_by("-opened_on", "-id"):
        found[row.indicator_id].append(row)
    return [_outcome(each, found[each.pk]) for each in Indicator.objects.order_by("kind", "code")]


def _outcome(indicator: Indicator, results: list[Result]) -> Outcome:
    if indicator.aggregation == Aggregation.NONE:
        return Outcome(indicator, results, None)
    measured = [row.measured for row in results]
    return Outcome(indicator, results, outcomes.aggregate(measured, indicator.aggregation))


def _results(scope: Scope) -> QuerySet[Result]:
    return scope.filter(Result.objects.all())


def result_for(officer: Officer, uid: str, at: datetime) -> Result:
    """Return a result that is seen, or raise ``Absent``."""
    rows = _results(visible_to(officer, at)).select_related("indicator", "unit")
    row = rows.filter(uid=uid).first()
    if row is None:
        raise Absent()
    return row


def results_of(project: Project) -> list[Result]:
    """Return the results of one project."""
    rows = Result.objects.filter(project=project).select_related("indicator")
    return list(rows.order_by("-opened_on", "-id"))


def exemplars(officer: Officer, at: datetime) -> list[Exemplar]:
    """Return the exemplars that everybody with a post may learn from, the most adopted first."""
    rows = Exemplar.objects.select_related("project__case", "project__unit")
    counted = rows.annotate(adopted=Count("adoptions"))
    return list(counted.order_by("-adopted", "-raised_at")[:200])


def exemplar_of(project: Project) -> Exemplar | None:
    """Return the exemplar of a project, if it is one."""
    return Exemplar.objects.filter(project=project).first()


def indicator_choices() -> list[tuple[str, str]]:
    """Return the indicators as a list to choose from, each with its measure."""
    rows = Indicator.objects.order_by("kind", "code")
    return [(row.code, f"{row.label}（{row.measure}）") for row in rows]


def entrants() -> list[tuple[str, str]]:
    """Return the exemplars with an article that stand in no review yet."""
    rows = Exemplar.objects.filter(article_at__isnull=False, review="")
    listed = rows.select_related("project__case").order_by("raised_at")
    return [(row.project.case.number, row.title) for row in listed]


def exemplar_for(number: str) -> Exemplar:
    """Return an exemplar by the number of its project, or raise ``Absent``."""
    rows = Exemplar.objects.select_related("project__case", "project__unit")
    row = rows.filter(project__case__number=number).first()
    if row is None:
        raise Absent()
    return row


def adoptions_of(exemplar: Exemplar) -> list[Adoption]:
    """Return where an exemplar was taken over, in order."""
    return list(exemplar.adoptions.select_related("unit").order_by("day", "id"))
