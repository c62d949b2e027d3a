"""The clock held against the published calendars: neither before them nor long after."""

from collections.abc import Iterator
from datetime import date, datetime

from django.core.checks import CheckMessage

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.starting import fault
from jiceng.kernel.workdays.loader import CalendarMalformed
from jiceng.kernel.workdays.shelf import calendar

# Nobody runs a release this long without a new calendar; a broken clock is likelier.
YEARS_AFTER = 20
REMEDY = "请校准本机时钟（chronyc makestep 或 date），再启动。"


def clock_faults(today: date, published: date, last_year: int) -> Iterator[CheckMessage]:
    """Yield a message where today is before the newest notice, or decades after its year."""
    if today < published:
        sentence = f"本机日期 {today} 早于最新的放假通知（{published} 印发）。"
        yield fault("workdays.E002", sentence, REMEDY)
    if today.year > last_year + YEARS_AFTER:
        sentence = f"本机日期 {today} 远晚于最新的工作日历（{last_year} 年）。"
        yield fault("workdays.E003", sentence, REMEDY)


def clock_fits_calendar(at: datetime) -> Iterator[CheckMessage]:
    """Compare the clock with the calendars of this installation."""
    try:
        known = calendar()
    except CalendarMalformed:
        return  # the check of the files says which, and stops the start
    published = max(notice.published_on for year in known.years.values() for notice in year.notices)
    yield from clock_faults(legal_day(at), published, known.firm_until.year)
