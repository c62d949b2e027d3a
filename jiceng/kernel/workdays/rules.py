"""Deadlines, budgets, lights. Plain Python: no Django, no clock, no database.

A deadline is the start plus the limit plus what was paused, measured on the limit's own line.
Looking it up takes no loop over days; only its explanation walks through them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

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
from jiceng.kernel.workdays.lines import HALF_DAY, Line
from jiceng.kernel.workdays.moments import (
    MINUTE,
    aware,
    civil,
    instant_of,
    moment_of,
    within,
)
from jiceng.kernel.workdays.refusals import (
    CalendarUnknown,
    InstantWithoutZone,
    LimitUnusable,
    PausesDisordered,
)
from jiceng.kernel.workdays.terms import Light, LimitKind
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


# A pause as two moments, and the pause itself.
Span = tuple[int, int, Stop]


class Deadline(NamedTuple):
    """The last instant of a limit, in UTC, and what it rests on.

    ``provisional``: a day it counted lies in a year whose calendar is not published yet.
    """

    due_at: datetime
    provisional: bool
    calendar: Calendar
    start: datetime
    limit: Limit
    stops: tuple[tuple[Stop, bool], ...] = ()

    @property
    def calendar_version(self) -> str:
        """Return what identifies the days it counted; empty where none mattered."""
        if not self.limit.counts_workdays:
            return ""
        return self.calendar.version(civil(self.start).year, civil(self.due_at).year)

    @property
    def trace(self) -> Trace:
        """Return why it is this instant."""
        start, limit, due_at = self.start, self.limit, self.due_at
        return explain(self.calendar, start, limit, due_at, self.calendar_version, self.stops)


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
    begun = moment_of(start)
    spans = _in_order(begun, pauses) if pauses else []
    line = line_of(calendar, limit)
    end, stops = _stretch(line, line.begin(begun), limit, spans)
    due = within(line.moment(end))
    return Deadline(instant_of(due), due > line.firm_until, calendar, start, limit, stops)


def counting(calendar: Calendar, limit: Limit) -> Callable[[int], tuple[int, bool]]:
    """Return the arithmetic of ``deadline`` alone, for whoever has many starts of one limit.

    From the moment (microseconds since 1970) at which the limit starts it tells the moment at
    which it ends, and whether that is provisional.
    """
    line, budget = line_of(calendar, limit), limit.budget
    begin, reached, firm_until = line.begin, line.moment, line.firm_until

    def due(start: int) -> tuple[int, bool]:
        end = reached(begin(start) + budget)
        if end <= firm_until:
            return end, False
        return within(end), True

    return due


def _in_order(begun: int, pauses: Iterable[Stop]) -> list[Span]:
    spans = [(moment_of(stop.started_at), moment_of(stop.ended_at), stop) for stop in pauses]
    spans.sort(key=itemgetter(0))
    last = begun
    for first, end, _stop in spans:
        if not last <= first <= end:
            raise PausesDisordered()
        last = end
    return spans


def _stretch(
    line: Line, begin: int, limit: Limit, spans: list[Span]
) -> tuple[int, tuple[tuple[Stop, bool], ...]]:
    """Return the end on the line, and for each pause whether it moved it.

    A pause that begins when nothing was left any more comes too late.
    """
    end = begin + limit.budget
    if not spans:
        return end, ()
    used = []
    for span in spans:
        first, last = _piece(line, begin, span)
        taken = last - first if first < end else 0
        used.append((span[2], taken > 0))
        end += taken
    return end, tuple(used)


def _piece(line: Line, begin: int, span: Span) -> tuple[int, int]:
    """Return where on the line a pause starts and ends; what lies before ``begin`` is not in it."""
    first = max(line.position(span[0]), begin)
    return first, max(line.position(span[1]), first)


def budget(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Iterable[Stop], now: datetime
) -> Budget:
    """Return what is used and left of ``limit`` at ``now``, however it was paused."""
    begun = moment_of(start)
    spans = _in_order(begun, pauses)
    line = line_of(calendar, limit)
    begin = line.begin(begun)
    end, used = _stretch(line, begin, limit, spans)
    here = min(max(line.position(moment_of(now)), begin), end)
    moving = zip(spans, used, strict=True)
    pieces = [_piece(line, begin, span) for span, (_stop, moved) in moving if moved]
    gone = sum(min(last, here) - min(first, here) for first, last in pieces)
    coming = sum(max(last, here) - max(first, here) for first, last in pieces)
    return Budget(limit.budget, here - begin - gone, end - here - coming)


def work_minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Return the whole working minutes from ``a`` to ``b``; negative when ``b`` is earlier."""
    line = running_line(calendar, LimitKind.WORK_HOURS)
    distance = line.position(moment_of(b)) - line.position(moment_of(a))
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
    due, here = moment_of(due_at), moment_of(now)
    try:
        long = limit is None or running_budget(limit) >= 2 * HALF_DAY
        pressing = (long and _left(calendar, LimitKind.WORK_HOURS, here, due) < HALF_DAY) or (
            limit is not None and _left(calendar, limit.kind, here, due) * 4 < running_budget(limit)
        )
    except CalendarUnknown:
        pressing = due - here < HALF_DAY
    return Light.YELLOW if pressing else Light.GREEN


def _left(calendar: Calendar, kind: str, here: int, due: int) -> int:
    line = running_line(calendar, kind)
    return line.position(due) - line.position(here)
