"""What has to be reported of a project, for which periods, and by when; and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jiceng.kernel.base.clock import SHANGHAI

MONTHS = {"monthly": 1, "bimonthly": 2, "half_year": 6}
# A report is late from 00:00 of the day that lies so many days after the end of its period.
DUE_DAYS = {"monthly": 5, "bimonthly": 5, "half_year": 10}
# Nothing is taken any more once it has been late for so many days.
LOCK_DAYS = 60


@dataclass(frozen=True, order=True)
class Period:
    """Some months, from the first day to the day after the last."""

    start: date
    end: date
    duty: str

    @property
    def due_at(self) -> datetime:
        """Return the first instant at which a report is late: 00:00 in Shanghai."""
        return _midnight(self.end + timedelta(days=DUE_DAYS[self.duty]))

    @property
    def locks_at(self) -> datetime:
        """Return the first instant at which none is taken any more."""
        return self.due_at + timedelta(days=LOCK_DAYS)

    @property
    def text(self) -> str:
        """Return its months as people write them: 2026年3月, 2026年3—4月."""
        last = self.end - timedelta(days=1)
        months = f"{self.start.month}" + (f"—{last.month}" if last.month > self.start.month else "")
        return f"{self.start.year}年{months}月"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _months_later(day: date, months: int) -> date:
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def period_of(duty: str, day: date) -> Period:
    """Return the period of ``duty`` in which a day lies; periods begin with January."""
    months = MONTHS[duty]
    first = (day.month - 1) // months * months + 1
    start = date(day.year, first, 1)
    return Period(start, _months_later(start, months), duty)


def expected(duty: str, registered_on: date, ended_on: date | None, today: date) -> list[Period]:
    """Return the periods that are over and for which a report is owed.

    It is owed for every period at whose end the project was registered and not ended yet.
    """
    owed, period = [], period_of(duty, registered_on)
    while period.end <= today and (ended_on is None or period.end <= ended_on):
        owed.append(period)
        period = period_of(duty, period.end)
    return owed


@dataclass(frozen=True)
class Tally:
    """How many reports were owed, came, came in time; and how many are late and not there."""

    expected: int = 0
    actual: int = 0
    on_time: int = 0
    missing: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.expected + other.expected,
            self.actual + other.actual,
            self.on_time + other.on_time,
            self.missing + other.missing,
        )


def tally(owed: Iterable[Period], came: Mapping[date, datetime], now: datetime) -> Tally:
    """Return what became of the periods owed; ``came`` says when the report of each start came."""
    periods = list(owed)
    there = {period: came[period.start] for period in periods if period.start in came}
    late = [each for each in periods if each not in there and now >= each.due_at]
    in_time = [each for each, at in there.items() if at < each.due_at]
    return Tally(len(periods), len(there), len(in_time), len(late))


def state(period: Period, at: datetime | None, now: datetime) -> str:
    """Return how a report stands: on_time, late, waiting, missing, locked."""
    if at is not None:
        return "on_time" if at < period.due_at else "late"
    if now >= period.locks_at:
        return "locked"
    return "missing" if now >= period.due_at else "waiting"
