"""What was reported, and what it was found to be; by the unit and the day that received it."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import count, ratio
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.grid.figures import stays
from jiceng.systems.grid.figures.columns import REPORT, page_of
from jiceng.systems.grid.figures.stays import RATIO, SAID, ended_by, made
from jiceng.systems.grid.terms import RATED, SUBJECT, Source

# How the ledger writes that a problem was solved, in the reporter's own eyes.
SOLVED = '"solved":true'
PLACES: dict[str, Any] = {"day": "case__opened_at", "columns": REPORT, "link": page_of}
# A first stay is one for good, and so is when and by whom it was reported.
AHEAD: dict[str, Any] = {"fixed": ("procedures_case", "grid_incident")}
# What other stays of a case decide is marked for their units, not for the one that received it.
LIVE: dict[str, Any] = {"rolled": False}


@count(
    "grid.reported",
    label=_("上报数"),
    definition=_(
        "登记为单独办件的上报，含后来并入其他办件的；“我也反映”从一开始就并入已有办件，解除并案后才计；"
        "分办分出的不是上报，不计。按首接单位和上报日期归入。"
    ),
    **SAID,
    **PLACES,
    **AHEAD,
)
def reported(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the first stay of each report."""
    return stays.reports(as_of)


@count(
    "grid.valid",
    label=_("有效上报数"),
    definition=_(
        "上报数中经研判确有其事的：曾判为一般或重大、曾报上级，或曾并入其他办件，且截至时未以不予受理或"
        "撤回结束。尚未研判的不计。"
    ),
    **SAID,
    **PLACES,
    **LIVE,
)
def valid(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports that turned out to be a matter."""
    found = made(as_of, "judge", "find_major", "pass_up", "merge")
    return reported(as_of).filter(found, ~ended_by(as_of, "refuse", "withdraw"))


@count(
    "grid.filed",
    label=_("立案数"),
    definition=_(
        "上报数中经研判判为一般或重大、截至时未以并案、不予受理或撤回结束的。并入的由主办件计一次。"
    ),
    **SAID,
    **PLACES,
    **LIVE,
)
def filed(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports that are dealt with as cases of their own."""
    judged = made(as_of, "judge", "find_major")
    return reported(as_of).filter(judged, ~ended_by(as_of, "refuse", "withdraw", "merge"))


@count(
    "grid.from_public",
    label=_("公众举报数"),
    definition=_("上报数中由群众自己上报或由电话代报的。"),
    **SAID,
    **PLACES,
    **AHEAD,
)
def from_public(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports of residents."""
    return reported(as_of).filter(case__incident__source__in=(Source.RESIDENT, Source.PHONE))


def _ratings(as_of: datetime) -> QuerySet[Entry]:
    """Return what the ledger has of the ratings of a case; a rating may be given once more."""
    subject = Concat(Value(SUBJECT), OuterRef("case__number"))
    return Entry.objects.filter(subject=subject, event=RATED, at__lte=as_of)


@count(
    "grid.rated",
    label=_("评价数"),
    definition=_("上报数中反映人已作评价的；评价几次都计一件。“我也反映”的评价不计。"),
    **SAID,
    **PLACES,
    **LIVE,
)
def rated(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports whose reporters rated the end."""
    return reported(as_of).filter(Exists(_ratings(as_of)))


@count(
    "grid.satisfied",
    label=_("满意数"),
    definition=_("评价数中，反映人截至时最后一次评价认为问题已解决的。"),
    **SAID,
    **PLACES,
    **LIVE,
)
def satisfied(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the reports whose reporters last said that the problem was solved."""
    newest = _ratings(as_of).order_by("-id").values("payload")[:1]
    return reported(as_of).annotate(said=Subquery(newest)).filter(said__contains=SOLVED)


ratio(
    "grid.valid_rate",
    label=_("有效上报率"),
    definition=_("有效上报数 ÷ 上报数。"),
    part="grid.valid",
    whole="grid.reported",
    **RATIO,
)
ratio(
    "grid.filed_rate",
    label=_("立案率"),
    definition=_("立案数 ÷ 上报数。行业词典未规定分母，本区以上报数为分母。"),
    part="grid.filed",
    whole="grid.reported",
    **RATIO,
)
ratio(
    "grid.public_rate",
    label=_("公众举报率"),
    definition=_("公众举报数 ÷ 上报数。行业词典未规定分母，本区以上报数为分母。"),
    part="grid.from_public",
    whole="grid.reported",
    **RATIO,
)
ratio(
    "grid.satisfied_rate",
    label=_("满意率"),
    definition=_("满意数 ÷ 评价数。行业词典未规定分母，本区以评价数为分母，未评价的不计。"),
    part="grid.satisfied",
    whole="grid.rated",
    **RATIO,
)
