"""What had to be closed, and whether it was by the promised day; by the unit and the day that
received it."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import count, ratio
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.grid.figures.columns import CLOSING, page_of
from jiceng.systems.grid.figures.reports import filed
from jiceng.systems.grid.figures.stays import (
    RATIO,
    SAID,
    came_back,
    closed_at,
    excused,
    made,
    promised_at,
)

# Clocks and other stays of the case decide, which are not marked for the unit that received it.
PLACES: dict[str, Any] = {
    "day": "case__opened_at",
    "columns": CLOSING,
    "link": page_of,
    "rolled": False,
}
LATE = Q(closed__gt=F("promised"))
ON_TIME = Q(closed__lte=F("promised"))


@count(
    "grid.to_close",
    label=_("应结案数"),
    definition=_(
        "立案数中，截至时已结案或已过承诺期限的；没有承诺期限的、计时停止的不计。延期的按延长后的期限，"
        "重新办理的按新的期限。超期结案而申诉成立的不计。按首接单位和上报日期归入。"
    ),
    **SAID,
    **PLACES,
)
def to_close(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports that were closed, or should have been."""
    rows = filed(as_of).annotate(promised=promised_at(as_of), closed=closed_at(as_of))
    due = Q(closed__isnull=False) | Q(promised__lt=as_of)
    # Appeals are few: where there is none, nothing else has to be looked up.
    counts = ~excused(as_of, "closed") | Q(closed__isnull=True) | ON_TIME
    return rows.filter(due, counts, promised__isnull=False)


@count(
    "grid.closed",
    label=_("结案数"),
    definition=_("应结案数中，截至时已结案且未重新办理的。"),
    **SAID,
    **PLACES,
)
def closed(as_of: datetime) -> QuerySet[CaseStep]:
    """Return those that were."""
    return to_close(as_of).filter(closed__isnull=False)


@count(
    "grid.closed_on_time",
    label=_("按期结案数"),
    definition=_("结案数中，结案时间不晚于承诺期限的。"),
    **SAID,
    **PLACES,
)
def closed_on_time(as_of: datetime) -> QuerySet[CaseStep]:
    """Return those that were by their day."""
    return to_close(as_of).filter(ON_TIME)


@count(
    "grid.closed_late",
    label=_("超期结案数"),
    definition=_("结案数中，结案时间晚于承诺期限的；申诉成立的已不在其中。"),
    **SAID,
    **PLACES,
)
def closed_late(as_of: datetime) -> QuerySet[CaseStep]:
    """Return those that were after it."""
    return to_close(as_of).filter(LATE)


@count(
    "grid.reworked",
    label=_("返工数"),
    definition=_("应结案数中，曾因核实未通过退回重办，或结案后曾重新办理的；几次都计一件。"),
    **SAID,
    **PLACES,
)
def reworked(as_of: datetime) -> QuerySet[CaseStep]:
    """Return those that had to be done again."""
    return to_close(as_of).filter(made(as_of, "rework") | came_back(as_of))


ratio(
    "grid.closing_rate",
    label=_("结案率"),
    definition=_("结案数 ÷ 应结案数。"),
    part="grid.closed",
    whole="grid.to_close",
    **RATIO,
)
ratio(
    "grid.on_time_closing_rate",
    label=_("按期结案率"),
    definition=_("按期结案数 ÷ 应结案数。"),
    part="grid.closed_on_time",
    whole="grid.to_close",
    **RATIO,
)
ratio(
    "grid.late_closing_rate",
    label=_("超期结案率"),
    definition=_("超期结案数 ÷ 应结案数。"),
    part="grid.closed_late",
    whole="grid.to_close",
    **RATIO,
)
ratio(
    "grid.rework_rate",
    label=_("返工率"),
    definition=_("返工数 ÷ 应结案数。"),
    part="grid.reworked",
    whole="grid.to_close",
    **RATIO,
)
