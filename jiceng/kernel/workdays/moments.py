"""Instants as whole numbers. Plain Python: no Django, no clock.

A *moment* is so many microseconds since 1970-01-01T00:00Z. *Wall time* is so many since that
midnight on Shanghai's clocks, were they never put forward or back. Numbers are added, compared
and divided into days many times faster than a ``datetime``.
"""

from datetime import UTC, datetime, timedelta

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.workdays.refusals import InstantWithoutZone, out_of_range

FIRST_YEAR, LAST_YEAR = 1950, 2199

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)

# Summer time ended in September 1991. Since then the clocks have been eight hours ahead, which
# takes no question to the time zone database; earlier moments ask it.
EAST = 8 * HOUR
FIXED_SINCE = (datetime(1992, 1, 1) - datetime(1970, 1, 1)) // MICROSECOND - EAST  # noqa: DTZ001
EARLIEST = (datetime(FIRST_YEAR, 1, 1, tzinfo=SHANGHAI) - EPOCH) // MICROSECOND
LATEST = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=SHANGHAI) - EPOCH) // MICROSECOND - 1


def aware(at: datetime) -> datetime:
    """Return ``at``, or raise ``InstantWithoutZone``."""
    if at.utcoffset() is None:
        raise InstantWithoutZone()
    return at


def moment_of(at: datetime) -> int:
    """Return ``at`` as a moment.

    Raises ``InstantWithoutZone`` or, outside 1950–2199, ``CalendarUnknown``.
    """
    try:
        passed = at - EPOCH
    except TypeError:
        aware(at)
        raise
    moment = (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds
    return moment if EARLIEST <= moment <= LATEST else within(moment)


def within(moment: int) -> int:
    """Return ``moment``, or raise ``CalendarUnknown`` outside 1950–2199."""
    if EARLIEST <= moment <= LATEST:
        return moment
    raise out_of_range(FIRST_YEAR, LAST_YEAR)


def instant_of(moment: int) -> datetime:
    """Return ``moment`` as an instant, in UTC."""
    return EPOCH + moment * MICROSECOND


def civil(at: datetime) -> datetime:
    """Return ``at`` as Shanghai's clocks show it; raises what ``moment_of`` raises."""
    moment_of(at)
    return at.astimezone(SHANGHAI)


def time_of_day(local: datetime) -> int:
    """Return the microseconds since midnight that the clock on the wall shows."""
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return seconds * SECOND + local.microsecond


def wall_of(moment: int) -> int:
    """Return what calendar and clock on the wall show at ``moment``, as one number."""
    return moment + EAST if moment >= FIXED_SINCE else _asked_wall(moment)


def moment_at(wall: int) -> int:
    """Return the moment at which calendar and clock show ``wall``."""
    return wall - EAST if wall >= FIXED_SINCE + EAST else _asked_moment(wall)


def _asked_wall(moment: int) -> int:
    local = instant_of(within(moment)).astimezone(SHANGHAI)
    return (local.toordinal() - EPOCH_ORDINAL) * DAY + time_of_day(local)


def _asked_moment(wall: int) -> int:
    local = instant_of(wall).replace(tzinfo=SHANGHAI)
    return (local.astimezone(UTC) - EPOCH) // MICROSECOND
