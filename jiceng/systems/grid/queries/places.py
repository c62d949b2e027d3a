"""Where things are: grids, the standard in force, the units that answer and handle."""

from datetime import datetime

from django.db.models import QuerySet

from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import filled
from jiceng.kernel.orgs.terms import HANDLER
from jiceng.kernel.places.rules import Place, read_boundary
from jiceng.systems.grid.models import Category, Cell
from jiceng.systems.grid.rules import CellIndex

_INDEXES: dict[tuple[int, int | None, int], CellIndex] = {}


def cell_at(place: Place, at: datetime) -> Cell | None:
    """Return the deepest cell in force at ``place``, or ``None`` outside all cells.

    A compound comes before its community, a community before its street. The index is built once
    for each set of cells in force; a new polygon is seen at once.
    """
    cells = Cell.objects.valid(at)
    shown = cells.order_by("id").values_list("id", flat=True)
    key = (len(shown), shown[0] if shown else None, hash(tuple(shown)))
    index = _INDEXES.get(key)
    if index is None:
        rows = cells.order_by("-level", "id").values_list("id", "boundary")
        index = CellIndex([(pk, read_boundary(boundary)) for pk, boundary in rows])
        # Another thread may clear the shelf at any moment; this one keeps its own index in hand.
        _INDEXES.clear()
        _INDEXES[key] = index
    found = index.find(place)
    return Cell.objects.select_related("unit").get(pk=found) if found else None


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
