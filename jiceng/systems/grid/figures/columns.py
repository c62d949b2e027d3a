"""What the rows of a figure show. Nothing here is written by people or changes later: the rows of
a published number hash to the same as long as its definition stands."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import Column
from jiceng.systems.grid.terms import PUBLIC_STATES, Source

Columns = tuple[Column[Any], ...]
SOURCES = dict(Source.choices)


def page_of(row: Any) -> str:
    """Return the page of the case."""
    return reverse("desk:grid:case", args=[row.case.number])


def number(row: Any) -> str:
    """Return the number of the case."""
    return str(row.case.number)


def matter(row: Any) -> str:
    """Return the category; titles hold places, which may be erased."""
    category = row.case.incident.category
    return category.name if category else ""


def unit(row: Any) -> str:
    """Return the unit that the case was sent to."""
    return row.sent_to.name if row.sent_to else ""


def opened(row: Any) -> datetime:
    """Return when the case was reported."""
    at: datetime = row.case.opened_at
    return at


def left(row: Any) -> datetime | None:
    """Return when the step was left, as far as it had been."""
    return row.left_at if row.left_at and row.left_at <= row.as_of else None


NUMBER: Column[Any] = Column(_("编号"), number)
MATTER: Column[Any] = Column(_("事项"), matter)
OPENED: Column[Any] = Column(_("上报时间"), opened)
REPORT: Columns = (
    NUMBER,
    MATTER,
    Column(_("首接单位"), unit),
    Column(_("来源"), lambda row: SOURCES.get(row.case.incident.source, "")),
    OPENED,
)
CLOSING: Columns = (
    NUMBER,
    MATTER,
    Column(_("首接单位"), unit),
    OPENED,
    Column(_("承诺到期"), lambda row: row.promised),
    Column(_("结案时间"), lambda row: row.closed),
)
TASK: Columns = (
    NUMBER,
    MATTER,
    Column(_("承办单位"), unit),
    Column(_("送达时间"), lambda row: row.entered_at),
    Column(_("到期时间"), lambda row: row.due_at),
    Column(_("离开时间"), left),
)
STANDING: Columns = (
    NUMBER,
    MATTER,
    Column(_("承办单位"), unit),
    OPENED,
    Column(_("状态"), lambda row: PUBLIC_STATES.get(row.step, row.step)),
    Column(_("进入时间"), lambda row: row.entered_at),
)
