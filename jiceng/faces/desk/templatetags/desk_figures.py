"""The tables and words of the pages of figures."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.faces.desk.figures.reading import Compared, RowPage
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.figures.service import Figure, View
from jiceng.ui.templatetags.figures import figure as written
from jiceng.ui.templatetags.figures import figure_address
from jiceng.ui.templatetags.ui import spaced

register = template.Library()


@register.simple_tag
def figure_table(found: Iterable[Compared]) -> dict[str, Any]:
    """Return the table of several figures beside those of a year before."""
    return {
        "columns": [_("指标"), _("本期"), _("上年同期"), _("同比")],
        "rows": [_line(each) for each in found],
        "caption": _("点开数字看明细"),
    }


def _line(each: Compared) -> list[Any]:
    name = format_html(
        '<a class="figure-name" href="{}">{}</a><span class="figure-said">{}</span>',
        figure_address(each.now),
        each.figure.label,
        each.figure.definition,
    )
    return [name, written(each.now), written(each.before, measure=False), each.change or "—"]


@register.simple_tag
def view_words(view: View, is_stock: bool) -> str:
    """Return for whom, for when and as of when a number is."""
    unit = view.unit.name if view.unit else _("我看得到的全部")
    as_of = _("截至 %(day)s") % {"day": date_format(legal_day(view.as_of), "Y-m-d")}
    period = "" if is_stock or view.period is None else view.period.text
    return " · ".join(filter(None, [unit, period, as_of]))


@register.simple_tag
def figure_facts(figure: Figure, owner: Any) -> list[tuple[str, Any]]:
    """Return what is known of a figure beside its definition."""
    return [
        (_("代码"), figure.code),
        (_("计量单位"), figure.measure),
        (_("由谁负责"), owner),
        (_("自何时起"), figure.since.isoformat()),
    ]


@register.filter
def pair_of(first: Any, second: Any) -> list[Any]:
    """Return two things as a list."""
    return [first, second]


@register.simple_tag
def row_table(page: RowPage) -> dict[str, Any]:
    """Return the table of the rows behind a number; the first cell opens the row."""
    return {
        "columns": [column.heading for column in page.figure.columns],
        "rows": [_cells(link, cells) for link, cells in page.lines],
        "caption": page.figure.label,
    }


def _cells(link: str, cells: list[Any]) -> list[Any]:
    first, *others = [_shown(cell) for cell in cells]
    opening = format_html('<a href="{}">{}</a>', link, first) if link else first
    return [opening, *others]


def _shown(cell: Any) -> Any:
    """Return a cell as people read it; case numbers stand in groups."""
    if isinstance(cell, datetime):
        return date_format(localtime(cell), "Y-m-d H:i")
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, str) and read_number(cell) == cell:
        return spaced(cell)
    return None if cell in (None, "") else cell
