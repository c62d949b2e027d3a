"""What the draft of a bulletin says of the grid."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.bulletins.service import register_chapter
from jiceng.systems.grid.terms import SYSTEM

register_chapter(
    SYSTEM,
    _("网格治理"),
    _(
        "{period}，{unit}共登记上报{grid.reported}件，其中公众举报占{grid.public_rate}；有效上报率"
        "{grid.valid_rate}。在岗兼职网格员{grid.part_time_members}名。"
    ),
    _(
        "应处置{grid.to_handle}件，处置率{grid.handling_rate}，按期处置率"
        "{grid.on_time_handling_rate}；应结案{grid.to_close}件，结案率{grid.closing_rate}，返工率"
        "{grid.rework_rate}。群众评价{grid.rated}件，满意率{grid.satisfied_rate}。"
    ),
    _("截至{day}，在办{grid.in_hand}件，其中超期{grid.overdue}件。"),
)
