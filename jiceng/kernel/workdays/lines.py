"""The lines on which limits are measured. Plain Python: no Django, no clock.

A limit is a length on a line; a pause takes a piece out of it. A line says where a moment lies
(``position``, a whole number), where a limit that starts then begins (``begin``), and at which
moment a position is reached (``moment``). Whatever the line, the arithmetic is the same.

Positions are microseconds, or whole days where counting begins with the next day.
"""

from datetime import date
from itertools import pairwise
from typing import Protocol

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.moments import (
    DAY,
    EAST,
    EPOCH_ORDINAL,
    FIXED_SINCE,
    HOUR,
    LATEST,
    moment_at,
    wall_of,
    within,
)
from jiceng.kernel.workdays.refusals import before_the_first, beyond_the_table

# Working time: 8–12 and 14–18 o'clock.
MORNING, NOON = 8 * HOUR, 12 * HOUR
AFTERNOON, EVENING = 14 * HOUR, 18 * HOUR
HALF_DAY = NOON - MORNING
BREAK = AFTERNOON - NOON
WORKING_DAY = HALF_DAY + EVENING - AFTERNOON


class Line(Protocol):
    """Where moments lie on a line of time.

    ``firm_until`` is the last moment that rests on nothing unpublished.
    """

    firm_until: int

    def __hash__(self) -> int:
        """Return what tells this line from others, to keep tables by it."""

    def position(self, moment: int) -> int:
        """Return where ``moment`` lies."""

    def begin(self, start: int) -> int:
        """Return where a limit begins that starts at ``start``."""

    def moment(self, end: int) -> int:
        """Return the moment at which a limit ends that reaches ``end``."""


class Elapsed:
    """Time as it passes, nights and holidays included (紧急工作时)."""

    firm_until = LATEST

    def position(self, moment: int) -> int:
        """Return microseconds since 1970."""
        return within(moment)

    begin = moment = position


class Wall:
    """The clock on the wall: so many days later at the same time of day (自然日)."""

    firm_until = LATEST

    def position(self, moment: int) -> int:
        """Return what calendar and clock show, as one number."""
        return wall_of(moment)

    begin = position

    def moment(self, end: int) -> int:
        """Return the moment at which calendar and clock show ``end``."""
        return moment_at(end)


class WholeDays:
    """Whole days from the day after the start (自然日, 次日起算)."""

    firm_until = LATEST

    def position(self, moment: int) -> int:
        """Return how many days since 1970 have ended."""
        return wall_of(moment) // DAY

    def begin(self, start: int) -> int:
        """Return the position at which the next day starts."""
        return self.position(start) + 1

    def moment(self, end: int) -> int:
        """Return the end of the last day counted."""
        return last_moment(end - 1)


class WorkingTime:
    """Working hours only (工作时; 工作日 of eight of them).

    Its days run from eight to eight, so that work comes first in them; the first of them begins
    at ``eve``, before the calendar does. ``done`` is the working time before each, ``most`` what
    can be worked in it (nothing on a day off), ``opens`` the moment at which each workday opens.
    From ``easy`` on, within the calendar and without summer time, ``eve`` is a plain number.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.firm_until = last_firm_moment(calendar)
        first, last = calendar.first.toordinal(), calendar.last.toordinal()
        self.first = (first - EPOCH_ORDINAL) * DAY
        self.eve = self.first - DAY + MORNING - EAST
        self.easy = max(self.first - EAST, FIXED_SINCE)
        before = [0, *map(calendar.before, range(first, last + 2))]
        self.done = [WORKING_DAY * days for days in before[:-1]]
        self.most = [WORKING_DAY if after > days else 0 for days, after in pairwise(before)]
        self.opens = [
            moment_at((calendar.nth(index) - EPOCH_ORDINAL) * DAY + MORNING)
            for index in range(before[-1])
        ]

    def position(self, moment: int) -> int:
        """Return the working time of the calendar that lies before ``moment``."""
        if moment < self.easy:
            moment = self._as_if_easy(moment)
        day, passed = divmod(moment - self.eve, DAY)
        if passed > HALF_DAY:
            passed = passed - BREAK if passed > HALF_DAY + BREAK else HALF_DAY
        try:
            most = self.most[day]
        except IndexError:
            raise beyond_the_table(self.calendar.last) from None
        return self.done[day] + (passed if passed < most else most)

    begin = position

    def moment(self, end: int) -> int:
        """Return the first moment before which ``end`` of working time lies.

        A day's work is done at 18:00 of that day, not at 8:00 of the next.
        """
        days, worked = divmod(end - 1, WORKING_DAY)
        try:
            opened = self.opens[days]
        except IndexError:
            raise beyond_the_table(self.calendar.last) from None
        return opened + worked + (1 if worked < HALF_DAY else 1 + BREAK)

    def _as_if_easy(self, moment: int) -> int:
        """Return the moment without summer time at which the clocks would show the same."""
        wall = wall_of(moment)
        if wall < self.first:
            day = date.fromordinal(wall // DAY + EPOCH_ORDINAL)
            raise before_the_first(day, self.calendar.first)
        return wall - EAST


class WholeWorkdays:
    """Whole workdays from the day after the start (工作日, 次日起算)."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.firm_until = last_firm_moment(calendar)

    def position(self, moment: int) -> int:
        """Return how many workdays have ended."""
        return self.calendar.before(wall_of(moment) // DAY + EPOCH_ORDINAL)

    def begin(self, start: int) -> int:
        """Return the position at which the next day starts."""
        return self.calendar.before(wall_of(start) // DAY + EPOCH_ORDINAL + 1)

    def moment(self, end: int) -> int:
        """Return the end of the last workday counted."""
        return last_moment(self.calendar.nth(end - 1) - EPOCH_ORDINAL)


def last_moment(day: int) -> int:
    """Return the last moment of a day, counted from 1970; midnight belongs to the next one."""
    return moment_at(day * DAY + DAY - 1)


def last_firm_moment(calendar: Calendar) -> int:
    """Return the last moment of the last published year."""
    return last_moment(calendar.firm_until.toordinal() - EPOCH_ORDINAL)
