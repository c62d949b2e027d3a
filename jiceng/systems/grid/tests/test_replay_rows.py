"""What a record of a file says, and why some say nothing that could be taken in."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jiceng.systems.grid.management.replay.mapping import load_mapping
from jiceng.systems.grid.management.replay.paths import CLOSED, OPEN, REFUSED
from jiceng.systems.grid.management.replay.refusals import BadRow
from jiceng.systems.grid.management.replay.rows import Reader, Request
from jiceng.systems.grid.management.replay.times import Times, read_instant
from jiceng.systems.grid.tests.requests_file import BOSTON, PLAIN_ROW, STORIES, Story

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# What only the neighbours of a row, or the rules of the procedure, can find.
FOUND_LATER = {"duplicate", "due_before_start"}


def read(row: dict[str, str]) -> Request:
    """Read one row in the columns of Boston."""
    reader = Reader(load_mapping(BOSTON), list(PLAIN_ROW), NOW)
    return reader.request(2, list(row.values()))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.number}-{story.refused}")
def test_each_row_is_read_or_refused_with_its_reason(story: Story) -> None:
    if not story.refused or story.refused in FOUND_LATER:
        assert read(story.row).number == story.number
        return
    with pytest.raises(BadRow) as refused:
        read(story.row)
    assert refused.value.code == story.refused
    assert any("\u4e00" <= sign <= "\u9fff" for sign in refused.value.sentence)


def request_of(number: str) -> Request:
    """Read the taken row with this number."""
    return read(next(story.row for story in STORIES if story.number == number))


def test_times_are_those_of_the_city() -> None:
    request = request_of("1")
    assert request.opened == datetime(2015, 3, 2, 14, 0, tzinfo=UTC)  # winter time
    assert request_of("16").closed == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)  # the earlier 1:30


def test_what_became_of_a_request() -> None:
    fates = [request_of(number).fate for number in ("1", "6", "9")]
    assert fates == [CLOSED, OPEN, REFUSED]


def test_verdicts_and_their_absence() -> None:
    assert [request_of(number).on_time for number in ("1", "2", "5")] == [True, False, None]


def test_a_point_or_none_or_the_point_that_stands_for_none() -> None:
    points = [(request_of(n).point, request_of(n).no_address) for n in ("1", "12", "11")]
    assert points == [((42.3601, -71.0550), False), (None, False), (None, True)]


def test_the_fingerprint_is_that_of_the_whole_record() -> None:
    # printf '["1","03/02/2015 09:00:00 AM",…]' | sha256sum, with the cells in their order
    changed = PLAIN_ROW | {"CASE_ENQUIRY_ID": "1", "Source": "Twitter"}
    assert read(changed).fingerprint != request_of("1").fingerprint
    assert len(request_of("1").fingerprint) == 64


def times(**rules: str) -> Times:
    """Return the times of New York, refusing what is not settled."""
    settled: dict[str, Any] = {"ambiguous": "refuse", "nonexistent": "refuse"} | rules
    return Times(format="%Y-%m-%d %H:%M", zone=ZoneInfo("America/New_York"), **settled)


CLOCKS = [
    ("a plain summer day", "2015-07-01 12:00", {}, "16:00"),
    ("a plain winter day", "2015-01-01 12:00", {}, "17:00"),
    ("shown twice, unsettled", "2015-11-01 01:30", {}, "time_ambiguous"),
    ("shown twice, the first", "2015-11-01 01:30", {"ambiguous": "earlier"}, "05:30"),
    ("shown twice, the second", "2015-11-01 01:30", {"ambiguous": "later"}, "06:30"),
    ("just before it repeats", "2015-11-01 00:59", {}, "04:59"),
    ("just after it repeated", "2015-11-01 02:00", {}, "07:00"),
    ("never shown, unsettled", "2015-03-08 02:30", {}, "time_nonexistent"),
    ("never shown, the clock was late", "2015-03-08 02:30", {"nonexistent": "later"}, "07:30"),
    ("the first minute of summer", "2015-03-08 03:00", {}, "07:00"),
    ("no such day", "2015-02-29 12:00", {}, "date_malformed"),
    ("another format", "03/02/2015", {}, "date_malformed"),
    ("an empty year", "0001-01-01 00:00", {}, "date_out_of_range"),
    ("a year too far", "9999-12-31 23:59", {}, "date_out_of_range"),
]


@pytest.mark.parametrize(
    ("written", "rules", "expected"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS]
)
def test_clocks_that_are_set_forward_and_back(
    written: str, rules: dict[str, str], expected: str
) -> None:
    try:
        found = f"{read_instant(written, times(**rules), '时间'):%H:%M}"
    except BadRow as refused:
        found = refused.code
    assert found == expected
