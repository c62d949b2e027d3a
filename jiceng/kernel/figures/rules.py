"""The arithmetic of figures: periods, shares and changes. Plain Python."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.refusals import BadPeriod
from jiceng.kernel.figures.wording import months_words, span_words, until_words

# Nothing that is counted here is older.
BEGINNING = date(1921, 7, 1)
ONE_DAY = timedelta(days=1)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
YEAR = re.compile(r"(\d{4})", re.ASCII)
SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})?\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
Number = int | Decimal


def first_instant(day: date) -> datetime:
    """Return the instant at which ``day`` begins in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def last_instant(day: date) -> datetime:
    """Return the last instant of ``day``: the view of a day is taken when it is over."""
    return first_instant(day + ONE_DAY) - datetime.resolution


def _months_on(day: date, months: int) -> date:
    """Return the first of the month so many months after that of ``day``."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _a_year_before(day: date, leap_day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return (leap_day if is_leap_day else day).replace(year=day.year - 1)


@dataclass(frozen=True, order=True)
class Period:
    """Local days from ``start`` to the one before ``end``.

    Raises ``BadPeriod`` where there are none, or none that is counted here.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if not BEGINNING <= self.start < self.end:
            raise BadPeriod(field="period")

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """Return a calendar month."""
        return cls._months(year, month, 1)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        """Return a quarter, 1 to 4."""
        return cls._months(year, quarter * 3 - 2, 3)

    @classmethod
    def year(cls, year: int) -> "Period":
        """Return a calendar year."""
        return cls._months(year, 1, 12)

    @classmethod
    def _months(cls, year: int, month: int, months: int) -> "Period":
        try:
            start = date(year, month, 1)
            return cls(start, _months_on(start, months))
        except ValueError as error:
            raise BadPeriod(field="period") from error

    @classmethod
    def day(cls, day: date) -> "Period":
        """Return one day."""
        return cls(day, day + ONE_DAY)

    @classmethod
    def until(cls, day: date) -> "Period":
        """Return everything up to ``day``, which is part of it 截至."""
        return cls(BEGINNING, day + ONE_DAY)

    @classmethod
    def read(cls, text: str) -> "Period":
        """Return the period of a ``code``; raises ``BadPeriod``."""
        try:
            if found := SPAN.fullmatch(text):
                start, last = (date.fromisoformat(day) if day else None for day in found.groups())
                return cls(start or BEGINNING, (last or BEGINNING) + ONE_DAY)
            for pattern, make in ((MONTH, cls.month), (QUARTER, cls.quarter), (YEAR, cls.year)):
                if found := pattern.fullmatch(text):
                    return make(*map(int, found.groups()))
        except (ValueError, OverflowError) as error:
            raise BadPeriod(field="period") from error
        raise BadPeriod(field="period")

    @property
    def whole_months(self) -> int:
        """Return 1, 3 or 12 for a calendar month, quarter or year, 0 for anything else."""
        for months in (1, 3, 12):
            starts = self.start.day == 1 and (self.start.month - 1) % months == 0
            if starts and self.end == _months_on(self.start, months):
                return months
        return 0

    @property
    def code(self) -> str:
        """Return what ``read`` reads: 2022-11, 2022-Q4, 2022, 2022-11-01..2022-11-15, ..2022-11-30.

        Both ends of a span are part of it, as people write it.
        """
        shapes = {
            1: f"{self.start:%Y-%m}",
            3: f"{self.start:%Y}-Q{(self.start.month + 2) // 3}",
            12: f"{self.start:%Y}",
        }
        first = "" if self.start == BEGINNING else self.start.isoformat()
        return shapes.get(self.whole_months) or f"{first}..{self.end - ONE_DAY}"

    @property
    def text(self) -> str:
        """Return the period in words, in the language in use."""
        if self.start == BEGINNING:
            return until_words(self.end)
        months = self.whole_months
        return months_words(self.start, months) if months else span_words(self.start, self.end)

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this period."""
        return self.code

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Return the instants at which it begins and at which it is over."""
        return first_instant(self.start), first_instant(self.end)

    def previous(self) -> "Period":
        """Return the period before this one, of the same kind 上期.

        Raises ``BadPeriod`` for everything up to a day: there is nothing before it.
        """
        if self.start == BEGINNING:
            raise BadPeriod(field="period")
        months = self.whole_months
        if months:
            return Period(_months_on(self.start, -months), self.start)
        return Period(self.start - (self.end - self.start), self.start)

    def a_year_before(self) -> "Period":
        """Return the same days of the year before 上年同期."""
        end = _a_year_before(self.end, date(self.end.year, 3, 1))
        if self.start == BEGINNING:
            return Period(BEGINNING, end)
        return Period(_a_year_before(self.start, date(self.start.year, 2, 28)), end)

    def split(self) -> "tuple[Period | None, list[Period]]":
        """Return the whole months as one period, and the days before and after them."""
        first = self.start if self.start.day == 1 else _months_on(self.start, 1)
        last = self.end.replace(day=1)
        if first >= last:
            return None, [self]
        edges = [(self.start, first), (last, self.end)]
        return Period(first, last), [Period(*edge) for edge in edges if edge[0] < edge[1]]

    def days(self) -> Iterator[date]:
        """Yield every day."""
        for number in range((self.end - self.start).days):
            yield self.start + timedelta(days=number)


def month_of(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def rounded(value: Decimal, places: int = 1) -> Decimal:
    """Return ``value`` rounded half up, away from zero 四舍五入."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def percent(part: Number, whole: Number, places: int = 1) -> Decimal | None:
    """Return how many percent of ``whole`` the ``part`` is; ``None`` where the whole is empty."""
    return rounded(Decimal(part) * 100 / Decimal(whole), places) if whole else None


def change(now: Number, before: Number, places: int = 1) -> Decimal | None:
    """Return by how many percent a number has changed 增长率; ``None`` where there was none."""
    return percent(Decimal(now) - Decimal(before), abs(Decimal(before)), places)


def shares(numbers: Sequence[Number], places: int = 1) -> list[Decimal | None]:
    """Return each number in percent of them all; each is rounded for itself, so that it says what
    a ratio of the two would say."""
    whole = sum(numbers)
    return [percent(number, whole, places) for number in numbers]
