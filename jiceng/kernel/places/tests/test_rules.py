"""Coordinates: known shifts, round trips, and boundaries that are refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from jiceng.kernel.places.rules import (
    Place,
    as_geojson,
    box_around,
    from_gcj02,
    metres_between,
    read_boundary,
    stored,
    to_gcj02,
)

POINTS = st.builds(Place, st.floats(73.5, 134.5), st.floats(18.5, 53.0))
SQUARE = [[117.0, 30.5], [117.1, 30.5], [117.1, 30.6], [117.0, 30.6], [117.0, 30.5]]
REAL = Path(__file__).parents[5] / "shared" / "data" / "boundaries"


def test_the_shift_at_the_zone_is_the_published_one() -> None:
    here = Place(117.06, 30.53)
    shown = to_gcj02(here)
    east = metres_between(here, Place(shown.lng, here.lat))
    south = metres_between(here, Place(here.lng, shown.lat))
    # The formula as published gives +522 m east and -253 m south here.
    assert (east, south) == (pytest.approx(522, abs=1), pytest.approx(254, abs=2))
    assert shown.lng > here.lng
    assert shown.lat < here.lat


@given(POINTS)
def test_the_shift_is_undone_to_a_millimetre(place: Place) -> None:
    assert metres_between(from_gcj02(to_gcj02(place)), place) < 0.001


@given(POINTS)
def test_what_is_stored_lies_within_a_centimetre(place: Place) -> None:
    assert metres_between(stored(to_gcj02(place), "gcj02"), place) < 0.02
    assert metres_between(stored(place, "wgs84"), place) < 0.02


@given(POINTS, st.floats(1, 2000))
def test_a_box_holds_its_circle(place: Place, metres: float) -> None:
    west, south, east, north = box_around(place, metres)
    assert metres_between(place, Place(west, place.lat)) >= metres * 0.999
    assert metres_between(place, Place(place.lng, north)) >= metres * 0.999
    assert west < place.lng < east
    assert south < place.lat < north


def test_a_boundary_is_kept_in_one_system() -> None:
    shifted = [list(to_gcj02(Place(*point))) for point in SQUARE]
    kept = read_boundary({"type": "Polygon", "coordinates": [shifted]}, "gcj02")
    again = as_geojson(kept)["coordinates"]
    for point, was in zip(again[0], SQUARE, strict=True):
        assert metres_between(Place(*point), Place(*was)) < 0.02


@pytest.mark.skipif(not REAL.is_dir(), reason="no ../shared/data/boundaries on this machine")
def test_real_districts_of_two_systems_lie_on_each_other() -> None:
    """The same districts, published in both systems, agree once one is converted."""
    true = json.loads((REAL / "anqing_districts_cgcs2000.geojson").read_text("utf-8"))
    moved = json.loads((REAL / "anqing_districts_gcj02_datav2021.geojson").read_text("utf-8"))
    centres = {
        each["properties"]["name"]: Place(*shape(each["geometry"]).centroid.coords[0])
        for each in true["features"]
    }
    compared = 0
    for each in moved["features"]:
        name = each["properties"]["name"]
        # The others differ between the two publications by transfers of townships.
        if name.startswith(("宿松", "太湖", "岳西", "潜山", "宜秀", "迎江")):
            shown = Place(*shape(each["geometry"]).centroid.coords[0])
            assert metres_between(from_gcj02(shown), centres[name]) < 200
            assert metres_between(shown, centres[name]) > 450
            compared += 1
    assert compared == 6
