"""Which days are worked. Plain Python: no Django, no clock.

A calendar counts the workdays before each day once, when it is built; afterwards "n workdays
later" and "workdays between" are two list look-ups, whatever n is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jiceng.kernel.workdays.refusals import before_the_first, beyond_the_table

# So far ahead a deadline is still answered, as provisional.
PROVISIONAL_YEARS = 50

# The days that《全国年节及纪念日放假办法》(国务院令第795号，2025-01-01起施行，第二条) itself fixes
# in the solar calendar. They are off whatever the yearly notice says, so an unpublished year has
# them. The festivals of the lunar calendar and every made-up day need the notice.
FIXED_HOLIDAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
# A notice has reached back as far as 29 December of the year before (2019).
REACHES_BACK_TO = (12, 29)


@dataclass(frozen=True)
class Notice:
    """A notice of the State Council; ``effect`` says what it changed in an earlier one."""

    title: str
    number: str
    published_on: date
    effect: str = ""


@dataclass(frozen=True)
class YearDays:
    """What the notices of one year say: days off and days worked against the week, with names."""

    year: int
    notices: tuple[Notice, ...]
    off: Mapping[date, str]
    worked: Mapping[date, str]


class Calendar:
    """Consecutive published years, and provisional ones after them.

    ``years`` are merged before any day is looked up, because a notice may dispose of days in the
    December before its year. Days before the first year or too far after the last raise
    ``CalendarUnknown``.
    """

    def __init__(self, years: Sequence[YearDays]) -> None:
        if [year.year for year in years] != list(range(years[0].year, years[0].year + len(years))):
            raise ValueError("a calendar needs consecutive years")
        self.years = {year.year: year for year in years}
        self.first = date(years[0].year, 1, 1)
        self.firm_until = date(years[-1].year, 12, 31)
        self.last = date(years[-1].year + PROVISIONAL_YEARS, 12, 31)
        self._off = {day.toordinal(): name for year in years for day, name in year.off.items()}
        self._worked = {d.toordinal(): name for year in years for d, name in year.worked.items()}
        self._add_fixed_holidays()
        self._start = self.first.toordinal()
        self._end = self.last.toordinal()
        self._count()
        self._versions: dict[tuple[int, int], str] = {}

    def _add_fixed_holidays(self) -> None:
        for year in range(self.firm_until.year + 1, self.last.year + 1):
            for (month, day), name in FIXED_HOLIDAYS.items():
                self._off[date(year, month, day).toordinal()] = name

    def _count(self) -> None:
        """Fill ``_before`` (workdays before each day) and ``_workdays`` (their ordinals)."""
        self._before, self._workdays = [0], []
        for ordinal in range(self._start, self._end + 1):
            weekday = ordinal % 7 not in (6, 0)  # ordinal 1 was a Monday
            if ordinal in self._worked or (weekday and ordinal not in self._off):
                self._workdays.append(ordinal)
            self._before.append(len(self._workdays))

    def before(self, ordinal: int) -> int:
        """Return how many workdays of the calendar lie before the day with this ordinal."""
        index = ordinal - self._start
        if index < 0:
            raise before_the_first(date.fromordinal(ordinal), self.first)
        try:
            return self._before[index]
        except IndexError:
            raise beyond_the_table(self.last) from None

    def nth(self, index: int) -> int:
        """Return the ordinal of the workday that has ``index`` ≥ 0 workdays before it."""
        try:
            return self._workdays[index]
        except IndexError:
            raise beyond_the_table(self.last) from None

    def workday_after(self, day: date, n: int) -> date:
        """Return the ``n``-th workday after ``day`` (n ≥ 1); ``day`` itself does not count."""
        return date.fromordinal(self.nth(self.before(day.toordinal() + 1) + n - 1))

    def workdays_between(self, after: date, until: date) -> int:
        """Return the number of workdays after ``after`` up to and with ``until``."""
        return self.before(until.toordinal() + 1) - self.before(after.toordinal() + 1)

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on ``day``."""
        ordinal = day.toordinal()
        return self.before(ordinal + 1) > self.before(ordinal)

    def holiday_name(self, day: date) -> str:
        """Return the name of the holiday that makes ``day`` off, or ``""``."""
        return self._off.get(day.toordinal(), "")

    def made_up_for(self, day: date) -> str:
        """Return the name of the holiday for which the weekend day ``day`` is worked, or ``""``."""
        return self._worked.get(day.toordinal(), "")

    def is_provisional(self, day: date) -> bool:
        """Tell whether ``day`` lies in a year that has not been published."""
        return day > self.firm_until

    def may_still_change(self, day: date) -> bool:
        """Tell whether the notice of the next year may still dispose of the published ``day``."""
        return self.firm_until >= day >= date(self.firm_until.year, *REACHES_BACK_TO)

    def version(self, first_year: int, last_year: int) -> str:
        """Return what identifies the days of these years: ``2026-2027:0a1b2c3d4e5f``.

        It changes exactly when a day of these years changes or one of them is published.
        """
        span = first_year, last_year
        if span not in self._versions:
            digest = hashlib.sha256(
                "\n".join(map(self._year_text, range(first_year, last_year + 1))).encode()
            )
            years = str(first_year) if first_year == last_year else f"{first_year}-{last_year}"
            self._versions[span] = f"{years}:{digest.hexdigest()[:12]}"
        return self._versions[span]

    def is_current(self, version: str) -> bool:
        """Tell whether the days that ``version`` identified are still the same."""
        years = version.partition(":")[0].split("-")
        return self.version(int(years[0]), int(years[-1])) == version

    def _year_text(self, year: int) -> str:
        if not self.first.year <= year <= self.last.year:
            return f"{year} unknown"
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        days = "".join(
            str(self.before(day + 1) - self.before(day)) for day in range(first, last + 1)
        )
        return f"{year} {'published' if year in self.years else 'provisional'} {days}"
