"""Which days are worked: the shipped files, the table, its edges."""

from datetime import date, timedelta

import pytest

from jiceng.kernel.workdays.days import PROVISIONAL_YEARS, Calendar
from jiceng.kernel.workdays.refusals import CalendarUnknown

WORKDAYS = {
    2018: 250,
    2019: 250,
    2020: 249,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 248,
    2026: 248,
}
SPANS = (1, 3, 5, 7, 10, 20)
ONE_DAY = timedelta(days=1)


def test_the_shipped_years_have_the_published_number_of_workdays(shipped):
    counts = {}
    for year in shipped.years:
        days = (date(year, 1, 1) + n * ONE_DAY for n in range(366))
        counts[year] = sum(shipped.is_workday(day) for day in days if day.year == year)
    assert counts == WORKDAYS


def test_every_day_equals_the_independent_transcription(shipped, notices):
    day, compared = date(2018, 1, 1), 0
    while day <= date(2026, 12, 31):
        assert shipped.is_workday(day) == notices.works(day), day
        day, compared = day + ONE_DAY, compared + 1
    assert compared == 3287


@pytest.mark.parametrize(
    ("story", "day", "works", "holiday", "made_up_for"),
    [
        ("a plain Monday", date(2026, 3, 2), True, "", ""),
        ("a plain Sunday", date(2026, 3, 1), False, "", ""),
        ("a made-up Saturday", date(2026, 2, 14), True, "", "春节"),
        ("a holiday on a weekday", date(2026, 2, 17), False, "春节", ""),
        ("a holiday on a weekend", date(2026, 10, 3), False, "国庆节", ""),
        ("2019 disposes of Saturday in 2018", date(2018, 12, 29), True, "", "元旦"),
        ("2019 disposes of Monday in 2018", date(2018, 12, 31), False, "元旦", ""),
        ("2023 disposes of Saturday in 2022", date(2022, 12, 31), False, "元旦", ""),
        ("2019 amended: 2 May off", date(2019, 5, 2), False, "劳动节", ""),
        ("2019 amended: Sunday worked", date(2019, 5, 5), True, "", "劳动节"),
        ("2020 extended: Friday off", date(2020, 1, 31), False, "春节", ""),
        ("2020 extended: Saturday not worked after all", date(2020, 2, 1), False, "春节", ""),
        ("2020 extended: Monday worked", date(2020, 2, 3), True, "", ""),
        ("unpublished: fixed by law", date(2027, 5, 2), False, "劳动节", ""),
        ("unpublished: a plain Friday", date(2027, 10, 8), True, "", ""),
    ],
)
def test_single_days(shipped, story, day, works, holiday, made_up_for):
    assert shipped.is_workday(day) is works, story
    assert (shipped.holiday_name(day), shipped.made_up_for(day)) == (holiday, made_up_for), story


def test_the_table_equals_a_walk_over_the_days_of_2026(shipped, walker):
    """1,950 pairs of start and span, and how wrong Monday to Friday would have been."""
    early = late = pairs = 0
    for offset in range(325):
        day = date(2026, 1, 1) + offset * ONE_DAY
        for span in SPANS:
            due = shipped.workday_after(day, span)
            assert due == walker.after(day, span), (day, span)
            assert shipped.workdays_between(day, due) == span
            naive = _monday_to_friday(day, span)
            early, late, pairs = early + (naive < due), late + (naive > due), pairs + 1
    assert (pairs, early, late) == (1950, 409, 111)
    assert round((early + late) / pairs, 3) == 0.267


def _monday_to_friday(day: date, n: int) -> date:
    while n:
        day += ONE_DAY
        n -= day.weekday() < 5
    return day


def test_counting_between_equals_a_walk_over_all_years(shipped, walker):
    day = date(2018, 1, 1)
    while day < date(2026, 11, 1):
        until = day + timedelta(days=day.toordinal() % 50)
        assert shipped.workdays_between(day, until) == walker.between(day, until), day
        assert shipped.workdays_between(until, day) == -shipped.workdays_between(day, until)
        day += 11 * ONE_DAY


@pytest.mark.parametrize(
    ("story", "day", "n"),
    [
        ("before the first published year", date(2017, 12, 30), 1),
        ("long before", date(1, 1, 1), 1),
        ("the start beyond the table", date(2026 + PROVISIONAL_YEARS + 1, 6, 1), 1),
        ("the end beyond the table", date(2026 + PROVISIONAL_YEARS, 12, 30), 5),
        ("far beyond", date(9999, 12, 31), 1),
        ("a span of a century", date(2026, 1, 1), 26_000),
        ("a span of 2^31", date(2026, 1, 1), 2**31),
    ],
)
def test_days_that_no_calendar_answers_for_are_refused(shipped, story, day, n):
    with pytest.raises(CalendarUnknown) as refusal:
        shipped.workday_after(day, n)
    assert refusal.value.code == "calendar_unknown", story


def test_the_eve_of_the_first_year_may_be_counted_from(shipped):
    assert shipped.workday_after(date(2017, 12, 31), 1) == date(2018, 1, 2)


def test_a_version_changes_exactly_with_the_days_of_its_years(shipped):
    shorter = Calendar([shipped.years[year] for year in range(2018, 2026)])
    assert shorter.version(2024, 2024) == shipped.version(2024, 2024)
    assert shorter.version(2025, 2025) == shipped.version(2025, 2025)
    assert shorter.version(2026, 2026) != shipped.version(2026, 2026)
    assert shorter.version(2025, 2026) != shipped.version(2025, 2026)
    assert shipped.is_current(shipped.version(2018, 2027))
    assert not shipped.is_current(shorter.version(2025, 2026))
    assert shipped.version(2026, 2026).startswith("2026:")
    assert shipped.version(2018, 2076).startswith("2018-2076:")
    assert shorter.version(2075, 2075) == shipped.version(2075, 2075)
    assert shorter.version(2076, 2076) != shipped.version(2076, 2076)


def test_a_year_published_without_changing_a_day_is_another_version(shipped):
    """A deadline that was provisional is so no longer; that must be seen."""
    shorter = Calendar([shipped.years[year] for year in range(2018, 2026)])
    off = {date(2026, month, day): "x" for month, day in ((1, 1), (5, 1), (5, 2))}
    off |= {date(2026, 10, day): "x" for day in (1, 2, 3)}
    same = type(shipped.years[2026])(2026, (), off, {})
    published = Calendar([*(shipped.years[year] for year in range(2018, 2026)), same])
    day = date(2026, 1, 1)
    while day.year == 2026:
        assert published.is_workday(day) == shorter.is_workday(day)
        day += ONE_DAY
    assert published.version(2026, 2026) != shorter.version(2026, 2026)


def test_a_notice_that_reaches_back_changes_the_version_of_the_year_before(shipped):
    without = Calendar([shipped.years[2018]])
    assert without.is_workday(date(2018, 12, 31))
    assert without.may_still_change(date(2018, 12, 31))
    assert without.version(2018, 2018) != shipped.version(2018, 2018)


def test_only_consecutive_years_make_a_calendar(shipped):
    with pytest.raises(ValueError, match="consecutive"):
        Calendar([shipped.years[2018], shipped.years[2020]])
