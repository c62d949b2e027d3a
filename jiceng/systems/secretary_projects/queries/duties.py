"""按月调度: which reports are owed and came, computed; and what the system knows by itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import visible_to
from jiceng.systems.secretary_projects.models import Finding, Project, Report
from jiceng.systems.secretary_projects.queries.projects import Plan, plan_of
from jiceng.systems.secretary_projects.rules import duties
from jiceng.systems.secretary_projects.rules.duties import Period, Tally
from jiceng.systems.secretary_projects.terms import Duty, Kind


@dataclass(frozen=True)
class DutyLine:
    """A period for which a report is owed, and the report where it came."""

    duty: Duty
    period: Period
    report: Report | None
    state: str


@dataclass(frozen=True)
class OwnerLine:
    """An owner with what was owed and came, by duty."""

    owner: Officer
    unit: str
    tallies: dict[str, Tally]

    @property
    def whole(self) -> Tally:
        """Return all duties together."""
        return sum(self.tallies.values(), Tally())


def ended_on(project: Project) -> date | None:
    """Return the day on which a project ended, if it did."""
    closed = project.case.closed_at
    return legal_day(closed) if closed else None


def owed(project: Project, duty: str, at: datetime) -> list[Period]:
    """Return the periods for which a report of ``project`` is owed at ``at``; of an item, whose
    definition is the lighter one, none is."""
    if project.registered_at is None or project.kind == Kind.ITEM:
        return []
    since = legal_day(project.registered_at)
    return duties.expected(duty, since, ended_on(project), legal_day(at))


def lines_of(project: Project, at: datetime) -> list[DutyLine]:
    """Return all periods owed, the newest first."""
    rows = {(row.duty, row.period_start): row for row in Report.objects.filter(project=project)}
    found = [
        _line(duty, period, rows.get((duty.value, period.start)), at)
        for duty in Duty
        for period in owed(project, duty.value, at)
    ]
    return sorted(found, key=lambda line: line.period, reverse=True)


def _line(duty: Duty, period: Period, report: Report | None, at: datetime) -> DutyLine:
    came = report.at if report else None
    return DutyLine(duty, period, report, duties.state(period, came, at))


def by_owner(officer: Officer, at: datetime) -> list[OwnerLine]:
    """Return what every owner whose projects are seen owed and reported; two queries."""
    rows = Project.objects.in_scope(visible_to(officer, at)).registered(at)
    projects = list(rows.select_related("case", "owner", "unit").order_by("unit__path", "pk"))
    came: dict[tuple[int, str], dict[date, datetime]] = defaultdict(dict)
    for report in Report.objects.filter(project__in=[project.pk for project in projects]):
        came[report.project_id, report.duty][report.period_start] = report.at
    found: dict[int, OwnerLine] = {}
    for project in projects:
        blank = {duty.value: Tally() for duty in Duty}
        line = found.setdefault(
            project.owner_id, OwnerLine(project.owner, project.unit.name, blank)
        )
        for duty in Duty:
            more = duties.tally(owed(project, duty, at), came[project.pk, duty.value], at)
            line.tallies[duty.value] += more
    return list(found.values())


def snapshot(project: Project, at: datetime) -> dict[str, Any]:
    """Return what the system knows of a project at ``at``, as a report keeps it."""
    plan = plan_of(project, legal_day(at))
    step = project.case.steps.open().first()
    return {
        "step": step.step if step else "",
        "due_on": project.due_on.isoformat(),
        **_numbers(plan),
        "open_findings": Finding.objects.open().filter(project=project).count(),
    }


def _numbers(plan: Plan) -> dict[str, Any]:
    return {
        "planned": format(plan.planned, "f"),
        "claimed": format(plan.claimed, "f"),
        "verified": format(plan.verified, "f"),
        "steps": len(plan.lines),
        "done": len([line for line in plan.lines if line.done]),
        "late": [{"step": line.step.pk, "days": line.late} for line in plan.late],
    }


def pending(lines: Sequence[DutyLine]) -> list[DutyLine]:
    """Return the reports that can be given now."""
    return [line for line in lines if line.state in ("waiting", "missing")]
