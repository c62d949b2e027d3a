"""The lines of the lists of cases, for the table and the rows of the components."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.systems.grid.queries import CaseRow
from jiceng.systems.grid.templatetags.grid import OUTCOME_LOOKS
from jiceng.ui.templatetags.ui import badge, icon, light, spaced

register = template.Library()
MINUTE = "Y-m-d H:i"


@register.simple_tag
def case_table(rows: Iterable[CaseRow]) -> dict[str, Any]:
    """Return the table of a page of cases."""
    columns = [_("编号"), _("事由"), _("责任单位"), _("状态"), _("上报时间"), _("时限")]
    return {"columns": columns, "rows": [_line(row) for row in rows]}


def _line(row: CaseRow) -> tuple[Any, ...]:
    return (
        spaced(row.case.number),
        _title(row),
        row.case.unit.name,
        _standing(row),
        date_format(localtime(row.case.opened_at), MINUTE),
        case_light(row),
    )


def _title(row: CaseRow) -> SafeString:
    href = reverse("desk:grid:case", args=[row.case.number])
    star = icon("star", _("我的关注")) if row.watched else ""
    candidate = row.incident.major_candidate and not row.incident.judgement
    major = badge(_("疑似重大"), "warn") if candidate else ""
    priority = badge(row.case.get_priority_display(), "warn") if row.case.priority else ""
    return format_html('<a href="{}">{}</a> {} {} {}', href, row.case.title, star, major, priority)


def _standing(row: CaseRow) -> SafeString | str:
    if not row.holder:
        return row.state
    return format_html('{} <span class="cases__holder">{}</span>', row.state, row.holder)


@register.simple_tag
def case_light(row: CaseRow) -> SafeString:
    """Return the light of a case in work, or how it ended."""
    case = row.case
    if case.closed_at:
        tone, icon = OUTCOME_LOOKS.get(case.outcome, ("", "circle-check"))
        return badge(case.get_outcome_display(), tone, icon)
    return light(row.light, row.left or _("不计时"), case.provisional)
