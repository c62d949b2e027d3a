"""The figures of the grid over a year that was counted by hand; see ``year.py`` for its stories."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.figures.service import FIGURES, Period, View, read_many, rows
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.year import Year, on

pytestmark = pytest.mark.slow
WHOLE = Period.year(2026)
OWN = [figure for figure in FIGURES if figure.code.startswith("grid.")]
COUNTS = [figure.code for figure in OWN if not figure.is_ratio]

# Which rows each figure has as of three days, by the letters of their cases. A letter stands as
# often as the case has tasks. «-» is none.
DAYS = ("03-13", "03-31", "12-31")
COUNTED = {
    # B is not excused before the 16th; D counts as valid while it is merged, C from April on.
    "grid.reported": ("ABCDE", "ABCDEFGHK", "ABCDEFGHIK"),
    "grid.valid": ("ABDE", "ABDEFGH", "ABCEFGHI"),
    "grid.filed": ("ABE", "ABEFGH", "ABCEFGHI"),
    "grid.from_public": ("ABCDE", "ABCDEFGH", "ABCDEFGHI"),
    "grid.rated": ("A", "A", "AI"),
    "grid.satisfied": ("A", "A", "AI"),
    # The excused lateness of B is in no whole; G and H are late and open.
    "grid.to_close": ("ABE", "AEFGH", "ACEFGHI"),
    "grid.closed": ("ABE", "AEF", "ACEFI"),
    "grid.closed_on_time": ("AE", "AE", "ACEI"),
    "grid.closed_late": ("B", "F", "F"),
    "grid.reworked": ("E", "E", "EI"),
    "grid.to_dispatch": ("ABE", "ABEFGH", "ABCEFGHII"),
    "grid.dispatched": ("ABE", "ABEFGH", "ABCEFGHII"),
    "grid.dispatched_on_time": ("ABE", "ABEFGH", "ABCEFGHII"),
    # E twice, after the extension and after the rework; F only where it was handed to; H1 and H2.
    "grid.to_handle": ("ABEE", "AEEFGHH", "ACEEFGHHII"),
    "grid.handled": ("ABEE", "AEEFH", "ACEEFHII"),
    "grid.handled_on_time": ("AEE", "AEEH", "ACEEHII"),
    "grid.overdue_tasks": ("-", "GH", "GH"),
    "grid.extended": ("E", "E", "E"),
    "grid.to_verify": ("ABEE", "AEEFH", "ACEEFHII"),
    "grid.verified": ("ABEE", "AEEFH", "ACEEFHII"),
    "grid.verified_on_time": ("AEE", "AEEH", "ACEEHII"),
    "grid.in_hand": ("-", "GHHK", "GHHK"),
    "grid.overdue": ("-", "GHHK", "GHHK"),
}
SHARES = {
    "grid.valid_rate": ("80.0%", "77.8%", "80.0%"),
    "grid.filed_rate": ("60.0%", "66.7%", "80.0%"),
    "grid.public_rate": ("100.0%", "88.9%", "90.0%"),
    "grid.satisfied_rate": ("100.0%", "100.0%", "100.0%"),
    "grid.closing_rate": ("100.0%", "60.0%", "71.4%"),
    "grid.on_time_closing_rate": ("66.7%", "40.0%", "57.1%"),
    "grid.late_closing_rate": ("33.3%", "20.0%", "14.3%"),
    "grid.rework_rate": ("33.3%", "20.0%", "28.6%"),
    "grid.dispatch_rate": ("100.0%", "100.0%", "100.0%"),
    "grid.on_time_dispatch_rate": ("100.0%", "100.0%", "100.0%"),
    "grid.handling_rate": ("100.0%", "71.4%", "80.0%"),
    "grid.on_time_handling_rate": ("75.0%", "57.1%", "70.0%"),
    "grid.overdue_rate": ("0.0%", "28.6%", "20.0%"),
    "grid.extension_rate": ("25.0%", "14.3%", "10.0%"),
    "grid.verification_rate": ("100.0%", "100.0%", "100.0%"),
    "grid.on_time_verification_rate": ("75.0%", "80.0%", "87.5%"),
}


@pytest.fixture
def year(grid: Grid) -> Year:
    """Return the year."""
    return told.tell(grid)


def letters(year: Year, code: str, view: View) -> str:
    """Return the cases behind a figure."""
    names = {case.pk: letter[0] for letter, case in year.cases.items()}
    return "".join(sorted(names[row.case_id] for row in rows(code, view))) or "-"


def at(day: str, unit: Unit | None = None, period: Period | None = WHOLE) -> View:
    """Return a view as of the end of a day."""
    return View(unit, period, on(day))


def test_rows_of_every_count(year: Year) -> None:
    found = {code: tuple(letters(year, code, at(day)) for day in DAYS) for code in COUNTED}
    assert found == COUNTED
    assert {*COUNTED, "grid.part_time_members"} == set(COUNTS)


def test_every_share(year: Year) -> None:
    found = [read_many(SHARES, at(day)) for day in DAYS]
    assert {code: tuple(values[code].text for values in found) for code in SHARES} == SHARES
    assert set(SHARES) == {figure.code for figure in OWN if figure.is_ratio}


def test_looking_back_is_as_looking_then(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted at an instant is counted for that instant ever after."""
    seen: dict[datetime, Any] = {}
    make = told.scene.make

    def making(*given: Any, at: datetime, **more: Any) -> Any:
        before = at - timedelta(seconds=1)
        seen[before] = numbers(before)
        return make(*given, at=at, **more)

    monkeypatch.setattr(told.scene, "make", making)
    told.refused_then_taken_up(Year(grid, {}))
    told.reopened(Year(grid, {}))
    assert len(seen) > 15
    assert {instant: numbers(instant) for instant in seen} == seen


def numbers(instant: datetime) -> dict[str, Any]:
    """Return every number as of an instant."""
    values = read_many(COUNTS, View(None, None, instant))
    return {code: value.number for code, value in values.items()}


# What the zone took over was received by the community; the task of F is of the street that it was
# handed to; G was sent out by the zone.
OF_UNITS = {
    ("grid.reported", "community"): "ABCDEFGHIK",
    ("grid.reported", "other_street"): "-",
    ("grid.to_close", "village"): "-",
    ("grid.to_handle", "other_street"): "F",
    ("grid.to_handle", "street"): "ACEEGHHII",
    ("grid.to_dispatch", "community"): "ABCEFHII",
    ("grid.to_dispatch", "zone"): "ABCEFGHII",
    ("grid.in_hand", "community"): "HK",
}


def test_whose_they_are(year: Year) -> None:
    cast = year.grid.cast
    found = {
        (code, unit): letters(year, code, at("12-31", getattr(cast, unit)))
        for code, unit in OF_UNITS
    }
    assert found == OF_UNITS


# Who has F in hand, by the hour of the day.
WANDERING = {"09:30": ("F", "-"), "09:45": ("-", "F"), "12:45": ("-", "-")}


def test_in_hand_while_it_wanders(grid: Grid) -> None:
    told.moved_elsewhere(year := Year(grid, {}))
    units = (grid.cast.street, grid.cast.other_street)
    found = {
        hour: tuple(
            letters(year, "grid.in_hand", View(unit, None, on("03-16", hour))) for unit in units
        )
        for hour in WANDERING
    }
    assert found == WANDERING


# Not solved on the day it was closed, solved two days later.
SATISFIED = {"06-07": "-", "06-08": "-", "06-09": "-", "06-10": "I"}


def test_the_last_word_of_the_reporter_counts(grid: Grid) -> None:
    told.reopened(year := Year(grid, {}))
    assert {day: letters(year, "grid.satisfied", at(day)) for day in SATISFIED} == SATISFIED
    assert letters(year, "grid.rated", at("06-09")) == "I"


# A case belongs to the month of its report, a task to that of its own beginning.
MONTHS = {3: ("ABCDEFGHK", "AEEFH"), 4: ("-", "C"), 5: ("-", "-"), 6: ("I", "II")}


def test_by_month(year: Year) -> None:
    views = {month: at("12-31", period=Period.month(2026, month)) for month in MONTHS}
    found = {
        month: (letters(year, "grid.reported", view), letters(year, "grid.handled", view))
        for month, view in views.items()
    }
    assert found == MONTHS


def test_not_due_before_its_hour(grid: Grid) -> None:
    """An open case is not counted as late, nor as to be closed, until its day is over."""
    told.moved_elsewhere(year := Year(grid, {}))
    for hour, due in (("10:30", "-"), ("11:30", "G")):
        view = View(None, Period.day(on("03-17").date()), on("03-17", hour))
        assert letters(year, "grid.to_close", view) == due
        assert letters(year, "grid.overdue_tasks", view) == due


def test_an_extension_counts_from_when_it_was_given(grid: Grid) -> None:
    """Nothing was late while it was asked for, and it is measured by the later day."""
    told.merged_and_extended(year := Year(grid, {}))
    day = Period.day(on("03-12").date())
    codes = ("grid.in_hand", "grid.overdue", "grid.to_handle", "grid.extended")
    asked = {hour: View(None, day, on("03-12", hour)) for hour in ("09:45", "11:30", "12:45")}
    found = {hour: [letters(year, code, view) for code in codes] for hour, view in asked.items()}
    assert found == {
        "09:45": ["E", "-", "-", "-"],
        "11:30": ["E", "-", "-", "-"],
        "12:45": ["-", "-", "EE", "E"],
    }


def test_members_are_people(grid: Grid) -> None:
    """Whoever walks two grids is one member; whoever left is none; before, nobody was."""
    cast, then = grid.cast, on("03-20")
    hold(cast.li.officer, post(cast.village, "grid_member"), at=on("03-10"))
    gone = officer("1020", "冯小离")
    hold(gone, post(cast.other_community, "grid_member"), at=cast.at, until=on("03-15"))

    def count(when: datetime, unit: Unit | None = None) -> Any:
        return read_many(["grid.part_time_members"], View(unit, None, when))[
            "grid.part_time_members"
        ].number

    assert [count(when) for when in (on("03-01"), on("03-14"), then)] == [0, 2, 1]
    assert [count(then, unit) for unit in (cast.community, cast.village)] == [1, 0]
