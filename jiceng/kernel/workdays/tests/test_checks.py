"""The clock held against the calendars, at the start."""

from datetime import date

import pytest

from jiceng.kernel.workdays.checks import clock_faults

PUBLISHED = date(2025, 11, 4)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 11, 3), ["workdays.E002"]),
        (PUBLISHED, []),
        (date(2046, 12, 31), []),
        (date(2047, 1, 1), ["workdays.E003"]),
    ],
)
def test_dates_are_compared_with_the_calendars(today: date, expected: list[str]) -> None:
    found = list(clock_faults(today, PUBLISHED, 2026))
    assert [message.id for message in found] == expected
    assert all(message.hint for message in found)
