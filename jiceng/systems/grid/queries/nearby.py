"""What neighbours may read: open cases of a place, never whose and never at which door."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from jiceng.kernel.base.text import mask_personal, whole_number
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import Place, metres_between, read_boundary
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Cell, Incident
from jiceng.systems.grid.queries.nearness import case_of_ref, open_to_all, ref_of, states_of
from jiceng.systems.grid.terms import Judgement

PAGE, FEED = 20, 50
MOST_WORDS = 80
# Whoever shows where they stand reads of so many grids around.
GRIDS_AROUND = 6
MOST_ON_MAP = 2000


@dataclass(frozen=True)
class Neighbour:
    """A case as neighbours read it; ``metres`` is how far its grid is, rounded."""

    ref: str
    category: str
    grid: str
    state: str
    words: str
    opened_at: datetime
    changed_at: datetime
    anonymous: bool
    metres: int | None = None


@dataclass(frozen=True)
class NeighbourPage:
    """Some cases, newest first, and where the next ones begin; "" after the last."""

    cases: list[Neighbour]
    after: str


def shown_to_neighbours(at: datetime) -> QuerySet[Incident]:
    """Return what stands in open cases that are no secret and that somebody has judged."""
    standing = CaseStep.objects.open().filter(case=OuterRef("pk"))
    waiting = standing.filter(step__in=terms.UNJUDGED)
    rows = open_to_all(at).filter(judgement__in=(Judgement.ORDINARY, Judgement.MAJOR))
    return rows.filter(Exists(standing), ~Exists(waiting))


def neighbours(
    at: datetime,
    *,
    unit: Unit | None = None,
    place: Place | None = None,
    cell: Cell | None = None,
    after: str = "",
    size: int = PAGE,
) -> NeighbourPage:
    """Return the open cases of a grid, of the grids around a place, of a unit, or all."""
    away = grids_around(place, at) if place else {}
    rows = shown_to_neighbours(at)
    if cell is not None:
        rows = rows.filter(cell__code=cell.code)
    elif place is not None:
        rows = rows.filter(cell__code__in=away)
    elif unit is not None:
        rows = rows.filter(_of_unit(unit))
    rows = rows.select_related("case__unit", "category", "cell").order_by(
        "-case__opened_at", "-case_id"
    )
    last = _position(after)
    if last is not None:
        rows = rows.filter(_before(last))
    found = list(rows[: size + 1])
    more = str(found[size - 1].pk) if len(found) > size else ""
    return NeighbourPage(_told(found[:size], away), more)


def neighbour(ref: str, at: datetime) -> Neighbour | None:
    """Return the case that a public page called ``ref``, while neighbours may read of it."""
    case = case_of_ref(ref, at)
    rows = shown_to_neighbours(at).filter(pk=case.pk if case else None)
    found = list(rows.select_related("case__unit", "category", "cell"))
    return _told(found, {})[0] if found else None


def cell_of_code(code: str, at: datetime) -> Cell | None:
    """Return the grid in force under ``code``."""
    return Cell.objects.valid(at).filter(code=code[:20]).select_related("unit").first()


def feed_cells(at: datetime, *, unit: Unit | None, place: Place | None) -> list[Cell]:
    """Return the grids whose feeds belong to a choice; none where nothing was chosen."""
    rows = Cell.objects.valid(at).defer("boundary", "sent_boundary").order_by("code")
    if place is not None:
        return list(rows.filter(code__in=grids_around(place, at)))
    return list(rows.filter(unit=unit)) if unit is not None else []


def _of_unit(unit: Unit) -> Q:
    outside = Q(cell__isnull=True) & (Q(case__unit=unit) | Q(case__contact_unit=unit))
    return Q(cell__unit=unit) | outside


def _position(after: str) -> Case | None:
    """Return the case after which a page begins; whatever else was typed begins at the front."""
    known = whole_number(after)
    if known is None:
        return None
    return Case.objects.filter(system=terms.SYSTEM, pk=known).only("opened_at").first()


def _before(last: Case) -> Q:
    same = Q(case__opened_at=last.opened_at, case_id__lt=last.pk)
    return Q(case__opened_at__lt=last.opened_at) | same


def _told(rows: list[Incident], away: dict[str, int]) -> list[Neighbour]:
    cases = [row.case for row in rows]
    states, changes = states_of(cases), _changes(cases)
    return [
        Neighbour(
            ref=ref_of(row.case),
            category=row.category.name if row.category else "",
            grid=row.cell.name if row.cell else row.case.unit.short_name,
            state=states.get(row.pk, ""),
            words=public_words(row.description),
            opened_at=row.case.opened_at,
            changed_at=changes.get(row.pk, row.case.opened_at),
            anonymous=bool(row.category and row.category.anonymous_allowed),
            metres=away.get(row.cell.code) if row.cell else None,
        )
        for row in rows
    ]


def _changes(cases: list[Case]) -> dict[int, datetime]:
    steps = CaseStep.objects.open().filter(case__in=[case.pk for case in cases])
    return dict(steps.order_by("entered_at").values_list("case", "entered_at"))


def public_words(description: str) -> str:
    """Return the beginning of what a reporter wrote, on one line, without numbers of persons.

    It is masked before it is cut: half a telephone number is not seen to be one.
    """
    line = " ".join(mask_personal(description).split())
    return line if len(line) <= MOST_WORDS else f"{line[: MOST_WORDS - 1]}…"


def representative(cell: Cell) -> Place:
    """Return the point that stands for a grid: inside it, and nobody's door."""
    point = read_boundary(cell.boundary).representative_point()
    return Place(lng=round(point.x, 5), lat=round(point.y, 5))


def grids_around(place: Place, at: datetime) -> dict[str, int]:
    """Return the codes of the nearest grids, with the metres to each, rounded to a hundred."""
    cells = Cell.objects.valid(at).only("code", "boundary")
    away = [(metres_between(place, representative(cell)), cell.code) for cell in cells]
    nearest = sorted(away)[:GRIDS_AROUND]
    return {code: max(100, round(metres / 100) * 100) for metres, code in nearest}


def near_map(at: datetime) -> dict[str, object]:
    """Return the grids in force as a GeoJSON feature collection, and above them what is open in
    each: a point that stands for the grid."""
    rows = shown_to_neighbours(at).filter(cell__isnull=False).order_by("cell__code", "-case_id")
    pairs = rows.values_list("cell__code", "category__name")[:MOST_ON_MAP]
    names = {code: [name for _code, name in found] for code, found in groupby(pairs, _first)}
    cells = list(Cell.objects.valid(at).order_by("code"))
    areas = [_area(cell, cell.code in names) for cell in cells]
    points = [_point(cell, names[cell.code]) for cell in cells if cell.code in names]
    return {"type": "FeatureCollection", "features": [*areas, *points]}


def _first(pair: tuple[str, str]) -> str:
    return pair[0]


def _area(cell: Cell, here: bool) -> dict[str, object]:
    properties = {"code": cell.code, "name": cell.name, "here": here}
    return {"type": "Feature", "geometry": cell.boundary, "properties": properties}


def _point(cell: Cell, names: list[str]) -> dict[str, object]:
    told = _("%(grid)s：%(count)d 件在办") % {"grid": cell.name, "count": len(names)}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(representative(cell))},
        "properties": {
            "code": cell.code,
            "name": told,
            "count": len(names),
            "categories": list(dict.fromkeys(names)),
        },
    }
