"""The words of workdays and clocks, each with its label, written once."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class LimitKind(models.TextChoices):
    """What a limit is counted in."""

    URGENT_HOURS = "urgent_hours", _("紧急工作时")
    WORK_HOURS = "work_hours", _("工作时")
    WORKDAYS = "workdays", _("工作日")
    CALENDAR_DAYS = "calendar_days", _("自然日")


class Convention(models.TextChoices):
    """Where counting begins: at the instant itself, or with the day after it."""

    ROLLING = "rolling", _("即时起算")
    NEXT_DAY = "next_day", _("次日起算")


class ClockKind(models.TextChoices):
    """Whose limit a clock measures. A level clock starts when a case is passed to the unit above,
    and counts that unit's own time while the first clock goes on.
    """

    PROMISED = "promised", _("承诺时限")
    STATUTORY = "statutory", _("法定时限")
    LEVEL = "level", _("本级时限")
    GIVEN = "given", _("指定到期日")


# A given day is counted from nothing; every other kind has a limit.
COUNTING_KINDS = (ClockKind.PROMISED, ClockKind.STATUTORY, ClockKind.LEVEL)


class Light(models.TextChoices):
    """How pressing a deadline is."""

    GREEN = "green", _("时间充裕")
    YELLOW = "yellow", _("即将到期")
    RED = "red", _("已超期")


class PauseCause(models.TextChoices):
    """Why a clock stands still."""

    HEARING = "hearing", _("听证")
    TENDER = "tender", _("招标")
    AUCTION = "auction", _("拍卖")
    INSPECTION = "inspection", _("检验")
    TESTING = "testing", _("检测")
    QUARANTINE = "quarantine", _("检疫")
    APPRAISAL = "appraisal", _("鉴定")
    EXPERT_REVIEW = "expert_review", _("专家评审")
    SUPPLEMENT = "supplement", _("补正材料")
    APPLICANT_REPLY = "applicant_reply", _("等待申请人答复")
    THIRD_PARTY = "third_party", _("等待第三方")
    VERIFICATION = "verification", _("核查核实")
    SHELVED = "shelved", _("挂账")


ARTICLE_45 = _("《中华人民共和国行政许可法》第四十五条")
ARTICLE_32 = _("《中华人民共和国行政许可法》第三十二条第一款第四项")
OWN_PROMISE = _("本机关服务承诺：等待期间不计入承诺时限")
OWN_LEVEL = _("本机关服务承诺：等待期间不计入本级时限")

STATUTORY_CAUSES: Mapping[PauseCause, Promise] = dict.fromkeys(
    [
        PauseCause.HEARING,
        PauseCause.TENDER,
        PauseCause.AUCTION,
        PauseCause.INSPECTION,
        PauseCause.TESTING,
        PauseCause.QUARANTINE,
        PauseCause.APPRAISAL,
        PauseCause.EXPERT_REVIEW,
    ],
    ARTICLE_45,
)


def _own_causes(promise: Promise) -> Mapping[PauseCause, Promise]:
    """Return what stops a limit that the office gave itself, on the strength of ``promise``."""
    return {
        **STATUTORY_CAUSES,
        PauseCause.SUPPLEMENT: ARTICLE_32,
        PauseCause.APPLICANT_REPLY: promise,
        PauseCause.THIRD_PARTY: promise,
        PauseCause.VERIFICATION: promise,
        PauseCause.SHELVED: promise,
    }


# After acceptance a supplement is not in article 45, so it stops at most what the office itself
# promised. A day that somebody else set is not ours to move, so nothing stops it.
PAUSE_CAUSES: Mapping[ClockKind, Mapping[PauseCause, Promise]] = {
    ClockKind.STATUTORY: STATUTORY_CAUSES,
    ClockKind.PROMISED: _own_causes(OWN_PROMISE),
    ClockKind.LEVEL: _own_causes(OWN_LEVEL),
    ClockKind.GIVEN: {},
}

# 延期 adds to a limit at most so often, each time on approval.
MOST_EXTENSIONS = 2

REPROJECTED = "workdays.clock.reprojected"

EVENT_LABELS = {REPROJECTED: _("日历公布后重算到期时间")}
