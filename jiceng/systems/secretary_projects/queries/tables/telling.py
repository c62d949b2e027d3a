"""The ledger going out as a table, in the very columns in which it comes in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from jiceng.kernel.exports.service import Column
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import visible_to
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.procedures.terms import Outcome
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.models.projects import ProjectQuerySet
from jiceng.systems.secretary_projects.queries.tables.columns import HEADINGS, Told, rows_of

T = TypeVar("T")
TOGETHER = 500
ENDS = {Outcome.REFUSED: "refused", Outcome.WITHDRAWN: "withdrawn"}


def in_parts(items: Iterable[T], size: int = TOGETHER) -> Iterator[list[T]]:
    """Yield the items in lists of a size that one statement takes."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _column(heading: str) -> Column[dict[str, Any]]:
    return Column(heading, lambda row: row.get(heading, ""))


COLUMNS = [_column(heading) for heading in HEADINGS]


def told_of(projects: Sequence[Project]) -> list[Told]:
    """Return projects with all that their rows tell; three queries, however many they are."""
    keys = [project.pk for project in projects]
    places = dict(CaseStep.objects.open().filter(case__in=keys).values_list("case", "step"))
    gates: dict[int, dict[int, GateEvidence]] = defaultdict(dict)
    for shown in GateEvidence.objects.standing().filter(project__in=keys):
        gates[shown.project_id][shown.gate] = shown
    plans: dict[int, list[PlanStep]] = defaultdict(list)
    for step in PlanStep.objects.standing().filter(project__in=keys):
        plans[step.project_id].append(step)
    return [
        Told(each, places.get(each.pk) or _end(each), gates[each.pk], plans[each.pk])
        for each in projects
    ]


def _end(project: Project) -> str:
    return ENDS.get(Outcome(project.case.outcome), "completed")


def ledger_rows(projects: ProjectQuerySet) -> Iterator[dict[str, Any]]:
    """Yield the rows of these projects by their numbers, each followed by its steps."""
    rows = projects.select_related("case", "unit", "owner").order_by("case__number")
    for part in in_parts(rows.iterator(chunk_size=TOGETHER)):
        for told in told_of(part):
            yield from rows_of(told)


def ledger_for(officer: Officer, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of the projects that the officer sees."""
    return ledger_rows(Project.objects.in_scope(visible_to(officer, at)))
