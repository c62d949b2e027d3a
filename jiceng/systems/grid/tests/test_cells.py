"""Cells from a file: all or none, each fault named, what was sent is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.places.rules import Place, metres_between, to_gcj02
from jiceng.kernel.testing.cast import Cast
from jiceng.systems.grid import queries, terms
from jiceng.systems.grid.models import Cell

pytestmark = pytest.mark.django_db
SQUARE = [[117.0, 30.5], [117.1, 30.5], [117.1, 30.6], [117.0, 30.6], [117.0, 30.5]]
Feature = dict[str, Any]


def feature(cast: Cast, **changes: Any) -> Feature:
    told = {"code": "990000001001001", "name": "柳岸第一网格", "unit": cast.community.code}
    geometry = changes.pop("geometry", {"type": "Polygon", "coordinates": [SQUARE]})
    return {"type": "Feature", "properties": told | changes, "geometry": geometry}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., None]:
    """Return a function that writes features to a file and imports it."""

    def run(*features: Any, datum: str = "cgcs2000") -> None:
        file = tmp_path / "cells.geojson"
        collection = {"type": "FeatureCollection", "features": list(features)}
        file.write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
        call_command("cells", "import", str(file), "--datum", datum)

    return run


def test_a_cell_is_drawn_and_found(cast: Cast, load: Callable[..., None]) -> None:
    load(feature(cast))
    found = queries.cell_at(Place(lng=117.05, lat=30.55), clock.read())
    assert found is not None
    assert (found.code, found.unit) == ("990000001001001", cast.community)


def test_a_second_run_changes_nothing(cast: Cast, load: Callable[..., None]) -> None:
    load(feature(cast))
    load(feature(cast))
    assert Cell.objects.count() == 1
    assert Entry.objects.filter(event=terms.CELL_DRAWN).count() == 1


def test_a_new_line_ends_the_old_cell(cast: Cast, load: Callable[..., None]) -> None:
    load(feature(cast))
    wider = [[x + 0.05 if x > 117 else x, y] for x, y in SQUARE]
    load(feature(cast, geometry={"type": "Polygon", "coordinates": [wider]}))
    now = clock.read()
    assert Cell.objects.count() == 2
    assert Cell.objects.valid(now).count() == 1
    assert queries.cell_at(Place(lng=117.12, lat=30.55), now) is not None


def test_lines_of_an_internet_map_are_moved_and_kept_as_they_came(
    cast: Cast, load: Callable[..., None]
) -> None:
    shifted = [list(to_gcj02(Place(*point))) for point in SQUARE]
    load(feature(cast, geometry={"type": "Polygon", "coordinates": [shifted]}), datum="gcj02")
    cell = Cell.objects.get()
    corner = Place(*cell.boundary["coordinates"][0][0])
    assert metres_between(corner, Place(*SQUARE[0])) < 0.05
    assert cell.sent_boundary["coordinates"] == [shifted]
    assert cell.datum == "gcj02"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "A1"}, "bad_code"),
        ({"code": ""}, "bad_code"),
        ({"code": "１２"}, "bad_code"),
        ({"unit": "404"}, "unknown_unit"),
        ({"name": ""}, "no_name"),
        ({"name": "网格\u202e"}, "bad_char"),
        ({"geometry": None}, "bad_boundary"),
        ({"geometry": {"type": "Point", "coordinates": [117, 30]}}, "bad_boundary"),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE]]}},
            "bad_boundary",
        ),
    ],
)
def test_one_bad_feature_stops_all_and_is_named(
    changes: dict[str, Any], code: str, cast: Cast, load: Callable[..., None]
) -> None:
    with pytest.raises(CommandError, match=code) as refused:
        load(feature(cast), feature(cast, **{"code": "990000001001002"} | changes))
    assert "第 2 个要素" in str(refused.value)
    assert not Cell.objects.exists()


def test_a_code_given_twice_is_named(cast: Cast, load: Callable[..., None]) -> None:
    with pytest.raises(CommandError, match="duplicate_code"):
        load(feature(cast), feature(cast))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_geojson"),
        ("[" * 100_000, "bad_geojson"),
        ("[]", "no_features"),
        ('{"features": {}}', "no_features"),
        ('{"features": [1]}', "bad_boundary"),
    ],
)
def test_a_file_that_is_no_geojson(text: str, code: str, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "bad.geojson"
    file.write_text(text)
    with pytest.raises(CommandError, match=code):
        call_command("cells", "import", str(file))


def test_cells_are_listed(cast: Cast, load: Callable[..., None], capsys: Any) -> None:
    load(feature(cast))
    call_command("cells", "show")
    assert "990000001001001  柳岸第一网格  柳岸社区" in capsys.readouterr().out
