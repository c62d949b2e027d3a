"""Laws that hold for every start, limit and pause."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.workdays import rules
from jiceng.kernel.workdays.limits import line_of
from jiceng.kernel.workdays.moments import moment_of
from jiceng.kernel.workdays.rules import Limit, Stop, work_hours, workdays

FIRST, LAST = datetime(2018, 1, 2, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPANS = ((time(8), time(12)), (time(14), time(18)))

instants = st.integers(0, (LAST - FIRST) // MINUTE).map(lambda n: FIRST + n * MINUTE)
# Also with seconds and fractions, and on the edges of days and of working hours.
odd_instants = st.one_of(
    instants,
    st.builds(lambda a, n: a + timedelta(microseconds=n), instants, st.integers(0, 59_999_999)),
    st.builds(
        lambda a, t: datetime.combine(a.date(), t, SHANGHAI),
        instants,
        st.sampled_from([time(0), time(8), time(12), time(14), time(18), time.max]),
    ),
)
limits = st.one_of(
    st.builds(Limit, st.sampled_from(["urgent_hours", "work_hours"]), st.integers(1, 400)),
    st.builds(
        Limit,
        st.sampled_from(["workdays", "calendar_days"]),
        st.integers(1, 90),
        st.sampled_from(["rolling", "next_day"]),
    ),
)


@st.composite
def paused(draw):
    """Draw a start and up to five pauses after it, in order, some of them touching."""
    start = draw(odd_instants)
    minutes = st.integers(0, 60 * 24 * 12)
    stops, last = [], start
    for gap, length in draw(st.lists(st.tuples(minutes, minutes), max_size=5)):
        first = last + gap * MINUTE
        last = first + length * MINUTE
        stops.append(Stop(first, last))
    return start, stops


@settings(deadline=None)
@given(odd_instants, st.integers(1, 300), st.integers(1, 300))
def test_working_hours_add_up(shipped, start, a, b):
    halfway = rules.deadline(shipped, start, work_hours(a)).due_at
    whole = rules.deadline(shipped, start, work_hours(a + b)).due_at
    assert rules.deadline(shipped, halfway, work_hours(b)).due_at == whole


@settings(deadline=None)
@given(odd_instants, st.integers(1, 60), st.sampled_from(["rolling", "next_day"]))
def test_workdays_add_up(shipped, start, n, convention):
    """One day after the other is as far as all at once."""
    due = start
    for _day in range(n):
        due = rules.deadline(shipped, due, workdays(1, convention)).due_at
    assert due == rules.deadline(shipped, start, workdays(n, convention)).due_at


@settings(deadline=None)
@given(odd_instants, odd_instants, limits)
def test_who_starts_later_never_ends_earlier(shipped, a, b, limit):
    first, second = sorted([a, b])
    due = [rules.deadline(shipped, start, limit).due_at for start in (first, second)]
    assert due[0] <= due[1]


@settings(deadline=None)
@given(odd_instants, limits, st.integers(1, 30))
def test_who_has_more_never_ends_earlier(shipped, start, limit, more):
    longer = Limit(limit.kind, limit.amount + more, limit.convention)
    due = rules.deadline(shipped, start, limit).due_at
    assert start < due < rules.deadline(shipped, start, longer).due_at


@settings(deadline=None)
@given(paused(), limits, st.lists(st.integers(1, 30), min_size=1, max_size=2))
def test_an_extension_always_makes_a_deadline_later(shipped, clock, limit, amounts):
    start, stops = clock
    due = [
        rules.deadline(shipped, start, limit.longer_by(amounts[:n]), stops).due_at
        for n in range(len(amounts) + 1)
    ]
    assert due == sorted(set(due))
    assert limit.longer_by(amounts) == Limit(
        limit.kind, limit.amount + sum(amounts), limit.convention
    )


@settings(deadline=None)
@given(paused(), limits, odd_instants)
def test_what_is_used_and_what_is_left_make_the_limit(shipped, clock, limit, now):
    start, stops = clock
    found = rules.budget(shipped, start, limit, stops, now)
    assert found.spent >= 0
    assert found.left >= 0
    assert found.spent + found.left == found.total == limit.budget


@settings(deadline=None)
@given(paused(), limits)
def test_a_deadline_is_where_nothing_is_left(shipped, clock, limit):
    start, stops = clock
    due = rules.deadline(shipped, start, limit, stops)
    line = line_of(shipped, limit)
    after = due.due_at + timedelta(microseconds=1)
    assert rules.budget(shipped, start, limit, stops, after).left == 0
    if limit.whole_days:
        assert rules.budget(shipped, start, limit, stops, due.due_at).left == 1
    else:
        before = due.due_at - timedelta(microseconds=1)
        assert rules.budget(shipped, start, limit, stops, before).left == 1
        last = moment_of(due.due_at)
        assert line.moment(line.position(last)) == last


@settings(deadline=None)
@given(paused(), limits)
def test_a_pause_never_makes_a_deadline_earlier(shipped, clock, limit):
    start, stops = clock
    due = [rules.deadline(shipped, start, limit, stops[:n]).due_at for n in range(len(stops) + 1)]
    assert due == sorted(due)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(paused(), st.integers(1, 40))
def test_working_hours_with_pauses_equal_a_walk_minute_by_minute(shipped, walker, clock, hours):
    start, stops = clock
    start = start.replace(second=0, microsecond=0)
    stops = [
        Stop(*(at.replace(second=0, microsecond=0) for at in (stop.started_at, stop.ended_at)))
        for stop in stops
    ]
    due = rules.deadline(shipped, start, work_hours(hours), stops).due_at
    if due < datetime(2026, 12, 29, tzinfo=UTC):
        assert due == _walked(walker, start, hours * 60, stops)


def _walked(walker, start, minutes, stops):
    now = start.astimezone(SHANGHAI)
    while minutes:
        works = walker.works(now.date()) and any(a <= now.time() < b for a, b in SPANS)
        if works and not any(stop.started_at <= now < stop.ended_at for stop in stops):
            minutes -= 1
        now += MINUTE
    return now


@settings(deadline=None)
@given(odd_instants, odd_instants, odd_instants)
def test_working_time_adds_up(shipped, a, b, c):
    line = line_of(shipped, work_hours(1))
    a, b, c = sorted([a, b, c])
    places = [line.position(moment_of(at)) for at in (a, b, c)]
    assert places == sorted(places)
    parts = rules.work_minutes_between(shipped, a, b) + rules.work_minutes_between(shipped, b, c)
    assert 0 <= rules.work_minutes_between(shipped, a, c) - parts <= 1


@settings(deadline=None)
@given(paused(), limits)
def test_a_trace_accounts_for_every_day(shipped, clock, limit):
    """Days skipped and days worked are all the days between start and deadline."""
    start, stops = clock
    due = rules.deadline(shipped, start, limit, stops)
    trace = due.trace
    assert (trace.due_at, trace.limit, trace.calendar_version) == (
        due.due_at,
        limit,
        due.calendar_version,
    )
    assert (trace.unpublished is not None) is due.provisional
    if limit.counts_workdays:
        first = start.astimezone(SHANGHAI).date() + timedelta(days=int(limit.whole_days))
        last = due.due_at.astimezone(SHANGHAI).date()
        off = sum((skipped.last - skipped.first).days + 1 for skipped in trace.skipped)
        worked = shipped.workdays_between(first - timedelta(days=1), last)
        assert off + worked == (last - first).days + 1
    else:
        assert (trace.skipped, trace.made_up) == ((), ())
