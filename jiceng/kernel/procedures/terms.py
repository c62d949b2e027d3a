"""The words of procedures, each with its label, written once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How a case ended."""

    OPEN = "", _("在办")
    CLOSED = "closed", _("已办结")
    REFUSED = "refused", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    MERGED = "merged", _("已并案")


class LinkKind(models.TextChoices):
    """How one case belongs to another."""

    MERGED = "merged", _("并案")
    SPLIT = "split", _("分办")


class Priority(models.IntegerChoices):
    """How urgent a case is."""

    NORMAL = 0, _("一般")
    HIGH = 1, _("优先")
    URGENT = 2, _("紧急")


class Need(models.TextChoices):
    """What a move may ask its maker to give."""

    REASON = "reason", _("理由")
    NOTE = "note", _("说明")
    UNIT = "unit", _("承办单位")
    PHOTO = "photo", _("现场照片")
    JUDGEMENT = "judgement", _("研判结论")
    STUDY = "study", _("研究意见")
    PARTICIPANTS = "participants", _("参加研究的人员")
    AUTHORITY = "authority", _("缺少的权限")
    QUESTION = "question", _("要问的问题")
    PARTY = "party", _("对方单位")
    UNTIL = "until", _("截止日期")
    CASE = "case", _("主办件编号")
    PARTS = "parts", _("分办事项")


PUBLISHED = "procedures.version.published"
REASSIGNED = "procedures.step.reassigned"
ESCALATED = "procedures.step.escalated"
STEP_REPROJECTED = "procedures.step.reprojected"

EVENT_LABELS = {
    PUBLISHED: _("发布流程版本"),
    REASSIGNED: _("改由他人负责"),
    ESCALATED: _("超期升级"),
    STEP_REPROJECTED: _("日历公布后重算环节到期"),
}
