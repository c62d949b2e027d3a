"""Cells as plain geometry: which one lies at a place."""

from collections.abc import Sequence

from shapely import Point, Polygon, STRtree

from jiceng.kernel.places.rules import Place


class CellIndex:
    """All cells of an instant, searched by point in microseconds."""

    def __init__(self, cells: Sequence[tuple[int, Polygon]]) -> None:
        self.keys = [key for key, polygon in cells]
        self.tree = STRtree([polygon for key, polygon in cells])

    def find(self, place: Place) -> int | None:
        """Return the key of the cell at ``place``; on a common edge, the one listed first."""
        hits = self.tree.query(Point(place.lng, place.lat), predicate="intersects")
        return self.keys[min(hits)] if len(hits) else None
