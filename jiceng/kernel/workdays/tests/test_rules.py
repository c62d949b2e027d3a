"""Deadlines, pauses and lights, one line a case with its story."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.workdays import rules
from jiceng.kernel.workdays.refusals import (
    CalendarUnknown,
    InstantWithoutZone,
    LimitUnusable,
)
from jiceng.kernel.workdays.rules import (
    Limit,
    Stop,
    calendar_days,
    urgent_hours,
    work_hours,
    workdays,
)
from jiceng.kernel.workdays.tests.telling import at, cases, limit

NEXT_DAY = "next_day"

VECTORS = """
# The published vectors of the two conventions.
a made-up Saturday is worked      | 02-13 17:00 | 4工作时           | 02-14 11:00
over the national holiday         | 09-30 16:00 | 3工作日           | 10-10 16:00
the same from the next day        | 09-30 16:00 | 3工作日次日起算   | 10-10 24:00
started on a day off              | 10-01 09:00 | 1工作日           | 10-08 18:00
a made-up Saturday in May         | 05-08 15:30 | 2工作日           | 05-11 15:30
over an ordinary weekend          | 07-03 17:30 | 2工作时           | 07-06 09:30
Spring Festival, 3 days           | 02-13 10:00 | 3工作日次日起算   | 02-25 24:00
Spring Festival, 20 days          | 02-10 10:00 | 20工作日次日起算  | 03-16 24:00
Labour Day, 5 days                | 04-30 10:00 | 5工作日次日起算   | 05-11 24:00
Mid-Autumn and National Day       | 09-24 10:00 | 10工作日次日起算  | 10-15 24:00
the eve of National Day           | 09-30 10:00 | 1工作日次日起算   | 10-08 24:00
# The edges of the working day.
before the office opens           | 07-06 06:00 | 1工作时           | 07-06 09:00
in the lunch break                | 07-06 12:30 | 1工作时           | 07-06 15:00
until the lunch break             | 07-06 08:00 | 4工作时           | 07-06 12:00
over the lunch break              | 07-06 11:00 | 2工作时           | 07-06 15:00
after the office closes           | 07-06 19:00 | 1工作时           | 07-07 09:00
a full day from opening           | 07-06 08:00 | 1工作日           | 07-06 18:00
a full day from closing           | 07-06 18:00 | 1工作日           | 07-07 18:00
a quarter of an hour              | 07-06 11:50 | 0.25工作时        | 07-06 14:05
20 days started on a holiday      | 02-17 10:00 | 20工作日          | 03-20 18:00
# A day is a legal day: 23:59:59.999 and 00:00:00.000 are two.
the last instant of a day         | 07-06 23:59:59.999 | 1工作日次日起算 | 07-07 24:00
the first instant of the next     | 07-07 00:00:00.000 | 1工作日次日起算 | 07-08 24:00
the last instant, calendar days   | 07-06 23:59:59.999 | 1自然日次日起算 | 07-07 24:00
the first instant, calendar days  | 07-07 00:00:00.000 | 1自然日次日起算 | 07-08 24:00
# What no calendar touches.
urgent, through the night         | 10-01 22:00 | 4紧急工作时       | 10-02 02:00
urgent, 15 minutes                | 10-01 23:50 | 0.25紧急工作时    | 10-02 00:05
calendar days roll                | 09-30 16:00 | 3自然日           | 10-03 16:00
calendar days from the next       | 09-30 16:00 | 3自然日次日起算   | 10-03 24:00
a leap day                        | 2024-02-28 16:00 | 1自然日      | 2024-02-29 16:00
the first year that is handled    | 1950-01-01 10:00 | 1自然日      | 1950-01-02 10:00
the last year that is handled     | 2199-12-30 10:00 | 1自然日      | 2199-12-31 10:00
# Years that were amended, and one that disposes of the year before it.
2019 as amended                   | 2019-04-30 10:00 | 1工作日次日起算 | 2019-05-05 24:00
2020 as extended                  | 2020-01-23 10:00 | 1工作日次日起算 | 2020-02-03 24:00
2019 reaches back into 2018       | 2018-12-28 10:00 | 2工作日次日起算 | 2019-01-02 24:00
"""


@pytest.mark.parametrize(("story", "start", "period", "due"), cases(VECTORS))
def test_vectors(shipped, story, start, period, due):
    found = rules.deadline(shipped, at(start), limit(period))
    assert found.due_at == at(due), story
    assert found.due_at.tzinfo is UTC
    assert not found.provisional
    assert bool(found.calendar_version) is limit(period).counts_workdays


def test_an_unpublished_year_is_provisional_and_not_a_silent_guess(shipped):
    due = rules.deadline(shipped, at("2026-12-31 16:00"), workdays(1))
    assert due.provisional
    # 1 January is off by law; the weekend follows. More than that is not assumed.
    assert due.due_at == at("2027-01-04 16:00")
    assert due.trace.unpublished == 2027
    assert due.calendar_version.startswith("2026-2027:")


@pytest.mark.parametrize(
    ("story", "start", "period", "provisional", "may_change"),
    [
        ("ends in the published year", "2026-12-01 10:00", workdays(5), False, False),
        ("ends where notices have reached back", "2026-12-28 10:00", workdays(2), False, True),
        ("starts in an unpublished year", "2027-03-01 10:00", workdays(1), True, False),
        ("decades ahead", "2051-03-01 10:00", workdays(20), True, False),
        ("no calendar needed", "2027-03-01 10:00", calendar_days(20), False, False),
        ("no calendar needed for hours", "2027-03-01 10:00", urgent_hours(20), False, False),
    ],
)
def test_provisional(shipped, story, start, period, provisional, may_change):
    due = rules.deadline(shipped, at(start), period)
    assert due.provisional is provisional, story
    assert due.trace.may_change is may_change, story


@pytest.mark.parametrize(
    ("story", "start", "period"),
    [
        ("before the first calendar", "2017-12-29 10:00", workdays(1)),
        ("before the first calendar, hours", "2017-12-29 10:00", work_hours(1)),
        ("beyond the table", "2076-12-31 10:00", workdays(5)),
        ("starts beyond the table", "2080-01-01 10:00", workdays(1)),
        ("9999", "9999-12-31 23:59", workdays(1)),
        ("9999 in calendar days", "9999-12-31 23:59", calendar_days(1)),
        ("9999 in hours", "9999-12-31 23:59", urgent_hours(1)),
        ("year 1", "0001-01-01 00:00", calendar_days(1)),
        ("ends out of range", "2199-12-31 10:00", calendar_days(1)),
        ("ends far out of range", "2199-12-31 10:00", calendar_days(100_000, NEXT_DAY)),
        ("hours out of range", "2199-12-31 23:30", urgent_hours(100_000)),
        ("many workdays", "2026-01-01 10:00", workdays(100_000)),
        ("many workdays from the next", "2026-01-01 10:00", workdays(100_000, NEXT_DAY)),
    ],
)
def test_instants_that_nobody_can_answer_for_are_refused(shipped, story, start, period):
    with pytest.raises(CalendarUnknown) as refusal:
        rules.deadline(shipped, at(start), period)
    assert refusal.value.status == 422, story
    assert str(refusal.value)


def test_an_instant_without_zone_is_refused(shipped):
    bare = datetime(2026, 7, 6, 10)  # noqa: DTZ001
    zoned = at("2026-07-06 10:00")
    with pytest.raises(InstantWithoutZone):
        rules.deadline(shipped, bare, workdays(1))
    with pytest.raises(InstantWithoutZone):
        rules.deadline(shipped, zoned, workdays(1), [Stop(bare, zoned)])
    with pytest.raises(InstantWithoutZone):
        rules.deadline(shipped, zoned, workdays(1), [Stop(zoned, bare)])
    for pair in ((bare, zoned), (zoned, bare)):
        with pytest.raises(InstantWithoutZone):
            rules.light(shipped, *pair)
        with pytest.raises(InstantWithoutZone):
            rules.work_minutes_between(shipped, *pair)


def test_one_instant_in_two_zones_is_one_legal_day(shipped):
    """2027-01-01T00:30+08:00 is still 2026 in UTC."""
    shanghai = datetime.fromisoformat("2027-01-01T00:30+08:00")
    utc = shanghai.astimezone(UTC)
    assert utc.year == 2026
    found = [rules.deadline(shipped, start, workdays(1, NEXT_DAY)) for start in (shanghai, utc)]
    assert found[0] == found[1]
    assert found[0].due_at == at("2027-01-04 24:00")
    assert found[0].calendar_version.startswith("2027:")


SUMMER = """
the night DST began lost an hour | 1988-04-16T12:00+08:00 | 1自然日 | 1988-04-17T12:00+09:00
the night it ended had one more  | 1991-09-14T12:00+09:00 | 1自然日 | 1991-09-15T12:00+08:00
hours pass alike on all nights   | 1988-04-16T12:00+08:00 | 24紧急工作时 | 1988-04-17T13:00+09:00
an hour that never was           | 1988-04-16T02:30+08:00 | 1自然日 | 1988-04-17T03:30+09:00
an hour that was twice: the first| 1991-09-14T01:30+09:00 | 1自然日 | 1991-09-15T01:30+09:00
the day that ended an hour late  | 1991-09-14T23:30+09:00 | 1自然日次日起算 | 1991-09-15T24:00+08:00
23:30 in summer is the same day  | 1988-07-01T23:30+09:00 | 1自然日次日起算 | 1988-07-02T24:00+09:00
00:30 in summer is the next day  | 1988-07-02T00:30+09:00 | 1自然日次日起算 | 1988-07-03T24:00+09:00
"""


@pytest.mark.parametrize(("story", "start", "period", "due"), cases(SUMMER))
def test_summer_time_of_1986_to_1991(shipped, story, start, period, due):
    found = rules.deadline(shipped, datetime.fromisoformat(start), limit(period))
    end = datetime.fromisoformat(due.replace("T24:00", "T23:59:59.999999"))
    assert found.due_at == end, story


@pytest.mark.parametrize(
    ("story", "instant", "day"),
    [
        ("the day DST ended in 1991, last hour", "1991-09-15T15:59:59+00:00", "1991-09-15"),
        ("…and the next day", "1991-09-15T16:00:00+00:00", "1991-09-16"),
        ("the day before it was an hour earlier", "1991-09-14T15:00:00+00:00", "1991-09-15"),
        ("the day DST began in 1988", "1988-04-16T16:00:00+00:00", "1988-04-17"),
        ("…and its last hour", "1988-04-17T14:59:59+00:00", "1988-04-17"),
        ("…and the day after it", "1988-04-17T15:00:00+00:00", "1988-04-18"),
    ],
)
def test_legal_days_of_the_years_with_summer_time(story, instant, day):
    assert legal_day(datetime.fromisoformat(instant)).isoformat() == day, story


@pytest.mark.parametrize(
    ("story", "kind", "amount", "convention"),
    [
        ("zero", "workdays", 0, "rolling"),
        ("negative", "workdays", -1, "rolling"),
        ("2^31", "workdays", 2**31, "rolling"),
        ("2^63", "urgent_hours", 2**63, "rolling"),
        ("half a day", "workdays", Decimal("0.5"), "rolling"),
        ("an eighth of an hour", "work_hours", Decimal("0.125"), "rolling"),
        ("a binary fraction", "work_hours", 0.5, "rolling"),
        ("true", "workdays", True, "rolling"),
        ("none", "workdays", None, "rolling"),
        ("text that is no number", "workdays", "三", "rolling"),
        ("not a number", "workdays", Decimal("NaN"), "rolling"),
        ("infinite", "workdays", "Infinity", "rolling"),
        ("an unknown kind", "lunar_days", 1, "rolling"),
        ("an unknown convention", "workdays", 1, "yesterday"),
        ("hours from the next day", "work_hours", 1, "next_day"),
        ("urgent hours from the next day", "urgent_hours", 1, "next_day"),
    ],
)
def test_limits_that_nobody_can_count_are_refused(story, kind, amount, convention):
    with pytest.raises(LimitUnusable) as refusal:
        Limit(kind, amount, convention)
    assert refusal.value.code == "limit_unusable", story


def test_a_limit_reads_back_from_the_text_of_a_published_definition():
    assert Limit("urgent_hours", "0.25") == urgent_hours(Decimal("0.25"))
    assert Limit("workdays", "3", "next_day") == workdays(3, NEXT_DAY)
    assert Limit("workdays", Decimal("3.00")).amount == 3
    assert type(Limit("workdays", Decimal("3.00")).amount) is int
    assert type(workdays(3).kind) is str


@pytest.mark.parametrize(
    ("story", "a", "b", "minutes"),
    [
        ("a morning", "2026-07-06 08:00", "2026-07-06 12:00", 240),
        ("lunch is none", "2026-07-06 12:00", "2026-07-06 14:00", 0),
        ("a day", "2026-07-06 00:00", "2026-07-07 00:00", 480),
        ("the national holiday", "2026-10-01 00:00", "2026-10-08 00:00", 0),
        ("part of a minute is none", "2026-07-06 08:00", "2026-07-06 08:00:59", 0),
        ("a year", "2026-01-01 00:00", "2027-01-01 00:00", 248 * 480),
    ],
)
def test_working_minutes(shipped, story, a, b, minutes):
    assert rules.work_minutes_between(shipped, at(a), at(b)) == minutes, story
    assert rules.work_minutes_between(shipped, at(b), at(a)) == -minutes, story


def test_working_minutes_of_years_without_calendar_are_refused(shipped):
    with pytest.raises(CalendarUnknown):
        rules.work_minutes_between(shipped, at("2015-01-05 10:00"), at("2026-01-05 10:00"))
