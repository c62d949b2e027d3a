"""Who walks the grids."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import Column, count
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.terms import GRID_MEMBER, UNIT_HEAD
from jiceng.systems.grid.figures.stays import SINCE


def _since(row: Any) -> datetime:
    at: datetime = row.starts_at
    return at


@count(
    "grid.part_time_members",
    label=_("兼职网格员"),
    definition=_(
        "截至时在任的兼职网格员，即任网格员岗位的经办人。一人兼几个网格员岗位的计一名，归入最先登记任职的岗位所在"
        "单位；代理他人岗位的不计。"
    ),
    measure=_("名"),
    owner=UNIT_HEAD.code,
    since=SINCE,
    unit="post__unit",
    columns=(
        Column(_("工号"), lambda row: row.officer.staff_no),
        Column(_("姓名"), lambda row: row.officer.name),
        Column(_("单位"), lambda row: row.post.unit.name),
        Column(_("岗位"), lambda row: row.post.name),
        Column(_("任职时间"), _since),
    ),
)
def part_time_members(as_of: datetime) -> QuerySet[Tenure]:
    """Return one tenure of everybody who holds a post of a grid member."""
    held = Tenure.objects.live(as_of).filter(post__role=GRID_MEMBER.code)
    first = held.filter(officer=OuterRef("officer"), id__lt=OuterRef("id"))
    rows: QuerySet[Tenure] = held.filter(~Exists(first))
    return rows.select_related("officer", "post__unit")
