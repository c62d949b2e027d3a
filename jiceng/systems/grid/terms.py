"""The words of the grid, each with its label, written once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import DUTY_OFFICER, GRID_MEMBER

SYSTEM = "grid"
SUBJECT = "grid.case:"
PROCEDURE = "grid.case"


class Kind(models.TextChoices):
    """The two kinds of the national standard series on digital urban management."""

    COMPONENT = "component", _("部件")
    EVENT = "event", _("事件")


class Source(models.TextChoices):
    """Who discovered it."""

    RESIDENT = "resident", _("群众上报")
    PATROL = "patrol", _("网格员巡查")
    IMPORTED = "imported", _("外部导入")


class Judgement(models.TextChoices):
    """What the duty officer finds. Study records and passing upward come with the full grid."""

    ORDINARY = "ordinary", _("一般问题")
    MAJOR = "major", _("重大问题")


class Purpose(models.TextChoices):
    """What a photo shows."""

    REPORT = "report", _("上报照片")
    DISPOSAL = "disposal", _("处置照片")
    VERIFICATION = "verification", _("核实照片")


# Who may report what a patrol found.
PATROLS = (GRID_MEMBER.code, DUTY_OFFICER.code)


REPORTED = "grid.case.reported"
JUDGED = "grid.case.judged"
REFUSED = "grid.case.refused"
DISPATCHED = "grid.case.dispatched"
RETURNED = "grid.case.returned"
REASSIGNED = "grid.case.reassigned"
DISPOSED = "grid.case.disposed"
VERIFIED = "grid.case.verified"
REWORKED = "grid.case.reworked"
CLOSED = "grid.case.closed"
IMPORTED = "grid.case.imported"
CELL_DRAWN = "grid.cell.drawn"
CATEGORY_SET = "grid.category.set"
CATEGORY_RETIRED = "grid.category.retired"

# What no act writes, but a replayed file.
EVENT_LABELS = {IMPORTED: _("外部导入")}

# What the public may read of each event: a sentence without names, units or words of officers.
PUBLIC_LABELS = {
    REPORTED: _("已收到上报"),
    JUDGED: _("已研判，等待派遣"),
    REFUSED: _("不予受理"),
    DISPATCHED: _("已派遣，正在处置"),
    RETURNED: _("承办单位退回，重新派遣中"),
    REASSIGNED: _("已改派，正在处置"),
    DISPOSED: _("已处置，等待现场核实"),
    VERIFIED: _("现场核实通过"),
    REWORKED: _("核实未通过，重新处置"),
    CLOSED: _("已结案"),
}
PUBLIC_TONES = {CLOSED: "good", REFUSED: "bad"}
