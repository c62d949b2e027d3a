"""Many deadlines at once are those that one gets one by one, and moments are what clocks show."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.workdays import many, rules, service
from jiceng.kernel.workdays.days import Calendar, YearDays
from jiceng.kernel.workdays.moments import (
    DAY,
    EARLIEST,
    EAST,
    FIXED_SINCE,
    LATEST,
    instant_of,
    moment_at,
    moment_of,
    wall_of,
)
from jiceng.kernel.workdays.rules import CalendarUnknown, calendar_days, workdays
from jiceng.kernel.workdays.tests.telling import at
from jiceng.kernel.workdays.tests.test_laws import limits

# All that is handled and a little beyond, the years of the shipped calendar, and summer time.
moments = st.one_of(
    st.integers(EARLIEST - DAY, LATEST + DAY),
    st.integers(moment_of(at("2017-12-30 00:00")), moment_of(at("2077-01-02 00:00"))),
    st.integers(moment_of(at("1986-01-01 00:00")), FIXED_SINCE + DAY),
    # Midnights and full hours, and the microsecond before.
    st.builds(
        lambda hours, less: moment_of(at("2018-01-01 00:00")) + hours * DAY // 24 - less,
        st.integers(-48, 24 * 365 * 12),
        st.integers(0, 1),
    ),
)


@pytest.fixture(scope="module")
def old() -> Calendar:
    """Return a calendar that begins under summer time: no notice is that old."""
    return Calendar([YearDays(year, (), {}, {}) for year in range(1988, 1994)])


def answer(ask, *given):
    """Return what is answered, or that it was refused."""
    try:
        return ask(*given)
    except CalendarUnknown as refusal:
        return refusal.code


@settings(deadline=None)
@given(moments, limits, st.booleans())
def test_one_of_many_is_the_same_as_one(shipped, old, start, limit, is_old):
    calendar = old if is_old else shipped
    one = answer(rules.counting(calendar, limit), start)
    found = answer(many.due_moments, calendar, np.array([start]), limit)
    assert one == (found if isinstance(found, str) else (found[0][0], found[1][0]))
    if not EARLIEST <= start <= LATEST:
        assert one == "calendar_unknown"
        return
    whole = answer(rules.deadline, calendar, instant_of(start), limit)
    assert one == (
        whole if isinstance(whole, str) else (moment_of(whole.due_at), whole.provisional)
    )


@settings(deadline=None)
@given(st.lists(moments, max_size=40), limits, st.sampled_from([1, 7, 8192]))
def test_many_are_the_same_as_each_in_its_place(shipped, starts, limit, piece):
    due = rules.counting(shipped, limit)
    known = [start for start in starts if answer(due, start) != "calendar_unknown"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "PIECE", piece)
        dues, provisional = many.due_moments(shipped, np.array(known, np.int64), limit)
        found = answer(many.due_moments, shipped, np.array(starts, np.int64), limit)
    assert list(zip(dues.tolist(), provisional.tolist(), strict=True)) == [*map(due, known)]
    assert (found == "calendar_unknown") is (len(known) < len(starts))


def test_the_door_for_many_gives_whole_deadlines():
    starts = [
        at("2026-02-13 10:00"),
        at("2026-12-31 16:00"),
        at("2026-12-31 16:00").astimezone(UTC),
    ]
    for limit in (workdays(3), workdays(3, "next_day"), calendar_days(2)):
        assert service.deadlines(starts, limit) == [service.deadline(a, limit) for a in starts]
    assert service.deadlines([], workdays(3)) == []
    assert service.deadlines(starts, workdays(3))[1].trace.unpublished == 2027


def test_the_door_for_many_refuses_what_one_is_refused_for():
    bare = datetime(2026, 7, 6, 10)  # noqa: DTZ001
    for wrong in (bare, at("2017-12-29 10:00"), at("9999-12-31 10:00")):
        with pytest.raises(Refusal) as one:
            service.deadline(wrong, workdays(1))
        with pytest.raises(Refusal) as among_many:
            service.deadlines([at("2026-07-06 10:00"), wrong], workdays(1))
        assert among_many.value.code == one.value.code
        assert str(among_many.value) == str(one.value)


@given(st.one_of(moments, st.integers(FIXED_SINCE - DAY, FIXED_SINCE + DAY)))
def test_wall_time_is_what_the_clock_shows(moment):
    if not EARLIEST <= moment <= LATEST:
        return
    local = instant_of(moment).astimezone(SHANGHAI)
    shown = local.replace(tzinfo=UTC)
    assert instant_of(wall_of(moment)) == shown
    assert instant_of(moment_at(wall_of(moment))) == shown.replace(tzinfo=SHANGHAI)


def test_clocks_have_been_eight_hours_ahead_since_and_are_to_stay_so():
    """Should China ever put its clocks forward again, plain numbers will not do any more."""
    east = timedelta(microseconds=EAST)
    days = range(FIXED_SINCE, LATEST, 7 * DAY)
    assert all(instant_of(day).astimezone(SHANGHAI).utcoffset() == east for day in days)
    assert at("1991-07-01 10:00").utcoffset() != east
