"""A mapping is read strictly, and its ways are walked before any row is."""

from pathlib import Path

import pytest

from jiceng.systems.grid.management.replay.mapping import load_mapping
from jiceng.systems.grid.management.replay.tables import BadMapping
from jiceng.systems.grid.tests.requests_file import BOSTON

GOOD = BOSTON.read_text(encoding="utf-8")

# What is wrong, what to put for what, where the refusal says it is.
BROKEN = [
    ("no TOML", "origin =", "origin ==", "m.toml"),
    ("an unknown key", 'origin = "', 'colour = "red"\norigin = "', "colour"),
    ("an unknown column", 'text = "', 'txt = "', "columns.txt"),
    ("a missing column", 'opened = "OPEN_DT"', "", "columns.opened"),
    ("an empty column", 'opened = "OPEN_DT"', 'opened = ""', "columns.opened"),
    ("half a coordinate", 'lng = "LONGITUDE"', "", "columns.lat"),
    ("a number for a text", 'origin = "boston311"', "origin = 311", "origin"),
    ("an origin with a space", 'origin = "boston311"', 'origin = "boston 311"', "origin"),
    ("an unknown encoding", '"utf-8"', '"utf-16"', "file.encoding"),
    ("an unknown delimiter", 'delimiter = ","', 'delimiter = "::"', "file.delimiter"),
    ("an unknown zone", "America/New_York", "America/Newer_York", "time.zone"),
    ("a zone outside its folder", "America/New_York", "../etc/passwd", "time.zone"),
    ("a format without minutes", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "time.format"),
    ("a format that has the zone", "%S %p", "%S %p %z", "time.format"),
    ("a format that is none", "%m/%d/%Y %I", "%Q/%d/%Y %I", "time.format"),
    ("a choice that is none", 'ambiguous = "earlier"', 'ambiguous = "both"', "time.ambiguous"),
    ("an as-of that is no time", 'nonexistent = "refuse"', 'as_of = "soon"', "time.as_of"),
    ("an area of one number", "lat = [42.2, 42.5]", "lat = [42.2]", "coordinates.lat"),
    ("an area of words", "lat = [42.2, 42.5]", 'lat = ["a", "b"]', "coordinates.lat"),
    ("absent points that are none", "[[42.3594, -71.0587]]", "[42.3594]", "coordinates.absent"),
    ("a kind that is no root", 'kind = "city"', 'kind = "office"', "organisation.kind"),
    ("a founding that is no time", "12:00:00 AM", "", "organisation.founded"),
    ("a way that is no list", "[[path.refused]]", "[path.refused]", "path.refused"),
    ("a step that does not exist", '"dispatch"', '"send"', "path.closed[1]"),
    ("steps in the wrong order", 'move = "judge"', 'move = "close"', "path.closed[0]"),
    ("attested or not, unsaid", "attested = false", "", "path.closed[0].attested"),
    ("attested as text", "attested = false", 'attested = "no"', "path.closed[0].attested"),
    ("an instant that is none", 'at = "closed"', 'at = "target"', "path.closed[2].at"),
    ("a step back in time", 'at = "opened"', 'at = "closed"', "path.closed"),
    ("no judgement", 'judgement = "ordinary"', "", "path.closed[0]"),
    ("a judgement that is none", '"ordinary"', '"grave"', "path.closed[0].judgement"),
    ("no words", 'words = "原系统未填写办结说明"', "", "path.closed[2]"),
    ("nothing for the photo", 'photo = "row"', "", "path.closed[2]"),
    ("a list of numbers", 'open = ["Open"]', "open = [1]", "status.open"),
]


@pytest.mark.parametrize(
    ("good", "bad", "where"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_mistake_is_refused_where_it_is(good: str, bad: str, where: str, tmp_path: Path) -> None:
    assert good in GOOD
    file = tmp_path / "m.toml"
    file.write_text(GOOD.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(BadMapping) as refused:
        load_mapping(file)
    assert refused.value.field == where
    assert refused.value.code == "bad_mapping"


def test_a_way_has_to_end_where_it_should(tmp_path: Path) -> None:
    closing = '[[path.closed]]\nmove = "close"\nat = "closed"\nattested = true\n'
    assert closing in GOOD
    file = tmp_path / "m.toml"
    file.write_text(GOOD.replace(closing, ""), encoding="utf-8")
    with pytest.raises(BadMapping) as refused:
        load_mapping(file)
    assert refused.value.field == "path.closed"


def test_nothing_of_an_open_request_happens_at_its_closing(tmp_path: Path) -> None:
    head, tail = GOOD.split('[[path.open]]\nmove = "dispatch"\nat = "opened"')
    file = tmp_path / "m.toml"
    file.write_text(
        f'{head}[[path.open]]\nmove = "dispatch"\nat = "closed"{tail}', encoding="utf-8"
    )
    with pytest.raises(BadMapping) as refused:
        load_mapping(file)
    assert refused.value.field == "path.open"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_bytes(b'origin = "\xff"')
    with pytest.raises(BadMapping):
        load_mapping(file)


def test_the_mapping_of_boston_says_what_it_should() -> None:
    mapping = load_mapping(BOSTON)
    assert mapping.origin == "boston311"
    assert [step.move for step in mapping.paths["closed"]] == [
        "judge",
        "dispatch",
        "dispose",
        "verify",
        "close",
    ]
    attested = [step.move for step in mapping.paths["closed"] if step.attested]
    assert attested == ["dispatch", "dispose", "close"]
    assert mapping.area is not None
    assert mapping.area.absent == {(42.3594, -71.0587)}
    assert mapping.as_of is None
