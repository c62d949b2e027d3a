"""What is in hand at an instant, and what of it is late."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import count
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.grid.figures.columns import STANDING, page_of
from jiceng.systems.grid.figures.stays import SAID, promised_at, stays


@count(
    "grid.in_hand",
    label=_("在办数"),
    definition=_(
        "截至时尚未结束的网格办件，含分办分出的；分办的主办件也计一件。按此刻所在环节送达的单位归入，"
        "之后升级或转由他人办理不变。"
    ),
    columns=STANDING,
    link=page_of,
    **SAID,
)
def in_hand(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the stay in which each case stood."""
    return stays(as_of).filter(Q(left_at__isnull=True) | Q(left_at__gt=as_of))


@count(
    "grid.overdue",
    label=_("超期在办数"),
    definition=_("在办数中，截至时已过承诺期限的；计时停止的、没有承诺期限的不计。"),
    columns=STANDING,
    link=page_of,
    **SAID,
)
def overdue(as_of: datetime) -> QuerySet[CaseStep]:
    """Return those whose promised day was over."""
    return in_hand(as_of).annotate(promised=promised_at(as_of)).filter(promised__lt=as_of)
