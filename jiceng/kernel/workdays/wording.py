"""Puts limits, instants, remaining time and traces into sentences for a page or a print."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from jiceng.kernel.base.text import listed
from jiceng.kernel.workdays.limits import Limit
from jiceng.kernel.workdays.lines import WORKING_DAY
from jiceng.kernel.workdays.moments import DAY, MINUTE, civil, time_of_day
from jiceng.kernel.workdays.terms import Convention, LimitKind
from jiceng.kernel.workdays.traces import Skipped, Trace

MINUTES_A_DAY = WORKING_DAY // MINUTE


def day_words(day: date) -> str:
    """Return a day as it is written: 2026年10月8日."""
    return _t("%(year)d年%(month)d月%(day)d日") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def instant_words(at: datetime) -> str:
    """Return day and time in Shanghai; the last instant of a day is written 24:00."""
    local = civil(at)
    time = "24:00" if time_of_day(local) == DAY - 1 else f"{local:%H:%M}"
    return f"{day_words(local.date())} {time}"


def limit_words(limit: Limit) -> str:
    """Return a limit as it is written: 3工作日（次日起算）."""
    text = _amount_words(LimitKind(limit.kind), limit.amount)
    if limit.whole_days:
        return _t("%(limit)s（%(convention)s）") % {
            "limit": text,
            "convention": Convention(limit.convention).label,
        }
    return text


def _amount_words(kind: LimitKind, amount: int | Decimal) -> str:
    # Languages with a plural use it for every amount but one, a quarter of an hour included.
    many = 1 if amount == 1 else 2
    words = {
        LimitKind.URGENT_HOURS: ngettext("%(n)s紧急工作时", "%(n)s紧急工作时", many),
        LimitKind.WORK_HOURS: ngettext("%(n)s工作时", "%(n)s工作时", many),
        LimitKind.WORKDAYS: ngettext("%(n)s工作日", "%(n)s工作日", many),
        LimitKind.CALENDAR_DAYS: ngettext("%(n)s自然日", "%(n)s自然日", many),
    }
    return words[kind] % {"n": amount}


def length_words(minutes: int) -> str:
    """Return working minutes as days of eight hours, hours, and minutes below a day."""
    days, rest = divmod(minutes, MINUTES_A_DAY)
    hours, minutes = divmod(rest, 60)
    words = ""
    if days:
        words = ngettext("%(n)d个工作日", "%(n)d个工作日", days) % {"n": days}
    if hours:
        words = _then(words, ngettext("%(n)d小时", "%(n)d小时", hours) % {"n": hours})
    if minutes and not days:
        words = _then(words, ngettext("%(n)d分钟", "%(n)d分钟", minutes) % {"n": minutes})
    return words


def clock_words(minutes: int) -> str:
    """Return minutes by the clock as days, hours, and minutes below a day."""
    days, rest = divmod(minutes, 24 * 60)
    if not days:
        return length_words(rest)
    words = ngettext("%(n)d天", "%(n)d天", days) % {"n": days}
    hours = rest // 60
    return (
        _then(words, ngettext("%(n)d小时", "%(n)d小时", hours) % {"n": hours}) if hours else words
    )


def _then(larger: str, smaller: str) -> str:
    """Return one length behind the other, with a space where the language wants one."""
    if not larger:
        return smaller
    return _t("%(larger)s%(smaller)s") % {"larger": larger, "smaller": smaller}


def remaining_words(length: str, overdue: bool) -> str:
    """Return that so much is left or over; nothing is what is shorter than a minute."""
    if overdue:
        return _t("已超期%(length)s") % {"length": length} if length else _t("已超期")
    return _t("剩余%(length)s") % {"length": length} if length else _t("即将到期")


def trace_lines(trace: Trace) -> list[str]:
    """Return why a deadline is what it is, one sentence a line."""
    return list(_lines(trace))


def _lines(trace: Trace) -> Iterator[str]:
    if trace.limit is None:
        yield _t("到期日由外部指定，不推算。")
    else:
        yield _t("时限：%(limit)s，自%(start)s起。") % {
            "limit": limit_words(trace.limit),
            "start": instant_words(trace.start_at),
        }
    yield from _extension_lines(trace)
    if trace.skipped:
        yield _t("不计入：%(days)s。") % {"days": listed(map(_skipped_words, trace.skipped))}
    if trace.made_up:
        yield _t("调休上班，计入：%(days)s。") % {"days": listed(map(day_words, trace.made_up))}
    yield from _stop_lines(trace)
    yield _t("到期：%(due)s。") % {"due": instant_words(trace.due_at)}
    if trace.calendar_version:
        yield _t("依据：%(notices)s；日历版本%(version)s。") % {
            "notices": listed(trace.notices) or _t("没有已公布的日历"),
            "version": trace.calendar_version,
        }
    yield from _caveats(trace)


def _extension_lines(trace: Trace) -> Iterator[str]:
    for number, granted in enumerate(trace.extensions, 1):
        yield _t("第%(number)d次延期，加%(amount)s：%(at)s批准（%(basis)s）。") % {
            "number": number,
            "amount": _amount_words(LimitKind(granted.added.kind), granted.added.amount),
            "at": instant_words(granted.at),
            "basis": granted.basis,
        }


def _skipped_words(skipped: Skipped) -> str:
    name = skipped.name or _t("周末")
    if skipped.first == skipped.last:
        return _t("%(day)s（%(name)s）") % {"day": day_words(skipped.first), "name": name}
    return _t("%(first)s至%(last)s（%(name)s）") % {
        "first": day_words(skipped.first),
        "last": day_words(skipped.last),
        "name": name,
    }


def _stop_lines(trace: Trace) -> Iterator[str]:
    for stop, moved in trace.stops:
        values = {
            "from": instant_words(stop.started_at),
            "to": instant_words(stop.ended_at),
            "reason": stop.reason or _t("停表"),
        }
        if moved:
            yield _t("停表，不计入：%(from)s至%(to)s（%(reason)s）。") % values
        else:
            yield _t("停表，未影响到期：%(from)s至%(to)s（%(reason)s）。") % values


def _caveats(trace: Trace) -> Iterator[str]:
    if trace.unpublished is not None:
        yield _t(
            "待定：%(year)d年放假安排尚未公布，只按周末和《全国年节及纪念日放假办法》"
            "固定的公历假日推算，公布后重算。"
        ) % {"year": trace.unpublished}
    if trace.may_change:
        yield _t("注意：下一年的放假安排可能调整本年最后几天。")
    if trace.paused_at is not None:
        yield _t("%(at)s起停表，恢复后重算到期时间。") % {"at": instant_words(trace.paused_at)}
    if trace.recalculated:
        yield _t("计时结束后日历有过变化，以上按现行日历说明。")
