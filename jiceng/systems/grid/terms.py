"""The words of the grid, each with its label, written once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import (
    AUDITOR,
    DUTY_OFFICER,
    GRID_MEMBER,
    HANDLER,
    ORG_ADMIN,
    UNIT_HEAD,
)

SYSTEM = "grid"
SUBJECT = "grid.case:"
PROCEDURE = "grid.case"
APPEALS = "grid_appeal"
APPEAL_PROCEDURE = "grid.appeal"


class Kind(models.TextChoices):
    """The two kinds of the national standard series on digital urban management."""

    COMPONENT = "component", _("部件")
    EVENT = "event", _("事件")


class Level(models.IntegerChoices):
    """The three levels of grids, each within the one above."""

    STREET = 1, _("街道网格")
    COMMUNITY = 2, _("社区网格")
    COMPOUND = 3, _("小区网格")


class Source(models.TextChoices):
    """Who discovered it."""

    RESIDENT = "resident", _("群众上报")
    PATROL = "patrol", _("网格员巡查")
    PHONE = "phone", _("电话代报")
    IMPORTED = "imported", _("外部导入")


class Judgement(models.TextChoices):
    """What the duty officer finds."""

    ORDINARY = "ordinary", _("一般问题")
    MAJOR = "major", _("重大问题")
    BEYOND = "beyond", _("超出本级权限")


class Authority(models.TextChoices):
    """Which authority the level that holds a case lacks."""

    PENALTY = "penalty", _("行政处罚权")
    PERMIT = "permit", _("行政许可权")
    COERCION = "coercion", _("行政强制权")
    FUNDS = "funds", _("资金审批权限")
    WORKS = "works", _("工程立项权限")
    ACROSS = "across", _("跨区域协调")
    PROFESSION = "profession", _("专业部门职权")


class Purpose(models.TextChoices):
    """What a photo shows."""

    REPORT = "report", _("上报照片")
    DISPOSAL = "disposal", _("处置照片")
    VERIFICATION = "verification", _("核实照片")


# Whose bar leads to the tree of grids.
HEADS = (UNIT_HEAD.code, DUTY_OFFICER.code, ORG_ADMIN.code, AUDITOR.code)
# Who may report what a patrol found.
PATROLS = (GRID_MEMBER.code, DUTY_OFFICER.code)
# Who reads the routing rules; who may change them is a matter of where the post is.
ROUTING_READERS = (AUDITOR.code, DUTY_OFFICER.code, ORG_ADMIN.code, UNIT_HEAD.code)
# Who takes down what a caller tells.
ANSWERING = (DUTY_OFFICER.code,)
# Who hangs up posters, in the own unit and below.
POSTING = (ORG_ADMIN.code, UNIT_HEAD.code, DUTY_OFFICER.code)

REPORTED = "grid.case.reported"
JOINED = "grid.case.joined"
JUDGED = "grid.case.judged"
FOUND_MAJOR = "grid.case.found_major"
STUDIED = "grid.case.studied"
PASSED_UP = "grid.case.passed_up"
REFUSED = "grid.case.refused"
WITHDRAWN = "grid.case.withdrawn"
ASKED = "grid.case.asked"
ANSWERED = "grid.case.answered"
UNANSWERED = "grid.case.unanswered"
MERGED = "grid.case.merged"
UNMERGED = "grid.case.unmerged"
SPLIT = "grid.case.split"
SPLIT_OFF = "grid.case.split_off"
GATHERED = "grid.case.gathered"
DISPATCHED = "grid.case.dispatched"
RETURNED = "grid.case.returned"
REASSIGNED = "grid.case.reassigned"
CONSULTED = "grid.case.consulted"
CONSULTATION_ENDED = "grid.case.consultation_ended"
CONSULTATION_EXPIRED = "grid.case.consultation_expired"
EXTENSION_ASKED = "grid.case.extension_asked"
EXTENDED = "grid.case.extended"
EXTENSION_REFUSED = "grid.case.extension_refused"
SHELVING_ASKED = "grid.case.shelving_asked"
SHELVED = "grid.case.shelved"
SHELVING_REFUSED = "grid.case.shelving_refused"
RESUMED = "grid.case.resumed"
DISPOSED = "grid.case.disposed"
FINISHED = "grid.case.finished"
VERIFIED = "grid.case.verified"
REWORKED = "grid.case.reworked"
CLOSED = "grid.case.closed"
RATED = "grid.case.rated"
REOPENED = "grid.case.reopened"
REOPENED_BY_OFFICE = "grid.case.reopened_by_office"
TAKEN_UP = "grid.case.taken_up"
APPEALED = "grid.appeal.filed"
APPEAL_PASSED = "grid.appeal.passed"
APPEAL_UPHELD = "grid.appeal.upheld"
APPEAL_REJECTED = "grid.appeal.rejected"
IMPORTED = "grid.case.imported"
CELL_DRAWN = "grid.cell.drawn"
CELL_RETIRED = "grid.cell.retired"
SPOT_SET = "grid.spot.set"
SPOT_RETIRED = "grid.spot.retired"
CATEGORY_SET = "grid.category.set"
CATEGORY_RETIRED = "grid.category.retired"
PATROL_PLANNED = "grid.patrol.planned"
PATROL_PLAN_ENDED = "grid.patrol.plan_ended"
PATROL_HANDED_OVER = "grid.patrol.handed_over"
PATROL_WALKED = "grid.patrol.walked"
ROUTING_DRAFTED = "grid.routing.drafted"
ROUTING_ACTIVATED = "grid.routing.activated"
ROUTING_RETIRED = "grid.routing.retired"
ROUTING_BROKEN = "grid.routing.broken"
ROUTING_MENDED = "grid.routing.mended"
WATCHED = "grid.desk.watched"
UNWATCHED = "grid.desk.unwatched"
FILTER_SAVED = "grid.desk.filter_saved"
FILTER_REMOVED = "grid.desk.filter_removed"

# What no act writes, but a replayed file.
EVENT_LABELS = {IMPORTED: _("外部导入")}

# What the public may read of each event: a sentence without names, units or words of officers.
PUBLIC_LABELS = {
    REPORTED: _("已收到上报"),
    JOINED: _("已收到，与已有上报一并办理"),
    JUDGED: _("已研判，等待派遣"),
    FOUND_MAJOR: _("已列为重大问题，正在研究"),
    STUDIED: _("已研究，等待派遣"),
    PASSED_UP: _("超出本级权限，已报上级办理"),
    REFUSED: _("不予受理"),
    WITHDRAWN: _("已按您的要求撤回"),
    ASKED: _("需要您补充情况"),
    ANSWERED: _("已收到您的补充"),
    UNANSWERED: _("未收到补充，继续研判"),
    MERGED: _("与相同问题一并办理"),
    UNMERGED: _("改为单独办理"),
    SPLIT: _("分成几项，由几家单位办理"),
    GATHERED: _("各项已办完，等待结案"),
    DISPATCHED: _("已派遣，正在处置"),
    RETURNED: _("承办单位退回，重新派遣中"),
    REASSIGNED: _("已改派，正在处置"),
    CONSULTED: _("需其他单位配合，正在联系"),
    CONSULTATION_ENDED: _("配合单位已答复，继续处置"),
    CONSULTATION_EXPIRED: _("配合单位未答复，继续处置"),
    EXTENSION_ASKED: _("承办单位申请延期"),
    EXTENDED: _("办理期限已延长"),
    EXTENSION_REFUSED: _("未同意延期，继续处置"),
    SHELVING_ASKED: _("承办单位申请挂账"),
    SHELVING_REFUSED: _("未同意挂账，继续处置"),
    SHELVED: _("暂不具备处置条件，已挂账"),
    RESUMED: _("挂账结束，继续处置"),
    DISPOSED: _("已处置，等待现场核实"),
    FINISHED: _("已处置，等待结案"),
    VERIFIED: _("现场核实通过"),
    REWORKED: _("核实未通过，重新处置"),
    CLOSED: _("已结案"),
    REOPENED: _("已按您的要求重新办理"),
    REOPENED_BY_OFFICE: _("重新办理"),
    TAKEN_UP: _("改为受理"),
}
PUBLIC_TONES = {CLOSED: "good", REFUSED: "bad", WITHDRAWN: "bad", ASKED: "warn"}

# Where a case stands, in words for neighbours: less than its reporter reads, and no step of ours.
PUBLIC_STATES = {
    "reported": _("等待研判"),
    "asked": _("等待研判"),
    "study": _("正在研究"),
    "judged": _("等待派遣"),
    "returned": _("等待派遣"),
    "split": _("正在处置"),
    "dispatched": _("正在处置"),
    "outside": _("正在处置"),
    "extension_asked": _("正在处置"),
    "shelving_asked": _("正在处置"),
    "shelved": _("暂缓处置"),
    "disposed": _("已处置，待核实"),
    "verified": _("已处置，待结案"),
}
# What nobody has judged yet is between its reporter and the duty officer.
UNJUDGED = ("reported", "asked")

# How long what waits for somebody outside waits, in calendar days.
ANSWER_DAYS, CONSULTATION_DAYS = 5, 14
# A shelved case ends its rest within this many days; a case is shelved once, extended twice.
MOST_SHELVED_DAYS = 365
MOST_EXTENSIONS = 2
# Reports of one category within a radius become a candidate for a major problem: (days, reports).
REPEATS = ((30, 3), (90, 5))
REPEAT_RADIUS = 50
# Within this many days a report is suggested as perhaps the same.
DUPLICATE_DAYS = 84
MOST_PARTS = 10
# Sets a unit under the one above it in a list to choose from: a space of the width of a letter.
INDENT = "\u2003"
# From the second reopening on, a case is more urgent than it was.
REOPENINGS_BEFORE_PRIORITY = 1
# Rounds of all plans of one part-time member in a week.
MOST_ROUNDS_A_WEEK = 14
# A second round of the same grid counts only after this many minutes: a walk takes that long.
ROUND_MINUTES = 30
# A telephone between houses errs by so much; a round pressed this near the edge is inside.
ROUND_METRES = 50
# Lines of grids that were drawn apart meet within this many metres.
EDGE_METRES = 5
# Who may ask that a lateness be excused, and until how many days after the end of the case.
APPELLANTS = (HANDLER.code, UNIT_HEAD.code)
APPEAL_DAYS = 30
# Saved filters of one officer.
MOST_FILTERS = 20
# Points that a map of cases draws at once; it says how many there are.
MOST_POINTS = 4_000
# How far a list is counted: to count a million takes a second, and nobody reads them one by one.
MOST_COUNTED = 10_000
# The kind under which the search keeps the cards of cases.
SEARCHED = "case"


class Tab(models.TextChoices):
    """Which cases a list begins with."""

    ALL = "all", _("全部")
    MINE = "mine", _("我的待办")
    UNIT = "unit", _("本单位")
    WATCHING = "watching", _("我的关注")


class Sort(models.TextChoices):
    """In which order a list stands."""

    NEWEST = "newest", _("最新上报在前")
    OLDEST = "oldest", _("最早上报在前")
    DUE = "due", _("先到期在前")
    NUMBER = "number", _("按编号")


class Pressure(models.TextChoices):
    """How pressing a case in work is, as a filter says it."""

    LATE = "late", _("已超期")
    SOON = "soon", _("即将到期")
    FINE = "fine", _("时间充裕")

    @property
    def light(self) -> str:
        """Return the light of the kernel that stands for it."""
        return {"late": "red", "soon": "yellow", "fine": "green"}[self.value]
