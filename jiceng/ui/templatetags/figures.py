"""Numbers that are figures, and their charts: ``{% load figures %}``.

Every number that is a figure is written by ``{% figure %}``, so that a program can read it on any
page and count it again.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.figures.service import Value
from jiceng.ui.charts import HEIGHT, WIDTH, Point, line_of
from jiceng.ui.drawing import FOLDER, component

register = template.Library()


def figure_address(value: Value) -> str:
    """Return the page of the desk that opens a number: the same unit, period and day."""
    asked = {
        "unit": value.unit,
        "period": value.period,
        "as_of": legal_day(value.view.as_of).isoformat(),
    }
    query = urlencode({name: text for name, text in asked.items() if text})
    return f"{reverse('desk:figure', args=[value.code])}?{query}"


@register.simple_tag
def figure(value: Value, *, link: bool = True, measure: bool = True) -> SafeString:
    """Write a number with all that is needed to count it again; it opens to its rows."""
    href = figure_address(value) if link else ""
    drawn = component("figure", value=value, href=href, measure=measure)
    return SafeString(drawn.strip())


@register.inclusion_tag(f"{FOLDER}sparkline.html")
def sparkline(points: Sequence[Point], *, label: str | Promise) -> dict[str, Any]:
    """Draw a small line of numbers, on the server; ``label`` says of what."""
    return {
        "line": line_of(points),
        "label": label,
        "first": points[0] if points else None,
        "last": points[-1] if points else None,
        "width": WIDTH,
        "height": HEIGHT,
    }


@register.inclusion_tag(f"{FOLDER}chart.html")
def chart(
    points: Sequence[Point],
    *,
    label: str | Promise,
    heads: Sequence[str | Promise],
    kind: str = "bar",
    name: str = "chart",
) -> dict[str, Any]:
    """Draw a chart, ``kind`` bar or line, with the table of its numbers below, which is all that
    there is without scripts. ``heads`` are those of the table: of the label, of the number."""
    drawn = {
        "kind": kind,
        "labels": [point.label for point in points],
        "values": [_plain(point.number) for point in points],
    }
    rows = [[point.label, point.text] for point in points]
    return {"drawn": drawn, "rows": rows, "label": label, "heads": heads, "name": f"{name}-data"}


def _plain(number: int | Decimal | None) -> int | float | None:
    return float(number) if isinstance(number, Decimal) else number
