"""What the surfaces show of a choice of cases: a page of rows, points, the lines of a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Prefetch, QuerySet, Subquery

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import posts_of, units_of
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.workdays.service import remaining
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident, Watch
from jiceng.systems.grid.queries.lights import Kind, Lights
from jiceng.systems.grid.queries.lists import Choice, beyond, chosen
from jiceng.systems.grid.queries.readers import Reader
from jiceng.systems.grid.queries.watching import watched_cases

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
    """One page of a choice; ``total`` counts the whole choice up to ``MOST_COUNTED``, ``more``
    tells whether there are more than that, ``next_after`` is 0 at the end."""

    rows: list[CaseRow]
    total: int
    more: bool
    next_after: int


def kind_of(incident: Incident) -> Kind | None:
    """Return the limit of the category of a report, as the lights are asked."""
    category = incident.category
    return (category.limit_kind, category.limit_amount) if category else None


def _row(case: Case, labels: dict[str, str], lights: Lights) -> CaseRow:
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
        watched=case.watched,  # type: ignore[attr-defined]
    )


def page_of(reader: Reader, choice: Choice, *, after: int = 0, located: bool = False) -> CasePage:
    """Return ``PAGE`` cases of a choice behind the case ``after``; ``located`` leaves out those
    without a point. Two queries, a third behind the first page, for many cases as for few."""
    cases = chosen(reader, choice)
    if located:
        cases = cases.filter(incident__lng__isnull=False)
    behind = cases.filter(beyond(reader.scope, choice.sort, after)) if after else cases
    found = list(_with_rows(behind, cases, reader)[: PAGE + 1])
    _introduce(found, reader)
    labels, lights = reader.options.states, reader.lights
    total, more = _capped(_total(found, cases, after))
    return CasePage(
        rows=[_row(case, labels, lights) for case in found[:PAGE]],
        total=total,
        more=more,
        next_after=found[PAGE - 1].pk if len(found) > PAGE else 0,
    )


def _with_rows(rows: QuerySet[Case], whole: QuerySet[Case], reader: Reader) -> QuerySet[Case]:
    """Return ``rows`` with what is shown of each; each knows how many the ``whole`` has."""
    watched = watched_cases(reader.officer).filter(case=OuterRef("pk"))
    steps = CaseStep.objects.open().order_by("id")
    return (
        rows.select_related("incident")
        .annotate(watched=Exists(watched), total=_Size(_counted(whole)))
        .prefetch_related(Prefetch("steps", steps, to_attr="standing"))
    )


def _total(found: list[Case], cases: QuerySet[Case], after: int) -> int:
    """Return how many there are; where no row is left to say it, it is asked."""
    if found:
        return int(found[0].total)  # type: ignore[attr-defined]
    return _counted(cases).count() if after else 0


class _Size(Subquery):
    """How many rows a query has, as a column beside others."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _counted(cases: QuerySet[Case]) -> QuerySet[Case, Any]:
    """Return the cases as far as they are counted, and one more."""
    return cases.order_by().values("pk")[: terms.MOST_COUNTED + 1]


def _capped(size: int) -> tuple[int, bool]:
    return min(size, terms.MOST_COUNTED), size > terms.MOST_COUNTED


def _introduce(cases: Iterable[Case], reader: Reader) -> None:
    """Give cases, reports and steps their units, posts and categories from memory."""
    steps = [step for case in cases for step in case.standing]  # type: ignore[attr-defined]
    token = reader.scope.token
    units = units_of(token, {row.unit_id for row in (*cases, *steps)})
    posts = posts_of(token, {step.post_id for step in steps if step.post_id})
    kinds = {case.incident.category_id for case in cases}
    categories = reader.categories(filter(None, kinds))
    for case in cases:
        case.unit = units[case.unit_id]
        case.incident.category = categories.get(case.incident.category_id or 0)
    for step in steps:
        step.unit, step.post = units[step.unit_id], posts.get(step.post_id or 0)


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


def points(reader: Reader, choice: Choice) -> dict[str, Any]:
    """Return a choice as a GeoJSON feature collection in CGCS2000, the first ``MOST_POINTS`` in
    its order: ``total`` counts the choice, ``located`` those with a point, both up to
    ``MOST_COUNTED``, ``more`` tells whether more have a point, ``shown`` what is here.
    """
    cases = chosen(reader, choice)
    located = cases.filter(incident__lng__isnull=False)
    lights = reader.lights
    features = [
        _feature(*row, lights=lights) for row in located.values_list(*POINT)[: terms.MOST_POINTS]
    ]
    counted, more = _capped(_counted(located).count())
    return {
        "type": "FeatureCollection",
        "total": _capped(_counted(cases).count())[0],
        "located": counted,
        "more": more,
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


def lines(reader: Reader, choice: Choice) -> Iterator[Case]:
    """Yield the cases of a choice for a file, in one query however many they are; each has
    ``step``, ``step_unit`` and ``step_post``, where it stands."""
    open_steps = CaseStep.objects.open().filter(case=OuterRef("pk")).order_by("id")
    cases = (
        chosen(reader, choice)
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
