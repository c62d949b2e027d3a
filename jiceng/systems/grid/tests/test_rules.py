"""Places and cells: plain geometry."""

import itertools
import random
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPoint, Polygon, voronoi_polygons
from shapely.geometry import box, mapping

from jiceng.kernel.places.rules import Place, read_boundary
from jiceng.systems.grid.rules import CellIndex

SQUARE = [[117.0, 30.5], [117.1, 30.5], [117.1, 30.6], [117.0, 30.6], [117.0, 30.5]]


def geometry(*rings: list[list[float]], kind: str = "Polygon") -> dict[str, Any]:
    return {"type": kind, "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("lng", "lat", "plausible", "swapped"),
    [
        (117.05, 30.53, True, False),  # 安庆
        (73.0, 3.0, True, False),  # the corner itself
        (136.0, 54.0, True, False),
        (30.53, 117.05, False, True),
        (0, 0, False, False),
        (-117.05, 30.53, False, False),
        (117.05, -30.53, False, False),
        (139.7, 35.7, False, False),  # beyond the sea
        (float("nan"), 30.53, False, False),
        (float("inf"), 30.53, False, False),
    ],
)
def test_which_points_can_lie_in_the_country(
    lng: float, lat: float, plausible: bool, swapped: bool
) -> None:
    place = Place(lng=lng, lat=lat)

    assert place.plausible is plausible
    assert place.swapped is swapped


class TestBoundaries:
    def test_a_square(self) -> None:
        assert read_boundary(geometry(SQUARE)).area == pytest.approx(0.01)

    def test_a_hole_is_not_inside(self) -> None:
        hole = [[117.04, 30.54], [117.06, 30.54], [117.06, 30.56], [117.04, 30.56], [117.04, 30.54]]
        index = CellIndex([(7, read_boundary(geometry(SQUARE, hole)))])

        assert index.find(Place(lng=117.02, lat=30.52)) == 7
        assert index.find(Place(lng=117.05, lat=30.55)) is None

    @pytest.mark.parametrize(
        ("story", "boundary", "words"),
        [
            ("nothing", None, "GeoJSON"),
            ("text", "POLYGON", "GeoJSON"),
            ("a number", 7, "GeoJSON"),
            ("a list", [1, 2], "GeoJSON"),
            ("no type", {"coordinates": [SQUARE]}, "GeoJSON"),
            ("an unknown type", geometry(SQUARE, kind="Pentagon"), "GeoJSON"),
            ("no coordinates", {"type": "Polygon"}, "GeoJSON"),
            ("words for numbers", geometry([["a", "b"]] * 4), "GeoJSON"),
            ("two points", geometry(SQUARE[:2]), "GeoJSON"),
            ("a point", {"type": "Point", "coordinates": [117.0, 30.5]}, "单个多边形"),
            ("a line", {"type": "LineString", "coordinates": SQUARE}, "单个多边形"),
            (
                "two polygons",
                {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
                "单个多边形",
            ),
            ("empty", geometry(), "无效"),
            ("without area", geometry([[117.0, 30.5], [117.1, 30.5], [117.0, 30.5]] * 2), "无效"),
            (
                "a bow tie",
                geometry(
                    [[117.0, 30.5], [117.1, 30.6], [117.1, 30.5], [117.0, 30.6], [117.0, 30.5]]
                ),
                "无效",
            ),
            ("swapped", geometry([[y, x] for x, y in SQUARE]), "写反"),
            ("in the ocean", geometry([[x - 117, y - 30] for x, y in SQUARE]), "写反"),
            (
                "not a number",
                geometry([*SQUARE[:2], [float("nan"), 30.5], *SQUARE[2:]]),
                "写反|无效|GeoJSON",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_no_boundary_says_why(self, story: str, boundary: object, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            read_boundary(boundary)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=5)
                | st.dictionaries(
                    st.sampled_from(["type", "coordinates", "geometries"]), inner, max_size=3
                )
            ),
            max_leaves=20,
        )
    )
    def test_whatever_comes_is_read_or_refused(self, anything: object) -> None:
        with suppress(ValueError):
            assert read_boundary(anything).is_valid


class TestFinding:
    WEST = box(117.00, 30.50, 117.05, 30.60)
    EAST = box(117.05, 30.50, 117.10, 30.60)

    @pytest.mark.parametrize(
        ("lng", "lat", "found"),
        [
            (117.02, 30.55, "west"),
            (117.08, 30.55, "east"),
            (117.05, 30.55, "west"),  # the common edge: one unit answers, never none
            (117.05, 30.50, "west"),  # the common corner
            (117.00, 30.50, "west"),  # the outer corner belongs to the cell
            (117.10, 30.60, "east"),
            (117.1000001, 30.55, None),
            (117.02, 30.49, None),
            (float("nan"), 30.55, None),
        ],
    )
    def test_two_neighbours(self, lng: float, lat: float, found: str | None) -> None:
        names = {1: "west", 2: "east", None: None}
        index = CellIndex([(1, self.WEST), (2, self.EAST)])

        assert names[index.find(Place(lng=lng, lat=lat))] == found

    def test_the_first_listed_has_the_edge(self) -> None:
        index = CellIndex([(2, self.EAST), (1, self.WEST)])

        assert index.find(Place(lng=117.05, lat=30.55)) == 2

    def test_no_cells_at_all(self) -> None:
        assert CellIndex([]).find(Place(lng=117.05, lat=30.55)) is None


def winding(polygon: Polygon, x: float, y: float) -> bool:
    """Tell by crossing edges whether a point lies strictly inside; no library is asked."""
    inside = False
    ring = list(polygon.exterior.coords)
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def honeycomb(count: int) -> list[Polygon]:
    """Return many irregular cells that cover a square."""
    dice = random.Random(340871)
    frame = box(117.0, 30.5, 117.2, 30.7)
    seeds = [(dice.uniform(117, 117.2), dice.uniform(30.5, 30.7)) for _seed in range(count)]
    pieces = voronoi_polygons(MultiPoint(seeds), extend_to=frame).geoms
    return [read_boundary(mapping(piece.intersection(frame))) for piece in pieces]


@pytest.mark.slow
def test_ten_thousand_points_among_two_hundred_cells() -> None:
    """Every answer is the oracle's, and in a small part of the oracle's time."""
    cells = honeycomb(200)
    index = CellIndex(list(enumerate(cells)))
    dice = random.Random(871)
    points = [(dice.uniform(116.99, 117.21), dice.uniform(30.49, 30.71)) for _p in range(10_000)]

    start = time.perf_counter()
    found = [index.find(Place(lng=x, lat=y)) for x, y in points]
    taken = time.perf_counter() - start

    start = time.perf_counter()
    slow = [
        next((key for key, cell in enumerate(cells) if winding(cell, x, y)), None)
        for x, y in points[:500]
    ]
    bound = (time.perf_counter() - start) * 20

    assert found[:500] == slow
    assert None in found
    assert len(set(found)) > 150
    assert taken < bound / 5, f"{taken:.3f} s for 10,000 points; the oracle needs {bound:.3f} s"
