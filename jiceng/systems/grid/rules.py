"""Places and cells, as plain geometry: degrees of longitude and latitude, CGCS2000 (≈ WGS 84)."""

from collections.abc import Sequence
from typing import NamedTuple

from shapely import Point, STRtree
from shapely.geometry import Polygon, shape
from shapely.validation import explain_validity

# Mainland China with its islands; what lies outside was typed the wrong way round or is (0, 0).
LONGITUDES = (73.0, 136.0)
LATITUDES = (3.0, 54.0)


class Place(NamedTuple):
    """A point in degrees."""

    lng: float
    lat: float

    @property
    def swapped(self) -> bool:
        """Tell whether the two numbers make sense only the other way round."""
        return not self.plausible and Place(self.lat, self.lng).plausible

    @property
    def plausible(self) -> bool:
        """Tell whether the point can lie in the country."""
        return (
            LONGITUDES[0] <= self.lng <= LONGITUDES[1] and LATITUDES[0] <= self.lat <= LATITUDES[1]
        )


def read_boundary(geometry: object) -> Polygon:
    """Return the polygon of a GeoJSON geometry (lng, lat), or raise ``ValueError`` saying why."""
    try:
        polygon = shape(geometry)
    except Exception as error:
        raise ValueError("不是有效的 GeoJSON 几何") from error
    if not isinstance(polygon, Polygon):
        raise ValueError("网格边界应为单个多边形")
    if polygon.is_empty or not polygon.is_valid:
        raise ValueError(f"多边形无效：{explain_validity(polygon)}")
    if not all(Place(*point[:2]).plausible for point in polygon.exterior.coords):
        raise ValueError("坐标不在境内，或经纬度写反")
    return polygon


class CellIndex:
    """All cells of an instant, searched by point in microseconds."""

    def __init__(self, cells: Sequence[tuple[int, Polygon]]) -> None:
        self.keys = [key for key, polygon in cells]
        self.tree = STRtree([polygon for key, polygon in cells])

    def find(self, place: Place) -> int | None:
        """Return the key of the cell at ``place``; on a common edge, the one listed first."""
        hits = self.tree.query(Point(place.lng, place.lat), predicate="intersects")
        return self.keys[min(hits)] if len(hits) else None
