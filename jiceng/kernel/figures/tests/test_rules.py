"""Periods and the arithmetic of shares, one line a case."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.figures.refusals import BadPeriod
from jiceng.kernel.figures.rules import BEGINNING, Period, change, percent, shares

DAYS = st.dates(BEGINNING + timedelta(days=1), date(2090, 1, 1))
PERIODS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    DAYS,
    st.integers(1, 800),
)
DAY = date(2022, 11, 30)


@pytest.mark.parametrize(
    ("period", "code", "text"),
    [
        (Period.month(2022, 11), "2022-11", "2022年11月"),
        (Period.month(2022, 12), "2022-12", "2022年12月"),
        (Period.quarter(2022, 4), "2022-Q4", "2022年第4季度"),
        (Period.year(2022), "2022", "2022年"),
        (Period.until(DAY), "..2022-11-30", "截至2022年11月30日"),
        (Period.day(DAY), "2022-11-30..2022-11-30", "2022年11月30日"),
        (Period(date(2022, 2, 1), DAY), "2022-02-01..2022-11-29", "2022年2月1日至2022年11月29日"),
        (Period(date(2022, 2, 1), date(2022, 5, 1)), "2022-02-01..2022-04-30", None),
    ],
)
def test_a_period_is_written_and_read(period: Period, code: str, text: str | None) -> None:
    assert period.code == code
    assert Period.read(code) == period
    assert text is None or period.text == text


@pytest.mark.parametrize(
    ("period", "previous", "a_year_before"),
    [
        ("2022-11", "2022-10", "2021-11"),
        ("2022-01", "2021-12", "2021-01"),
        ("2022-Q1", "2021-Q4", "2021-Q1"),
        ("2022", "2021", "2021"),
        ("2022-11-08..2022-11-14", "2022-11-01..2022-11-07", "2021-11-08..2021-11-14"),
        ("2024-02", "2024-01", "2023-02"),
        ("2024-02-29..2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
        ("2024-02-28..2024-02-28", "2024-02-27..2024-02-27", "2023-02-28..2023-02-28"),
        ("..2022-11-30", None, "..2021-11-30"),
        ("..2024-02-28", None, "..2023-02-28"),
    ],
)
def test_the_period_before(period: str, previous: str | None, a_year_before: str) -> None:
    assert Period.read(period).a_year_before() == Period.read(a_year_before)
    if previous is None:
        with pytest.raises(BadPeriod):
            Period.read(period).previous()
    else:
        assert Period.read(period).previous() == Period.read(previous)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "22",
        "2022-13",
        "2022-00",
        "2022-Q5",
        "2022-11-02..2022-11-01",
        "2022-02-30..2022-03-01",
        "0000",
        "9999-12",
        "2022-11-01..",
        "..9999-12-31",
        "２０２２",
        "2022-11\n",
    ],
)
def test_no_period(text: str) -> None:
    with pytest.raises(BadPeriod):
        Period.read(text)


def test_a_period_has_days_that_are_counted() -> None:
    for start, end in ((DAY, DAY), (DAY, BEGINNING), (date.min, DAY)):
        with pytest.raises(BadPeriod):
            Period(start, end)


@given(PERIODS)
def test_a_code_names_one_period(period: Period) -> None:
    assert Period.read(period.code) == period


@given(PERIODS)
def test_whole_months_and_the_rest_make_the_period(period: Period) -> None:
    months, rest = period.split()
    parts = [*([months] if months else []), *rest]
    assert sorted(day for part in parts for day in part.days()) == list(period.days())
    assert months is None or (months.start.day, months.end.day) == (1, 1)


@pytest.mark.parametrize(
    ("part", "whole", "percents", "story"),
    [
        (31, 36, "86.1", "the rate of the report of November"),
        (212, 230, "92.2", "and of the items"),
        (1, 8, "12.5", "exact"),
        (1, 16, "6.3", "6.25 goes up, not to the even neighbour"),
        (3, 16, "18.8", "18.75 goes up"),
        (0, 5, "0.0", "none of five"),
        (5, 5, "100.0", "all"),
        (7, 5, "140.0", "a quotient may exceed the whole"),
        (Decimal("0.05"), Decimal(100), "0.1", "half a tenth of money goes up"),
    ],
)
def test_a_share_is_rounded_half_up(part: int, whole: int, percents: str, story: str) -> None:
    assert percent(part, whole) == Decimal(percents), story


def test_nothing_has_no_share() -> None:
    assert percent(0, 0) is None
    assert shares([0, 0]) == [None, None]
    assert shares([1, 2]) == [Decimal("33.3"), Decimal("66.7")]


@pytest.mark.parametrize(
    ("now", "before", "percents"),
    [(110, 100, "10.0"), (90, 100, "-10.0"), (0, 4, "-100.0"), (5, -10, "150.0")],
)
def test_a_change_is_measured_by_what_was(now: int, before: int, percents: str) -> None:
    assert change(now, before) == Decimal(percents)
    assert change(now, 0) is None
