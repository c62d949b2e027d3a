"""The way into this package: calendars, deadlines, clocks.

Whoever computes many deadlines asks for those of one limit together: ``deadlines``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jiceng.kernel.workdays import many, rules
from jiceng.kernel.workdays.changes import (
    BackDated,
    ClockChanged,
    ClockOverdue,
    ClockStopped,
    deadline_of,
    granted_of,
    stops_of,
)
from jiceng.kernel.workdays.clocks import (
    CauseNotAllowed,
    ClockNotPaused,
    ClockPaused,
    ClockRunning,
    DueBeforeStart,
    given_clock,
    new_clock,
    new_given_clock,
    pause_clock,
    restart_clock,
    resume_clock,
    start_clock,
    stop_clock,
    stop_clocks,
    stop_new_clock,
)
from jiceng.kernel.workdays.extensions import (
    BasisMissing,
    ExtendedEnough,
    NotExtendable,
    extend_clock,
)
from jiceng.kernel.workdays.loader import CalendarMalformed
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.moments import aware
from jiceng.kernel.workdays.projection import rebuild, reproject, reproject_deadlines
from jiceng.kernel.workdays.reading import read_instant, read_limit
from jiceng.kernel.workdays.rules import (
    Budget,
    Calendar,
    CalendarUnknown,
    Deadline,
    Granted,
    InstantWithoutZone,
    Limit,
    LimitUnusable,
    PausesDisordered,
    Stop,
    Trace,
    calendar_days,
    urgent_hours,
    work_hours,
    workdays,
)
from jiceng.kernel.workdays.shelf import calendar
from jiceng.kernel.workdays.terms import Light
from jiceng.kernel.workdays.wording import (
    clock_words,
    day_words,
    instant_words,
    length_words,
    limit_words,
    remaining_words,
    trace_lines,
)

__all__ = [
    "BackDated",
    "BasisMissing",
    "Budget",
    "Calendar",
    "CalendarMalformed",
    "CalendarUnknown",
    "CauseNotAllowed",
    "ClockChanged",
    "ClockNotPaused",
    "ClockOverdue",
    "ClockPaused",
    "ClockRunning",
    "ClockStopped",
    "Deadline",
    "DueBeforeStart",
    "ExtendedEnough",
    "Granted",
    "InstantWithoutZone",
    "Limit",
    "LimitUnusable",
    "NotExtendable",
    "PausesDisordered",
    "Remaining",
    "Stop",
    "Trace",
    "budget_of",
    "calendar",
    "calendar_days",
    "day_words",
    "deadline",
    "deadlines",
    "explain",
    "extend_clock",
    "given_clock",
    "instant_words",
    "light",
    "light_of",
    "limit_words",
    "new_clock",
    "new_given_clock",
    "pause_clock",
    "read_instant",
    "read_limit",
    "rebuild",
    "remaining",
    "reproject",
    "reproject_deadlines",
    "restart_clock",
    "resume_clock",
    "start_clock",
    "stop_clock",
    "stop_clocks",
    "stop_new_clock",
    "trace_lines",
    "urgent_hours",
    "work_hours",
    "work_minutes_between",
    "workdays",
]


@dataclass(frozen=True)
class Remaining:
    """Working time to a deadline, or since it. ``work_minutes`` is never negative.

    It is ``None`` where working time is not what counts; the text then goes by the clock.
    """

    work_minutes: int | None
    overdue: bool
    text: str


def deadline(start: datetime, limit: Limit, pauses: Iterable[Stop] = ()) -> Deadline:
    """Return when ``limit``, started at ``start``, ends; see ``rules.deadline``."""
    return rules.deadline(calendar(), start, limit, pauses)


def deadlines(starts: Sequence[datetime], limit: Limit) -> list[Deadline]:
    """Return for each of ``starts`` what ``deadline`` returns; refused if one of them is."""
    return many.deadlines(calendar(), starts, limit)


def work_minutes_between(a: datetime, b: datetime) -> int:
    """Return the whole working minutes from ``a`` to ``b``; negative when ``b`` is earlier."""
    return rules.work_minutes_between(calendar(), a, b)


def light(due_at: datetime, now: datetime, limit: Limit | None = None) -> Light:
    """Return how pressing a deadline is; see ``rules.light``."""
    return rules.light(calendar(), due_at, now, limit)


def light_of(clock: Clock, at: datetime) -> Light:
    """Return how pressing ``clock`` is; one that stands still is as pressing as when it stopped.

    This reads the extensions; whoever lights many clocks prefetches them.
    """
    return light(clock.due_at, clock.stopped_at or clock.paused_at or at, clock.whole_limit)


def remaining(now: datetime, due_at: datetime) -> Remaining:
    """Return the time from ``now`` to ``due_at``, or since it: working time, but time by the clock
    where the limit runs at night too, or no calendar covers it."""
    overdue = aware(now) > aware(due_at)
    minutes = _working_minutes(now, due_at)
    if minutes is None:
        length = clock_words(int(abs(aware(due_at) - aware(now)).total_seconds()) // 60)
    else:
        length = length_words(minutes)
    return Remaining(minutes, overdue, remaining_words(length, overdue))


def _working_minutes(now: datetime, due_at: datetime) -> int | None:
    """Return the working minutes in between; ``None`` where they are not what counts."""
    minute = timedelta(minutes=1)
    try:
        # What ends outside of working time was not counted in it.
        if not work_minutes_between(due_at - minute, due_at + minute):
            return None
        return abs(work_minutes_between(now, due_at))
    except CalendarUnknown:
        return None


def budget_of(clock: Clock, at: datetime) -> Budget | None:
    """Return what is used and left of ``clock``, extensions included; ``None`` for a given day."""
    limit = clock.whole_limit
    if limit is None:
        return None
    stops = stops_of(clock.pauses.all())
    if clock.paused_at:
        stops.append(Stop(clock.paused_at, max(at, clock.paused_at)))
    until = clock.stopped_at or at
    return rules.budget(calendar(), clock.started_at, limit, stops, until)


def explain(clock: Clock) -> Trace:
    """Return why ``clock`` ends when it does; ``trace_lines`` puts it into sentences."""
    if clock.limit is None:
        return Trace(clock.started_at, clock.due_at, None)
    extensions = list(clock.extensions.all())
    due = deadline_of(clock, clock.pauses.all(), extensions)
    return replace(
        due.trace,
        limit=clock.limit,
        extensions=granted_of(clock, extensions),
        paused_at=clock.paused_at,
        recalculated=due.calendar_version != clock.calendar_version,
    )
