"""What lies near a place: reports that may be the same, and how often it was reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import connection
from django.db.models import Exists, ExpressionWrapper, F, FloatField, OuterRef, QuerySet
from django.utils.translation import gettext as _

from jiceng.kernel.base.rows import columns, read
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import visible_to
from jiceng.kernel.places.rules import Place, box_around, metres_between
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.procedures.terms import LinkKind
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Category, Incident
from jiceng.systems.grid.queries.revisions import Tokens, tokens, versions_of

MOST_SIMILAR = 5
# Of a crowd around one point so many are measured to the metre.
MOST_MEASURED = 200
LONGEST_REF = 80


@dataclass(frozen=True)
class Similar:
    """An open case that may be the same, with what everybody may read of it."""

    case: Case
    ref: str
    category: str
    grid: str
    state: str
    metres: int


@dataclass(frozen=True)
class Repeats:
    """How often a place was reported, and the open cases about it."""

    count: int = 1
    major: bool = False
    open_cases: tuple[int, ...] = ()


def _signer() -> Signer:
    return Signer(salt="grid.neighbours", sep=".")


def ref_of(case: Case) -> str:
    """Return how a public page names a case: the number is its reporter's, whose tries it has."""
    return _signer().sign(str(case.pk))


def kept_back(at: datetime) -> QuerySet[Category]:
    """Return the categories that are sensitive at ``at``; older versions are kept back too."""
    return Category.objects.valid(at).filter(sensitive=True)


def is_kept_back(category: Category, at: datetime) -> bool:
    """Tell whether the public may not know of reports of ``category``."""
    return category.sensitive or kept_back(at).filter(code=category.code).exists()


def reported() -> QuerySet[Incident]:
    """Return what people reported: the parts of a case that was split are our own words."""
    split_off = CaseLink.objects.filter(other=OuterRef("pk"), kind=LinkKind.SPLIT)
    return Incident.objects.filter(~Exists(split_off), case__system=terms.SYSTEM)


def open_to_all(at: datetime) -> QuerySet[Incident]:
    """Return what was reported in open cases of which the public may know."""
    rows = reported().filter(case__closed_at__isnull=True, category__sensitive=False)
    return rows.exclude(category__code__in=kept_back(at).values("code"))


def case_of_ref(ref: str, at: datetime) -> Case | None:
    """Return the open case that a public page called ``ref``, if the public may know of it."""
    try:
        pk = int(_signer().unsign(ref[:LONGEST_REF]))
    except (BadSignature, ValueError):
        return None
    rows = open_to_all(at).filter(pk=pk)
    found = rows.select_related("case__unit", "category", "cell").first()
    return found.case if found else None


def _of(rows: QuerySet[Incident], category: Category) -> QuerySet[Incident]:
    """Return those of ``rows`` that are of ``category`` in any of its versions."""
    versions = list(Category.objects.filter(code=category.code).values_list("id", flat=True))
    return rows.filter(category__in=versions)


def _within(rows: QuerySet[Incident], place: Place, metres: float) -> list[tuple[float, Incident]]:
    """Return the nearest of ``rows`` within ``metres``: the index finds a box to measure in."""
    west, south, east, north = box_around(place, metres)
    boxed = rows.filter(lat__range=(south, north), lng__range=(west, east))
    # A degree of longitude is shorter than one of latitude; across a box by a constant ratio.
    ratio = ((north - south) / (east - west)) ** 2
    flat = (F("lat") - place.lat) * (F("lat") - place.lat) + (F("lng") - place.lng) * (
        F("lng") - place.lng
    ) * ratio
    order = ExpressionWrapper(flat, output_field=FloatField())
    nearest = boxed.order_by(order, "case_id")[:MOST_MEASURED]
    measured = [(metres_between(place, _place(row)), row) for row in nearest]
    return [pair for pair in sorted(measured, key=lambda one: one[0]) if pair[0] <= metres]


def _place(row: Incident) -> Place:
    return Place(lng=row.lng or 0.0, lat=row.lat or 0.0)


def similar(
    category: Category, place: Place, at: datetime, radius: int | None = None
) -> list[Similar]:
    """Return open cases of ``category`` around ``place`` that may be the same, nearest first.

    The radius in metres is the category's own unless given; nought asks nothing. What the public
    may not know of is never among them.
    """
    metres = category.duplicate_radius if radius is None else radius
    if not metres:
        return []
    since = at - timedelta(days=terms.DUPLICATE_DAYS)
    rows = _of(open_to_all(at), category).filter(case__opened_at__gte=since)
    found = _within(rows.select_related("case__unit", "category", "cell"), place, metres)
    found = found[:MOST_SIMILAR]
    states = states_of([row.case for _away, row in found])
    return [
        Similar(
            case=row.case,
            ref=ref_of(row.case),
            category=row.category.name if row.category else "",
            grid=row.cell.name if row.cell else row.case.unit.short_name,
            state=states.get(row.pk, ""),
            metres=max(10, round(away / 10) * 10),
        )
        for away, row in found
    ]


def seen_among(officer: Officer, cases: Iterable[Case], at: datetime) -> frozenset[str]:
    """Return the numbers of those ``cases`` that an officer may open."""
    rows = Case.objects.in_scope(visible_to(officer, at)).filter(pk__in=[one.pk for one in cases])
    return frozenset(rows.values_list("number", flat=True))


def states_of(cases: Iterable[Case]) -> dict[int, str]:
    """Return where open cases stand, in words for everybody; of several branches, the first."""
    steps = CaseStep.objects.open().filter(case__in=[case.pk for case in cases])
    rows = steps.order_by("-id").values_list("case", "step")
    return {case: _(str(terms.PUBLIC_STATES.get(step, ""))) for case, step in rows}


def repeats(
    category: Category,
    place: Place | None,
    at: datetime,
    main: Case | None = None,
    known: Tokens | None = None,
) -> Repeats:
    """Return how often a place was reported, the report that comes now among them.

    Counted are reports of the category around ``place``, the case ``main`` that it joins, and all
    that were merged into one of these, whether or not they say where. ``known`` are the tokens
    where they were just read.
    """
    if place is None and main is None:
        return Repeats()
    longest = max(days for days, _reports in terms.REPEATS)
    since = at - timedelta(days=longest)
    seen = {main.pk: main} if main else {}
    if place is not None:
        versions = versions_of((known or tokens()).grid, category.code)
        metres = max(terms.REPEAT_RADIUS, category.duplicate_radius)
        seen |= {case.pk: case for case in _reported_around(versions, place, metres, since)}
    if seen:
        seen |= {case.pk: case for case in _merged(tuple(seen))}
    days = [case.opened_at for case in seen.values() if case.opened_at >= since]
    counts = {span: 1 + _since(days, at - timedelta(days=span)) for span, _least in terms.REPEATS}
    return Repeats(
        count=counts[longest],
        major=any(counts[span] >= least for span, least in terms.REPEATS),
        open_cases=tuple(sorted(pk for pk, case in seen.items() if case.closed_at is None)),
    )


# Both are asked at every report, so they are composed once; see kernel/base/rows.py.


def _reported_around(
    versions: tuple[int, ...], place: Place, metres: float, since: datetime
) -> list[Case]:
    """Return the cases of what was ``reported`` of these categories within ``metres``."""
    west, south, east, north = box_around(place, metres)
    ratio = ((north - south) / (east - west)) ** 2
    box = [south, north, west, east, connection.ops.adapt_datetimefield_value(since)]
    rows = _fetch(_around(len(versions)), [*versions, *box, place.lat, place.lng, ratio])
    measured = ((metres_between(place, Place(*row[:2])), row[2:]) for row in rows)
    return [read(Case, values) for away, values in measured if away <= metres]


def _merged(seen: tuple[int, ...]) -> list[Case]:
    """Return the cases merged with those seen: into the same main one, or into one of them."""
    return [read(Case, row) for row in _fetch(_family(len(seen)), [*seen, *seen])]


def _fetch(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@lru_cache(maxsize=16)
def _around(versions: int) -> str:
    return f"""
        SELECT i.lng, i.lat, {columns(Case, "c")}
        FROM grid_incident i JOIN procedures_case c ON c.id = i.case_id
        WHERE i.category_id IN ({_places(versions)})
          AND i.lat BETWEEN %s AND %s AND i.lng BETWEEN %s AND %s
          AND c.system = '{terms.SYSTEM}' AND c.opened_at >= %s AND NOT EXISTS (
            SELECT 1 FROM procedures_caselink l
            WHERE l.other_id = i.case_id AND l.kind = '{LinkKind.SPLIT}')
        ORDER BY power(i.lat - %s, 2) + power(i.lng - %s, 2) * %s, i.case_id
        LIMIT {MOST_MEASURED}
    """


@lru_cache(maxsize=256)
def _family(seen: int) -> str:
    living = f"kind = '{LinkKind.MERGED}' AND ended_at IS NULL"
    links = f"FROM procedures_caselink WHERE {living}"
    return f"""
        WITH mains AS (SELECT main_id AS id {links} AND other_id IN ({_places(seen)}))
        SELECT {columns(Case, "c")} FROM procedures_case c WHERE c.id IN (
          SELECT id FROM mains
          UNION SELECT other_id {links} AND main_id IN (SELECT id FROM mains)
          UNION SELECT other_id {links} AND main_id IN ({_places(seen)}))
    """


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)


def _since(instants: list[datetime], start: datetime) -> int:
    return sum(1 for instant in instants if instant >= start)
