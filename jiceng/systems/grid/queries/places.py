"""Where things are: grids, the standard in force, the units that answer and handle."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet

from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import filled
from jiceng.kernel.orgs.terms import HANDLER
from jiceng.kernel.places.rules import Place, read_boundary
from jiceng.systems.grid.models import Category, Cell
from jiceng.systems.grid.queries.revisions import Tokens, tokens
from jiceng.systems.grid.rules import CellIndex


class _Version(NamedTuple):
    """A version of a cell as the index holds it."""

    key: int
    valid_from: datetime
    valid_until: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def cell_at(place: Place, at: datetime, known: Tokens | None = None) -> Cell | None:
    """Return the deepest cell in force at ``place``, or ``None`` outside all cells.

    A compound comes before its community, a community before its street. A new polygon is seen at
    once; ``known`` are the tokens where they were just read.
    """
    now = known or tokens()
    here = (cell for cell in _index(now.grid).all_at(place) if cell.holds(at))
    found = next(here, None)
    return _cell(now, found.key) if found else None


@lru_cache(maxsize=2)
def _index(token: str) -> CellIndex[_Version]:
    """Return the index of all versions of all cells, the deepest first."""
    rows = Cell.objects.order_by("-level", "id")
    values = rows.values_list("boundary", "id", "valid_from", "valid_until")
    return CellIndex([(_Version(*row[1:]), read_boundary(row[0])) for row in values])


@lru_cache(maxsize=8192)
def _cell(known: Tokens, key: int) -> Cell:
    return Cell.objects.select_related("unit").get(pk=key)


def cells_map(at: datetime) -> dict[str, object]:
    """Return the cells in force as a GeoJSON feature collection, for the map of the public."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": cell.boundary,
                "properties": {"code": cell.code, "name": cell.name, "unit": cell.unit_id},
            }
            for cell in Cell.objects.valid(at).order_by("code")
        ],
    }


def categories(at: datetime) -> QuerySet[Category]:
    """Return what may be reported at ``at``, components before events."""
    return Category.objects.valid(at).order_by("kind", "code")


def reporting_units(at: datetime) -> QuerySet[Unit]:
    """Return the communities and villages that a reporter can name instead of a point."""
    return Unit.objects.existing(at).filter(kind__in=("community", "village")).order_by("code")


def handling_units(at: datetime) -> QuerySet[Unit]:
    """Return the units that have a filled handler's post, which a case can be dispatched to."""
    units = Post.objects.filter(filled(at), role=HANDLER.code).values("unit")
    return Unit.objects.existing(at).filter(pk__in=units).order_by("path")
