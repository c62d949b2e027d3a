"""The lines on which limits are measured. Plain Python: no Django, no clock.

A limit is a length on a line; a pause takes a piece out of it. A line says where an instant lies
(``position``, a whole number), where a limit that starts then begins (``begin``), and at which
instant a position is reached (``instant``). Whatever the line, the arithmetic is the same.

Positions are microseconds, or whole days where counting begins with the next day.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.refusals import InstantWithoutZone, out_of_range

FIRST_YEAR, LAST_YEAR = 1950, 2199

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Working time: 8–12 and 14–18 o'clock.
MORNING, NOON = 8 * HOUR, 12 * HOUR
AFTERNOON, EVENING = 14 * HOUR, 18 * HOUR
HALF_DAY = NOON - MORNING
WORKING_DAY = HALF_DAY + EVENING - AFTERNOON

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def aware(at: datetime) -> datetime:
    """Return ``at``, or raise ``InstantWithoutZone``."""
    if at.utcoffset() is None:
        raise InstantWithoutZone()
    return at


def civil(at: datetime) -> datetime:
    """Return ``at`` as Shanghai's clocks show it.

    Raises ``InstantWithoutZone`` or, outside 1950–2199, ``CalendarUnknown``.
    """
    aware(at)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise out_of_range(FIRST_YEAR, LAST_YEAR)
    return at.astimezone(SHANGHAI)


def time_of_day(local: datetime) -> int:
    """Return the microseconds since midnight that the clock on the wall shows."""
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return seconds * SECOND + local.microsecond


def on_the_wall(ordinal: int, microseconds: int) -> datetime:
    """Return the instant, in UTC, at which Shanghai's clocks show this time of this day."""
    midnight = datetime.combine(date.fromordinal(ordinal), time.min)
    local = midnight + timedelta(microseconds=microseconds)
    return local.replace(tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(ordinal: int) -> datetime:
    """Return the last instant of a day, in UTC; midnight already belongs to the next one."""
    return on_the_wall(ordinal, DAY - 1)


class Line(Protocol):
    """Where instants lie on a line of time."""

    def position(self, at: datetime) -> int:
        """Return where ``at`` lies."""

    def begin(self, start: datetime) -> int:
        """Return where a limit begins that starts at ``start``."""

    def instant(self, end: int) -> datetime:
        """Return the instant, in UTC, at which a limit ends that reaches ``end``."""


class Elapsed:
    """Time as it passes, nights and holidays included (紧急工作时)."""

    def position(self, at: datetime) -> int:
        """Return microseconds since 1970."""
        passed = civil(at) - EPOCH
        return (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds

    begin = position

    def instant(self, end: int) -> datetime:
        """Return the instant ``end`` microseconds after 1970."""
        return EPOCH + timedelta(microseconds=end)


class Wall:
    """The clock on the wall: so many days later at the same time of day (自然日)."""

    def position(self, at: datetime) -> int:
        """Return what calendar and clock show, as one number."""
        local = civil(at)
        return local.toordinal() * DAY + time_of_day(local)

    begin = position

    def instant(self, end: int) -> datetime:
        """Return the instant at which calendar and clock show ``end``."""
        return on_the_wall(*divmod(end, DAY))


class WholeDays:
    """Whole days from the day after the start (自然日, 次日起算)."""

    def position(self, at: datetime) -> int:
        """Return the ordinal of the legal day: so many days have ended."""
        return civil(at).toordinal()

    def begin(self, start: datetime) -> int:
        """Return the position at which the next day starts."""
        return self.position(start) + 1

    def instant(self, end: int) -> datetime:
        """Return the end of the last day counted."""
        return end_of_day(end - 1)


class WorkingTime:
    """Working hours only (工作时; 工作日 of eight of them)."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def position(self, at: datetime) -> int:
        """Return the working time of the calendar that lies before ``at``."""
        local = civil(at)
        ordinal = local.toordinal()
        days = self.calendar.before(ordinal)
        if self.calendar.before(ordinal + 1) == days:
            return days * WORKING_DAY
        passed = time_of_day(local)
        morning = min(max(passed - MORNING, 0), HALF_DAY)
        return days * WORKING_DAY + morning + min(max(passed - AFTERNOON, 0), EVENING - AFTERNOON)

    begin = position

    def instant(self, end: int) -> datetime:
        """Return the first instant before which ``end`` of working time lies.

        A day's work is done at 18:00 of that day, not at 8:00 of the next.
        """
        days, worked = divmod(end - 1, WORKING_DAY)
        worked += 1
        opened = MORNING if worked <= HALF_DAY else AFTERNOON - HALF_DAY
        return on_the_wall(self.calendar.nth(days), opened + worked)


class WholeWorkdays:
    """Whole workdays from the day after the start (工作日, 次日起算)."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def position(self, at: datetime) -> int:
        """Return how many workdays have ended."""
        return self.calendar.before(civil(at).toordinal())

    def begin(self, start: datetime) -> int:
        """Return the position at which the next day starts."""
        return self.calendar.before(civil(start).toordinal() + 1)

    def instant(self, end: int) -> datetime:
        """Return the end of the last workday counted."""
        return end_of_day(self.calendar.nth(end - 1))
