"""Limits: so many hours or days. Plain Python: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.lines import (
    WORKING_DAY,
    Elapsed,
    Line,
    Wall,
    WholeDays,
    WholeWorkdays,
    WorkingTime,
)
from jiceng.kernel.workdays.moments import DAY, HOUR
from jiceng.kernel.workdays.refusals import LimitUnusable
from jiceng.kernel.workdays.terms import Convention, LimitKind

LARGEST_AMOUNT = 100_000
QUARTER = Decimal("0.25")
HOUR_KINDS = frozenset({"urgent_hours", "work_hours"})
WORK_KINDS = frozenset({"work_hours", "workdays"})


@dataclass(frozen=True)
class Limit:
    """So many hours or days, and where counting them begins.

    Days are whole; hours may have quarters (15 minutes is ``Decimal("0.25")``) and always run from
    the instant. Text is read as a decimal number, because that is how a published definition
    keeps one. Anything else raises ``LimitUnusable``.
    """

    kind: str
    amount: int | Decimal
    convention: str = Convention.ROLLING.value

    def __post_init__(self) -> None:
        if self.kind not in LimitKind.values:
            raise LimitUnusable(field="kind")
        if self.convention not in Convention.values or (
            self.kind in HOUR_KINDS and self.convention != Convention.ROLLING
        ):
            raise LimitUnusable(field="convention")
        object.__setattr__(self, "kind", str(self.kind))
        object.__setattr__(self, "convention", str(self.convention))
        object.__setattr__(self, "amount", _amount(self.amount, self.kind in HOUR_KINDS))

    @property
    def counts_workdays(self) -> bool:
        """Tell whether the limit needs the calendar of workdays."""
        return self.kind in WORK_KINDS

    @cached_property
    def whole_days(self) -> bool:
        """Tell whether whole days are counted, from the day after the start."""
        return self.convention == Convention.NEXT_DAY

    @cached_property
    def budget(self) -> int:
        """Return the length of the limit on its line."""
        if self.kind in HOUR_KINDS:
            return int(self.amount * HOUR)
        return int(self.amount) * (1 if self.whole_days else self._a_day)

    def longer_by(self, amounts: Iterable[int | Decimal]) -> "Limit":
        """Return the limit with ``amounts`` of its own unit added."""
        return replace(self, amount=sum(amounts, Decimal(self.amount)))

    @property
    def _a_day(self) -> int:
        return WORKING_DAY if self.counts_workdays else DAY


def _amount(given: object, quarters: bool) -> int | Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise LimitUnusable(field="amount")
    try:
        amount = Decimal(given)
    except InvalidOperation:
        raise LimitUnusable(field="amount") from None
    if not amount.is_finite() or not 0 < amount <= LARGEST_AMOUNT:
        raise LimitUnusable(field="amount")
    if amount % (QUARTER if quarters else 1):
        raise LimitUnusable(field="amount")
    return int(amount) if amount % 1 == 0 else amount


def urgent_hours(n: int | Decimal) -> Limit:
    """Return a limit of ``n`` hours that run through nights and holidays."""
    return Limit(LimitKind.URGENT_HOURS, n)


def work_hours(n: int | Decimal) -> Limit:
    """Return a limit of ``n`` working hours."""
    return Limit(LimitKind.WORK_HOURS, n)


def workdays(n: int, convention: str = Convention.ROLLING) -> Limit:
    """Return a limit of ``n`` workdays."""
    return Limit(LimitKind.WORKDAYS, n, convention)


def calendar_days(n: int, convention: str = Convention.ROLLING) -> Limit:
    """Return a limit of ``n`` calendar days. A last day that is a holiday is not moved."""
    return Limit(LimitKind.CALENDAR_DAYS, n, convention)


def line_of(calendar: Calendar, limit: Limit) -> Line:
    """Return the line on which ``limit`` is measured."""
    return _line(calendar, limit.kind, limit.whole_days)


def running_line(calendar: Calendar, kind: str) -> Line:
    """Return the line on which time of this kind runs from instant to instant."""
    return _line(calendar, kind, False)


# A few calendars with all their lines: an old one is used up while the new one is already there.
@lru_cache(maxsize=32)
def _line(calendar: Calendar, kind: str, whole_days: bool) -> Line:
    if kind in WORK_KINDS:
        return WholeWorkdays(calendar) if whole_days else _working_time(calendar)
    if kind == LimitKind.URGENT_HOURS:
        return Elapsed()
    return WholeDays() if whole_days else Wall()


@lru_cache(maxsize=8)
def _working_time(calendar: Calendar) -> WorkingTime:
    return WorkingTime(calendar)


def running_budget(limit: Limit) -> int:
    """Return the length of ``limit`` on its running line."""
    return limit.budget * (limit._a_day if limit.whole_days else 1)
