"""Longitude and latitude in degrees, stored as CGCS2000. Plain Python.

CGCS2000 and WGS 84 differ by centimetres, far below what a telephone measures, so they are one
here. GCJ-02, which the maps of the Chinese internet use, is shifted by up to 700 metres: a point
sent in it and stored as if it were WGS 84 lies in the wrong cell.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from shapely import Polygon, transform
from shapely.geometry import shape
from shapely.validation import explain_validity

# The mainland and its islands: outside of it a place is a typing error.
LONGITUDES = (73.0, 136.0)
LATITUDES = (3.0, 54.0)
EARTH = 6_371_008.8  # mean radius in metres
# The ellipsoid that the shift of GCJ-02 is computed on (Krassowski 1940).
AXIS, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323
# The shift is undone by iteration; this is a tenth of a millimetre.
CLOSE = 1e-9
# The systems whose points have to be moved before they are stored.
SHIFTED = frozenset({"gcj02"})


class Place(NamedTuple):
    """A point in degrees."""

    lng: float
    lat: float

    @property
    def plausible(self) -> bool:
        """Tell whether the point can lie in the country; not-a-number cannot."""
        return (
            LONGITUDES[0] <= self.lng <= LONGITUDES[1] and LATITUDES[0] <= self.lat <= LATITUDES[1]
        )

    @property
    def swapped(self) -> bool:
        """Tell whether the two numbers make sense only the other way round."""
        return not self.plausible and Place(self.lat, self.lng).plausible


def _wave(value: float, parts: Iterable[tuple[float, float]]) -> float:
    return sum(size * math.sin(value * math.pi / length) for size, length in parts) * 2 / 3


FINE = ((20.0, 1 / 6), (20.0, 1 / 2))


def _shift(place: Place) -> tuple[float, float]:
    """Return by how many degrees GCJ-02 moves a point of WGS 84."""
    x, y = place.lng - 105, place.lat - 35
    root = math.sqrt(abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += _wave(x, FINE) + _wave(y, ((20, 1), (40, 3), (160, 12), (320, 30)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += _wave(x, (*FINE, (20, 1), (40, 3), (150, 12), (300, 30)))
    slope = math.radians(place.lat)
    magic = 1 - ECCENTRICITY * math.sin(slope) ** 2
    metres_north = AXIS * (1 - ECCENTRICITY) / magic**1.5
    metres_east = AXIS / math.sqrt(magic) * math.cos(slope)
    return math.degrees(east / metres_east), math.degrees(north / metres_north)


def to_gcj02(place: Place) -> Place:
    """Return where a map of the Chinese internet shows a point of WGS 84."""
    east, north = _shift(place)
    return Place(place.lng + east, place.lat + north)


def from_gcj02(place: Place) -> Place:
    """Return the point of WGS 84 that such a map shows at ``place``."""
    guess = place
    for _round in range(20):
        shown = to_gcj02(guess)
        east, north = place.lng - shown.lng, place.lat - shown.lat
        guess = Place(guess.lng + east, guess.lat + north)
        if max(abs(east), abs(north)) < CLOSE:
            break
    return guess


def stored(place: Place, datum: str) -> Place:
    """Return ``place``, given in ``datum``, as it is stored: CGCS2000, seven decimals (1 cm)."""
    point = from_gcj02(place) if datum in SHIFTED else place
    return Place(round(point.lng, 7), round(point.lat, 7))


def metres_between(one: Place, other: Place) -> float:
    """Return the great-circle distance in metres."""
    lat, north = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lng = (north - lat) / 2, math.radians(other.lng - one.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(north) * math.sin(half_lng) ** 2
    return 2 * EARTH * math.asin(math.sqrt(chord))


def box_around(place: Place, metres: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a box that holds the circle around ``place``."""
    high = math.degrees(metres / EARTH)
    wide = high / math.cos(math.radians(place.lat))
    return place.lng - wide, place.lat - high, place.lng + wide, place.lat + high


def read_boundary(geometry: object, datum: str = "cgcs2000") -> Polygon:
    """Return the polygon of a GeoJSON geometry as it is stored; ``ValueError`` says what is wrong.

    The coordinates are (lng, lat) in ``datum``. A hole belongs to somebody else; several parts
    are several cells.
    """
    try:
        polygon = shape(geometry)
    except Exception as error:
        raise ValueError("不是有效的 GeoJSON 几何") from error
    if not isinstance(polygon, Polygon):
        raise ValueError("边界应为单个多边形")
    if polygon.is_empty or not polygon.is_valid:
        raise ValueError(f"多边形无效：{explain_validity(polygon)}")
    points = [Place(*point[:2]) for point in polygon.exterior.coords]
    if not all(point.plausible for point in points):
        raise ValueError("坐标不在境内，或经纬度写反")
    if datum not in SHIFTED:
        return polygon
    return transform(polygon, lambda ring: [stored(Place(*point), datum) for point in ring])


def as_geojson(polygon: Polygon) -> dict[str, object]:
    """Return the polygon as a GeoJSON geometry, seven decimals."""
    rings = [polygon.exterior, *polygon.interiors]
    pairs = [[[round(x, 7), round(y, 7)] for x, y, *_height in ring.coords] for ring in rings]
    return {"type": "Polygon", "coordinates": pairs}
