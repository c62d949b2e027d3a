"""What the pages of an appeal show, as pairs for the components."""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.systems.grid.queries.appeals import AppealFile

register = template.Library()
MINUTE = "Y-m-d H:i"


@register.simple_tag
def appeal_facts(file: AppealFile) -> list[tuple[str, Any]]:
    """Return who appeals, and the days that the appeal is about."""
    stays = [
        _("应于 %(due)s 前办完，实际 %(left)s")
        % {"due": _minute(stay.due_at), "left": _minute(stay.left_at)}
        for stay in file.late_stays
    ]
    return [
        (_("申诉单位"), file.unit),
        (_("申诉时间"), _minute(file.case.opened_at)),
        (_("承诺办结"), _minute(file.due_at)),
        (_("实际办结"), _minute(file.closed_at)),
        (_("处置环节超期"), "\n".join(stays) or _("没有")),
    ]


def _minute(at: Any) -> str:
    return date_format(localtime(at), MINUTE) if at else ""
