"""Cells as plain geometry: which one lies at a place, and which lies in which."""

import math
from collections.abc import Sequence
from typing import Generic, TypeVar

from shapely import Point, Polygon, STRtree

from jiceng.kernel.places.rules import EARTH, Place

Key = TypeVar("Key")


class CellIndex(Generic[Key]):
    """Many cells, searched by point in microseconds."""

    def __init__(self, cells: Sequence[tuple[Key, Polygon]]) -> None:
        self.keys = [key for key, polygon in cells]
        self.tree = STRtree([polygon for key, polygon in cells])

    def all_at(self, place: Place) -> list[Key]:
        """Return the keys of the cells at ``place``, also on their edges, as they were listed."""
        hits = self.tree.query(Point(place.lng, place.lat), predicate="intersects")
        return [self.keys[hit] for hit in sorted(hits)]

    def find(self, place: Place) -> Key | None:
        """Return the first key at ``place``, or ``None``."""
        return next(iter(self.all_at(place)), None)


def degrees(metres: float) -> float:
    """Return how many degrees of latitude so many metres are."""
    return math.degrees(metres / EARTH)


def lies_within(inner: Polygon, outer: Polygon, metres: float) -> bool:
    """Tell whether ``inner`` lies in ``outer``, give or take so many metres at the edge.

    Lines that were drawn apart, or rounded, never meet exactly.
    """
    return bool(outer.buffer(degrees(metres)).covers(inner))


def is_near(place: Place, polygon: Polygon, metres: float) -> bool:
    """Tell whether ``place`` lies in the polygon or that near its edge."""
    return bool(polygon.distance(Point(place.lng, place.lat)) <= degrees(metres))
