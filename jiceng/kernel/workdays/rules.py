"""Deadlines, budgets, lights. Plain Python: no Django, no clock, no database.

A deadline is the start plus the limit plus what was paused, measured on the limit's own line.
Looking it up takes no loop over days; only its explanation walks through them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from jiceng.kernel.workdays.days import Calendar, Notice, YearDays
from jiceng.kernel.workdays.limits import (
    Limit,
    calendar_days,
    line_of,
    running_budget,
    running_line,
    urgent_hours,
    work_hours,
    workdays,
)
from jiceng.kernel.workdays.lines import HALF_DAY, MINUTE, Elapsed, Line, WorkingTime, aware, civil
from jiceng.kernel.workdays.refusals import (
    CalendarUnknown,
    InstantWithoutZone,
    LimitUnusable,
    PausesDisordered,
)
from jiceng.kernel.workdays.terms import Light
from jiceng.kernel.workdays.traces import Granted, Stop, Trace, explain

__all__ = [
    "Calendar",
    "CalendarUnknown",
    "Granted",
    "InstantWithoutZone",
    "Limit",
    "LimitUnusable",
    "Notice",
    "PausesDisordered",
    "Stop",
    "Trace",
    "YearDays",
    "calendar_days",
    "urgent_hours",
    "work_hours",
    "workdays",
]


@dataclass(frozen=True)
class Deadline:
    """The last instant of a limit, in UTC, and what it rests on.

    ``provisional``: a day it counted lies in a year whose calendar is not published yet.
    ``calendar_version`` identifies the days it counted; it is empty where none mattered.
    """

    due_at: datetime
    provisional: bool
    calendar_version: str
    _explain: partial[Trace] = field(repr=False, compare=False)

    @property
    def trace(self) -> Trace:
        """Return why it is this instant."""
        return self._explain()


@dataclass(frozen=True)
class Budget:
    """How much of a limit is used and left at an instant, in the units of its line."""

    total: int
    spent: int
    left: int


def deadline(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Iterable[Stop] = ()
) -> Deadline:
    """Return when ``limit``, started at ``start``, ends.

    Under 次日起算 a day counts when the clock ran at its end, so a pause within one day moves
    nothing. Raises ``CalendarUnknown``, ``InstantWithoutZone`` or ``PausesDisordered``.
    """
    line = line_of(calendar, limit)
    end, stops = _stretch(line, start, limit, _in_order(start, pauses))
    due_at = line.instant(end)
    day = civil(due_at).date()
    version = calendar.version(civil(start).year, day.year) if limit.counts_workdays else ""
    provisional = limit.counts_workdays and calendar.is_provisional(day)
    why = partial(explain, calendar, start, limit, due_at, version, stops)
    return Deadline(due_at, provisional, version, why)


def _in_order(start: datetime, pauses: Iterable[Stop]) -> list[Stop]:
    stops = sorted(pauses, key=lambda stop: aware(stop.started_at))
    last = aware(start)
    for stop in stops:
        if not last <= stop.started_at <= aware(stop.ended_at):
            raise PausesDisordered()
        last = stop.ended_at
    return stops


def _stretch(
    line: Line, start: datetime, limit: Limit, stops: list[Stop]
) -> tuple[int, list[tuple[Stop, bool]]]:
    """Return the end on the line, and for each pause whether it moved it.

    A pause that begins when nothing was left any more comes too late.
    """
    begin = line.begin(start)
    end, used = begin + limit.budget, []
    for stop in stops:
        first, last = _piece(line, begin, stop)
        taken = last - first if first < end else 0
        used.append((stop, taken > 0))
        end += taken
    return end, used


def _piece(line: Line, begin: int, stop: Stop) -> tuple[int, int]:
    """Return where on the line a pause starts and ends; what lies before ``begin`` is not in it."""
    first = max(line.position(stop.started_at), begin)
    return first, max(line.position(stop.ended_at), first)


def budget(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Iterable[Stop], now: datetime
) -> Budget:
    """Return what is used and left of ``limit`` at ``now``, however it was paused."""
    stops = _in_order(start, pauses)
    line = line_of(calendar, limit)
    begin = line.begin(start)
    end, used = _stretch(line, start, limit, stops)
    here = min(max(line.position(now), begin), end)
    pieces = [_piece(line, begin, stop) for stop, moved in used if moved]
    gone = sum(min(last, here) - min(first, here) for first, last in pieces)
    coming = sum(max(last, here) - max(first, here) for first, last in pieces)
    return Budget(limit.budget, here - begin - gone, end - here - coming)


def work_minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Return the whole working minutes from ``a`` to ``b``; negative when ``b`` is earlier."""
    line = WorkingTime(calendar)
    distance = line.position(b) - line.position(a)
    minutes = abs(distance) // MINUTE
    return minutes if distance >= 0 else -minutes


def light(calendar: Calendar, due_at: datetime, now: datetime, limit: Limit | None = None) -> Light:
    """Return how pressing a deadline is.

    Red after ``due_at``. Yellow when less than a quarter of ``limit`` is left, or less than half a
    working day (four working hours); the second counts where the limit is a working day or more,
    or is not known: a limit of two hours would never be green. On days that no calendar covers,
    the four hours are those of the clock: a light on an old record must not fail.
    """
    if aware(now) > aware(due_at):
        return Light.RED
    try:
        long = limit is None or running_budget(limit) >= 2 * HALF_DAY
        pressing = (long and _pressing(WorkingTime(calendar), due_at, now)) or (
            limit is not None and _last_quarter(calendar, due_at, now, limit)
        )
    except CalendarUnknown:
        pressing = _pressing(Elapsed(), due_at, now)
    return Light.YELLOW if pressing else Light.GREEN


def _pressing(line: Line, due_at: datetime, now: datetime) -> bool:
    return line.position(due_at) - line.position(now) < HALF_DAY


def _last_quarter(calendar: Calendar, due_at: datetime, now: datetime, limit: Limit) -> bool:
    line = running_line(calendar, limit.kind)
    return (line.position(due_at) - line.position(now)) * 4 < running_budget(limit)
