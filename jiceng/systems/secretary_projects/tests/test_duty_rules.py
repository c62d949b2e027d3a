"""Which reports are owed, by when, and what became of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jiceng.systems.secretary_projects.rules.duties import (
    Period,
    Tally,
    expected,
    period_of,
    state,
    tally,
)


@pytest.mark.parametrize(
    ("duty", "day", "start", "end", "text"),
    [
        ("monthly", date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1), "2026年2月"),
        ("monthly", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1), "2026年12月"),
        ("bimonthly", date(2026, 4, 1), date(2026, 3, 1), date(2026, 5, 1), "2026年3—4月"),
        ("bimonthly", date(2026, 12, 1), date(2026, 11, 1), date(2027, 1, 1), "2026年11—12月"),
        ("half_year", date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1), "2026年1—6月"),
        ("half_year", date(2026, 7, 1), date(2026, 7, 1), date(2027, 1, 1), "2026年7—12月"),
    ],
)
def test_periods(duty: str, day: date, start: date, end: date, text: str) -> None:
    period = period_of(duty, day)
    assert (period, period.text) == (Period(start, end, duty), text)


@pytest.mark.parametrize(
    ("duty", "registered", "ended", "today", "owed"),
    [
        ("monthly", date(2026, 1, 15), None, date(2026, 12, 31), 11),
        ("monthly", date(2026, 1, 15), None, date(2027, 1, 1), 12),
        ("monthly", date(2026, 1, 15), date(2026, 6, 10), date(2027, 1, 1), 5),
        ("monthly", date(2026, 1, 15), date(2026, 6, 30), date(2027, 1, 1), 5),
        ("monthly", date(2026, 1, 15), date(2026, 7, 1), date(2027, 1, 1), 6),
        ("monthly", date(2026, 1, 15), date(2026, 1, 20), date(2027, 1, 1), 0),
        ("bimonthly", date(2026, 1, 15), None, date(2027, 1, 1), 6),
        ("bimonthly", date(2026, 3, 12), None, date(2026, 5, 1), 1),
        ("bimonthly", date(2026, 3, 12), None, date(2026, 4, 30), 0),
        ("half_year", date(2026, 3, 12), None, date(2027, 1, 1), 2),
        ("half_year", date(2026, 12, 31), None, date(2027, 1, 1), 1),
    ],
)
def test_owed(duty: str, registered: date, ended: date | None, today: date, owed: int) -> None:
    assert len(expected(duty, registered, ended, today)) == owed


# 00:00 of the fifth day after March in Shanghai is the afternoon before in UTC.
LATE = datetime(2026, 4, 5, 16, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("came", "now", "is_"),
    [
        (LATE - INSTANT, LATE, "on_time"),
        (LATE, LATE, "late"),
        (None, LATE - INSTANT, "waiting"),
        (None, LATE, "missing"),
        (None, LATE + timedelta(days=60) - INSTANT, "missing"),
        (None, LATE + timedelta(days=60), "locked"),
    ],
)
def test_late_from_midnight_on(came: datetime | None, now: datetime, is_: str) -> None:
    assert state(period_of("monthly", date(2026, 3, 9)), came, now) == is_


def test_a_year_by_hand() -> None:
    """Registered in January; March came late, May not at all, the rest in time."""
    owed = expected("monthly", date(2026, 1, 15), None, date(2027, 1, 1))
    came = {p.start: p.due_at - INSTANT for p in owed if p.start.month != 5}
    came[date(2026, 3, 1)] = period_of("monthly", date(2026, 3, 1)).due_at
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert tally(owed, came, new_year) == Tally(expected=12, actual=11, on_time=10, missing=1)
    # December is owed, but not late before the sixth of January.
    del came[date(2026, 12, 1)]
    assert tally(owed, came, new_year) == Tally(expected=12, actual=10, on_time=9, missing=1)
    assert tally(owed, came, new_year) + Tally(1, 1, 1, 0) == Tally(13, 11, 10, 1)
    assert tally([], {date(2026, 1, 1): new_year}, new_year) == Tally()
