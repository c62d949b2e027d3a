"""What both faces show of a notice: ``{% load notices %}``."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jiceng.kernel.notices.models import Comment, Notice
from jiceng.kernel.notices.service import days_left, differences, lines
from jiceng.kernel.notices.terms import Moderation, Outcome, Standing
from jiceng.ui.templatetags.ui import badge

register = template.Library()
Pairs = list[tuple[str | Promise, Any]]

TONES = {
    Standing.OPEN: "info",
    Standing.PROVISIONAL: "warn",
    Standing.BLOCKED: "warn",
    Standing.COMPLETED: "good",
    Standing.REPLACED: "",
    Standing.WITHDRAWN: "bad",
}
MODERATION_TONES = {Moderation.WAITING: "warn", Moderation.SHOWN: "info", Moderation.HIDDEN: ""}
OUTCOME_TONES = {Outcome.OPEN: "warn", Outcome.UPHELD: "bad", Outcome.NOT_UPHELD: "good"}


def _standing(context: RequestContext, notice: Notice) -> Standing:
    return notice.standing(context["request"].now)


@register.simple_tag(takes_context=True)
def standing(context: RequestContext, notice: Notice) -> str:
    """Return where a notice stands now, as its code."""
    return _standing(context, notice).value


@register.simple_tag(takes_context=True)
def standing_badge(context: RequestContext, notice: Notice) -> SafeString:
    """Draw where a notice stands now."""
    state = _standing(context, notice)
    return badge(state.label, TONES[state])


@register.simple_tag
def outcome_badge(outcome: str) -> SafeString:
    """Draw what became of an objection."""
    known = Outcome(outcome)
    return badge(known.label, OUTCOME_TONES[known])


@register.simple_tag
def moderation_badge(comment: Comment) -> SafeString:
    """Draw where a comment stands: looked at or not, answered or not."""
    if comment.answered_at:
        return badge(_("已答复"), "good")
    known = Moderation(comment.state)
    return badge(known.label, MODERATION_TONES[known])


@register.filter
def period(notice: Notice) -> SafeString:
    """Return the first and the last day of the period; neither is broken in two."""
    opens, closes = (
        format_html("<span class='phrase'>{}</span>", date_format(day, "Y-m-d"))
        for day in (notice.opens_on, notice.closes_on)
    )
    return format_html(_("{opens} 至 {closes}"), opens=opens, closes=closes)


@register.simple_tag(takes_context=True)
def left(context: RequestContext, notice: Notice) -> str:
    """Return how long the period still runs, in words; "" where it does not."""
    if _standing(context, notice) != Standing.OPEN:
        return ""
    days = days_left(notice, context["request"].now)
    if not days:
        return _("今天截止")
    return ngettext("还剩 %(days)d 个工作日", "还剩 %(days)d 个工作日", days) % {"days": days}


@register.filter
def notice_meta(notice: Notice) -> SafeString:
    """Return what stands under the title of a notice in a list."""
    said = [
        ngettext("异议 %(count)d 条", "异议 %(count)d 条", count) % {"count": count}
        if (count := getattr(notice, "objected", 0))
        else "",
        ngettext("留言 %(count)d 条", "留言 %(count)d 条", count) % {"count": count}
        if (count := getattr(notice, "commented", 0))
        else "",
    ]
    parts = [str(notice.unit), _(str(notice.definition.label)), period(notice), *said]
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


@register.simple_tag
def period_facts(notice: Notice) -> Pairs:
    """Return who published it, and for how long it hangs."""
    days = ngettext("%(days)d 个工作日", "%(days)d 个工作日", notice.days) % {"days": notice.days}
    when = date_format(localtime(notice.published_at), "Y-m-d H:i")
    return [
        (_("公示单位"), notice.unit.name),
        (_("类别"), notice.definition.label),
        (_("公示时间"), when),
        (_("公示期"), format_html(_("{period}（{days}）"), period=period(notice), days=days)),
    ]


@register.simple_tag
def shown_facts(notice: Notice) -> Pairs:
    """Return what a notice shows, in the order of its kind; lists as lists."""
    labels = notice.definition.fields
    names = [*(name for name in labels if name in notice.shown)]
    return [(labels[name], _drawn(notice.shown[name])) for name in names]


@register.simple_tag
def changed_facts(notice: Notice) -> list[tuple[str | Promise, SafeString, SafeString]]:
    """Return what a correction changed: label, before, after."""
    old, labels = notice.replaces, notice.definition.fields
    if old is None:
        return []
    changed = differences(labels, old.shown, notice.shown)
    rows = [(labels[one.name], _drawn(one.before), _drawn(one.after)) for one in changed]
    if old.title != notice.title:
        rows.insert(0, (_("标题"), _drawn(old.title), _drawn(notice.title)))
    return rows


def _drawn(value: str | Iterable[str]) -> SafeString:
    """Draw a text with its paragraphs, or a list of lines."""
    if isinstance(value, str):
        return format_html_join("\n", "<p>{}</p>", ((line,) for line in lines(value)))
    rows = format_html_join("", "<li>{}</li>", ((line,) for line in value))
    return format_html("<ol>{}</ol>", rows) if rows else SafeString("—")
