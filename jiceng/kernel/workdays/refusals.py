"""What the arithmetic refuses. Apart from ``rules`` and its parts, which are plain Python."""

from datetime import date

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput


class CalendarUnknown(BadInput):
    """No calendar answers for that day (422)."""

    code = "calendar_unknown"
    sentence = _("没有这一天的工作日历。")


class InstantWithoutZone(BadInput):
    """An instant without a time zone has no legal day (422)."""

    code = "instant_without_zone"
    sentence = _("时间没有标明时区。")


class LimitUnusable(BadInput):
    """A limit that nobody can count (422)."""

    code = "limit_unusable"
    sentence = _("时限不符合要求。")


class PausesDisordered(BadInput):
    """Pauses that overlap, end before they begin, or begin before the clock does (422)."""

    code = "pauses_disordered"
    sentence = _("停表时段重叠，或起止时间颠倒。")


def before_the_first(day: date, first: date) -> CalendarUnknown:
    """Return the refusal of a day earlier than every published calendar."""
    sentence = _t("%(day)s早于最早公布的工作日历（%(year)s年），不能推算。")
    return CalendarUnknown(sentence % {"day": day, "year": first.year})


def beyond_the_table(last: date) -> CalendarUnknown:
    """Return the refusal of a day so late that even a provisional answer means nothing."""
    sentence = _t("日期超出可以推算的范围（至%(year)s年），不能推算。")
    return CalendarUnknown(sentence % {"year": last.year})


def out_of_range(first: int, last: int) -> CalendarUnknown:
    """Return the refusal of an instant outside the years that are handled at all."""
    sentence = _t("日期超出范围（%(first)s年至%(last)s年）。")
    return CalendarUnknown(sentence % {"first": first, "last": last})
