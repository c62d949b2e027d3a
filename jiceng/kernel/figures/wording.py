"""Puts periods into words for a page or a print."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from jiceng.kernel.workdays.service import day_words

ONE_DAY = timedelta(days=1)


def until_words(end: date) -> str:
    """Return words for everything up to the day before ``end``."""
    return _("截至%(day)s") % {"day": day_words(end - ONE_DAY)}


def span_words(start: date, end: date) -> str:
    """Return words for the days from ``start`` to the one before ``end``."""
    last = end - ONE_DAY
    if start == last:
        return day_words(start)
    return _("%(first)s至%(last)s") % {"first": day_words(start), "last": day_words(last)}


def months_words(start: date, months: int) -> str:
    """Return words for 1, 3 or 12 whole months."""
    if months == 1:
        return _("%(year)d年%(month)d月") % {"year": start.year, "month": start.month}
    if months == 12:
        return _("%(year)d年") % {"year": start.year}
    quarter = (start.month + 2) // 3
    return _("%(year)d年第%(quarter)d季度") % {"year": start.year, "quarter": quarter}
