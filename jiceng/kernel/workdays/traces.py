"""Why a deadline is this instant: what was skipped, worked, paused and relied upon.

Plain Python: no Django, no clock. A trace is data; ``wording`` puts it into sentences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.limits import Limit
from jiceng.kernel.workdays.moments import civil


@dataclass(frozen=True)
class Stop:
    """A finished pause: from when to when, and why."""

    started_at: datetime
    ended_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Granted:
    """An extension: so much (``added``) was granted at that time, and why."""

    at: datetime
    added: Limit
    basis: str


@dataclass(frozen=True)
class Skipped:
    """Consecutive days off that were not counted; without a name they are a plain weekend."""

    first: date
    last: date
    name: str


@dataclass(frozen=True)
class Trace:
    """What a deadline rests on.

    ``limit`` is the original one; ``extensions`` are what was added to it, in their order.
    ``stops`` pairs each pause with whether it moved the deadline (one that touches no counted
    time, or comes after the deadline, does not). ``notices`` are the document numbers relied on.
    ``unpublished`` is the first year without a calendar that was counted, else ``None``.
    ``may_change``: the notice of the coming year may still dispose of the last days counted.
    ``paused_at``: the clock stands still since then. ``recalculated``: the clock was stopped under
    another calendar than the one this trace explains.
    """

    start_at: datetime
    due_at: datetime
    limit: Limit | None
    calendar_version: str = ""
    skipped: tuple[Skipped, ...] = ()
    made_up: tuple[date, ...] = ()
    extensions: tuple[Granted, ...] = ()
    stops: tuple[tuple[Stop, bool], ...] = ()
    notices: tuple[str, ...] = ()
    unpublished: int | None = None
    may_change: bool = False
    paused_at: datetime | None = None
    recalculated: bool = False


def explain(
    calendar: Calendar,
    start: datetime,
    limit: Limit,
    due_at: datetime,
    version: str,
    stops: Sequence[tuple[Stop, bool]],
) -> Trace:
    """Return the trace of a deadline. This walks over the days, so it runs only when asked for."""
    if not limit.counts_workdays:
        return Trace(start, due_at, limit, stops=tuple(stops))
    first, last = civil(start).date(), civil(due_at).date()
    days = list(_days(first + timedelta(days=int(limit.whole_days)), last))
    return Trace(
        start,
        due_at,
        limit,
        calendar_version=version,
        skipped=tuple(_skipped(calendar, days)),
        made_up=tuple(day for day in days if calendar.made_up_for(day)),
        stops=tuple(stops),
        notices=tuple(_notices(calendar, first.year, last.year)),
        unpublished=_unpublished(calendar, first, last),
        may_change=calendar.may_still_change(last),
    )


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _skipped(calendar: Calendar, days: list[date]) -> Iterator[Skipped]:
    """Group neighbouring days off of one name. Days worked in between separate the groups."""

    def kind(day: date) -> tuple[bool, str]:
        return calendar.is_workday(day), calendar.holiday_name(day)

    for (worked, name), group in groupby(days, key=kind):
        if not worked:
            off = list(group)
            yield Skipped(off[0], off[-1], name)


def _notices(calendar: Calendar, first: int, last: int) -> Iterator[str]:
    for year in range(first, last + 1):
        if year in calendar.years:
            yield from (notice.number for notice in calendar.years[year].notices)


def _unpublished(calendar: Calendar, first: date, last: date) -> int | None:
    if not calendar.is_provisional(last):
        return None
    return max(first.year, calendar.firm_until.year + 1)
