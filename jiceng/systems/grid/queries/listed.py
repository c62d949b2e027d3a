"""What the surfaces show of a choice of cases: a page of rows, points, the lines of a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import visible_to
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.workdays.service import remaining
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Category, Cell, Incident, SavedFilter, Watch
from jiceng.systems.grid.queries.lights import Kind, Lights, lights_at
from jiceng.systems.grid.queries.lists import Choice, beyond, chosen, chosen_within
from jiceng.systems.grid.queries.watching import watched_cases
from jiceng.systems.grid.terms import INDENT

PAGE = 50
BATCH = 2_000


@dataclass(frozen=True)
class CaseRow:
    """One case in a list: where it stands, who has it, how pressing it is."""

    case: Case
    incident: Incident
    state: str
    holder: str
    light: str
    left: str
    watched: bool


@dataclass(frozen=True)
class CasePage:
    """One page of a choice; ``total`` counts the whole choice, ``next_after`` is 0 at the end."""

    rows: list[CaseRow]
    total: int
    next_after: int


@dataclass(frozen=True)
class Options:
    """What a filter may be set to, each with its label; nothing outside of what is seen."""

    states: dict[str, str]
    categories: dict[str, str]
    groups: dict[str, str]
    units: dict[str, str]
    cells: dict[str, str]


def step_labels() -> dict[str, str]:
    """Return what each step is called, in every published version."""
    versions = ProcedureVersion.objects.filter(code=terms.PROCEDURE).order_by("published_at", "id")
    return {
        step.code: _(step.label)
        for version in versions
        for step in version.procedure.steps
        if step.holder is not None
    }


def options(officer: Officer, at: datetime) -> Options:
    """Return what the officer may filter by, in a fixed number of queries."""
    scope = visible_to(officer, at)
    standards = list(Category.objects.order_by("kind", "code", "valid_from"))
    units = list(scope.filter(Unit.objects.order_by("path"), unit=""))
    top = min((unit.depth for unit in units), default=0)
    cells = scope.filter(Cell.objects.order_by("code", "valid_from"))
    return Options(
        states=step_labels(),
        categories={category.code: f"{category.code} {category.name}" for category in standards},
        groups={category.group: category.group for category in standards if category.group},
        units={unit.code: f"{INDENT * (unit.depth - top)}{unit.name}" for unit in units},
        cells={code: f"{name} {code}" for code, name in cells.values_list("code", "name")},
    )


def kind_of(incident: Incident) -> Kind | None:
    """Return the limit of the category of a report, as the lights are asked."""
    category = incident.category
    return (category.limit_kind, category.limit_amount) if category else None


def _row(case: Case, labels: dict[str, str], lights: Lights, watched: set[int]) -> CaseRow:
    steps: list[CaseStep] = case.standing  # type: ignore[attr-defined]
    incident = case.incident
    running = case.due_at is not None and case.closed_at is None
    return CaseRow(
        case=case,
        incident=incident,
        state=" / ".join(labels.get(step.step, step.step) for step in steps)
        or str(case.get_outcome_display()),
        holder=" / ".join(str(step.post or step.unit) for step in steps),
        light=lights.of(case.due_at, kind_of(incident)) if running else "",
        left=remaining(lights.at, case.due_at).text if running and case.due_at else "",
        watched=case.pk in watched,
    )


def page_of(
    officer: Officer, choice: Choice, at: datetime, *, after: int = 0, located: bool = False
) -> CasePage:
    """Return ``PAGE`` cases of a choice behind the case ``after``; ``located`` leaves out those
    without a point. As many queries for many cases as for few."""
    scope = visible_to(officer, at)
    cases = chosen_within(scope, officer, choice, at)
    if located:
        cases = cases.filter(incident__lng__isnull=False)
    total = cases.count()
    if after:
        cases = cases.filter(beyond(scope, choice.sort, after))
    found = list(_with_rows(cases)[: PAGE + 1])
    labels, lights = step_labels(), lights_at(at)
    watched = set(watched_cases(officer).filter(case__in=found).values_list("case", flat=True))
    return CasePage(
        rows=[_row(case, labels, lights, watched) for case in found[:PAGE]],
        total=total,
        next_after=found[PAGE - 1].pk if len(found) > PAGE else 0,
    )


def _with_rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    steps = CaseStep.objects.open().select_related("unit", "post__unit").order_by("id")
    return cases.select_related("unit", "incident__category").prefetch_related(
        Prefetch("steps", steps, to_attr="standing")
    )


POINT = (
    "number",
    "title",
    "outcome",
    "closed_at",
    "due_at",
    "incident__lng",
    "incident__lat",
    "incident__category__limit_kind",
    "incident__category__limit_amount",
)


def points(officer: Officer, choice: Choice, at: datetime) -> dict[str, Any]:
    """Return a choice as a GeoJSON feature collection in CGCS2000, the first ``MOST_POINTS`` in
    its order: ``total`` counts the choice, ``located`` those with a point, ``shown`` what is here.
    """
    cases = chosen(officer, choice, at)
    located = cases.filter(incident__lng__isnull=False)
    lights = lights_at(at)
    features = [
        _feature(*row, lights=lights) for row in located.values_list(*POINT)[: terms.MOST_POINTS]
    ]
    return {
        "type": "FeatureCollection",
        "total": cases.count(),
        "located": located.count(),
        "shown": len(features),
        "features": features,
    }


def _feature(
    number: str,
    title: str,
    outcome: str,
    closed_at: datetime | None,
    due_at: datetime | None,
    lng: float,
    lat: float,
    *limit: Any,
    lights: Lights,
) -> dict[str, Any]:
    kind = (limit[0], limit[1]) if limit[0] else None
    light = "" if closed_at else lights.of(due_at, kind)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lng, lat]},
        "properties": {"number": number, "title": title, "light": light, "outcome": outcome},
    }


def lines(officer: Officer, choice: Choice, at: datetime) -> Iterator[Case]:
    """Yield the cases of a choice for a file, in one query however many they are; each has
    ``step``, ``step_unit`` and ``step_post``, where it stands."""
    open_steps = CaseStep.objects.open().filter(case=OuterRef("pk")).order_by("id")
    cases = (
        chosen(officer, choice, at)
        .select_related("unit", "incident__category", "incident__cell")
        .annotate(
            step=Subquery(open_steps.values("step")[:1]),
            step_unit=Subquery(open_steps.values("unit__name")[:1]),
            step_post=Subquery(open_steps.values("post__name")[:1]),
        )
    )
    return cases.iterator(chunk_size=BATCH)


def is_watching(officer: Officer, case: Case) -> bool:
    """Tell whether the officer watches the case."""
    return Watch.objects.filter(officer=officer, case=case).exists()


def saved_filters(officer: Officer) -> list[SavedFilter]:
    """Return the filters of the officer by name."""
    return list(SavedFilter.objects.filter(officer=officer).order_by("name"))
