"""Deadlines of one limit, many at once. Plain Python and NumPy: no Django, no clock.

What ``rules`` computes for one start is computed here for an array of them, on the same tables;
the answers are the same to the microsecond.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.limits import Limit, line_of
from jiceng.kernel.workdays.lines import (
    BREAK,
    HALF_DAY,
    WORKING_DAY,
    Elapsed,
    Line,
    Wall,
    WholeDays,
    WholeWorkdays,
    WorkingTime,
)
from jiceng.kernel.workdays.moments import (
    DAY,
    EARLIEST,
    EAST,
    EPOCH_ORDINAL,
    FIXED_SINCE,
    instant_of,
    moment_of,
    within,
)
from jiceng.kernel.workdays.refusals import beyond_the_table
from jiceng.kernel.workdays.rules import Deadline, counting

Moments = NDArray[np.int64]
Reckoning = Callable[[Moments, int], Moments]

# So many at a time, that what is in between stays in the cache of the processor.
PIECE = 8192


def deadlines(calendar: Calendar, starts: Sequence[datetime], limit: Limit) -> list[Deadline]:
    """Return for each of ``starts`` what ``rules.deadline`` returns, or raise what one raises."""
    moments = np.fromiter(map(moment_of, starts), np.int64, len(starts))
    dues, provisional = due_moments(calendar, moments, limit)
    rows = zip(starts, dues.tolist(), provisional.tolist(), strict=True)
    return [Deadline(instant_of(due), open_, calendar, at, limit) for at, due, open_ in rows]


def due_moments(
    calendar: Calendar, starts: Moments, limit: Limit
) -> tuple[Moments, NDArray[np.bool_]]:
    """Return when ``limit`` ends for each of ``starts``, and which of these are provisional.

    All in microseconds since 1970. Raises ``CalendarUnknown`` if one of them cannot be answered.
    """
    line = line_of(calendar, limit)
    early = np.flatnonzero(starts < FIXED_SINCE)
    if early.size:
        return _some_early(calendar, starts, limit, early)
    reckoning, dues = _reckoning(line), np.empty_like(starts)
    try:
        for first in range(0, starts.size, PIECE):
            piece = slice(first, first + PIECE)
            dues[piece] = reckoning(starts[piece], limit.budget)
    except IndexError:
        raise beyond_the_table(calendar.last) from None
    within(int(dues.max(initial=EARLIEST)))
    return dues, dues > line.firm_until


def _some_early(
    calendar: Calendar, starts: Moments, limit: Limit, early: NDArray[np.intp]
) -> tuple[Moments, NDArray[np.bool_]]:
    """Take those one by one whose clocks may have shown summer time."""
    late = np.flatnonzero(starts >= FIXED_SINCE)
    dues, provisional = np.empty_like(starts), np.empty(starts.size, np.bool_)
    dues[late], provisional[late] = due_moments(calendar, starts[late], limit)
    due = counting(calendar, limit)
    for index in early.tolist():
        dues[index], provisional[index] = due(int(starts[index]))
    return dues, provisional


# Tables are copied into arrays once for each line; see ``limits.line_of``.
@lru_cache(maxsize=32)
def _reckoning(line: Line) -> Reckoning:
    """Return the arithmetic of ``line`` for moments with clocks eight hours ahead."""
    match line:
        case WorkingTime():
            return _working_time(line)
        case WholeWorkdays():
            return _whole_workdays(line)
        case WholeDays():
            return _whole_days
        case Elapsed() | Wall():
            return _elapsed
    raise TypeError(f"nothing counts many at once on {line}")


def _elapsed(starts: Moments, budget: int) -> Moments:
    return starts + budget


def _whole_days(starts: Moments, budget: int) -> Moments:
    days = (starts + EAST) // DAY
    return (days + budget + 1) * DAY - (EAST + 1)


def _working_time(line: WorkingTime) -> Reckoning:
    done, most, opens = np.array(line.done), np.array(line.most), np.array(line.opens)

    def reckoning(starts: Moments, budget: int) -> Moments:
        _refuse_before(starts, line.easy, line)
        passed = starts - line.eve
        days = passed // DAY
        passed -= days * DAY
        worked = np.maximum(np.minimum(passed, HALF_DAY), passed - BREAK)
        ends = done[days] + np.minimum(worked, most[days]) + (budget - 1)
        days = ends // WORKING_DAY
        ends -= days * WORKING_DAY
        return opens[days] + ends + np.where(ends < HALF_DAY, 1, 1 + BREAK)

    return reckoning


def _whole_workdays(line: WholeWorkdays) -> Reckoning:
    calendar = line.calendar
    first, last = calendar.first.toordinal(), calendar.last.toordinal()
    before = np.array([calendar.before(ordinal) for ordinal in range(first, last + 2)])
    closes = np.array([line.moment(end) for end in range(1, int(before[-1]) + 1)])
    # Counting begins with the next day, so one may start on the eve of the first.
    eve = (first - 1 - EPOCH_ORDINAL) * DAY - EAST

    def reckoning(starts: Moments, budget: int) -> Moments:
        _refuse_before(starts, eve, line)
        return closes[before[(starts - eve) // DAY] + (budget - 1)]

    return reckoning


def _refuse_before(starts: Moments, first: int, line: WorkingTime | WholeWorkdays) -> None:
    """Let the line itself refuse the first that is too early: a table has no days before it."""
    earliest = int(starts.min())
    if earliest < first:
        line.begin(earliest)
