"""What figures refuse. Apart from ``rules``, which is plain Python."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed


class BadPeriod(BadInput):
    """A period that ends before it begins, or that nobody can read (422)."""

    code = "period_unusable"
    sentence = _("统计期不正确：止日须晚于起日。")


class BadAsOf(BadInput):
    """A number as of a day that has not come, or of no instant at all (422)."""

    code = "as_of_unusable"
    sentence = _("统计截止时间不正确，不能晚于现在。")


class NotAPart(BadInput):
    """The part of a ratio is not among its whole (422)."""

    code = "not_a_part"
    sentence = _("比率的分子不在分母之内。")


class FigureAbsent(Absent):
    """No figure has this code (404)."""

    code = "figure_unknown"
    sentence = _("没有这个指标。")


class UnitAbsent(Absent):
    """The unit does not exist, or is out of sight; both answer alike (404)."""

    code = "figure_unit_unknown"
    sentence = _("没有这个单位，或您无权查看。")


class NoReason(BadInput):
    """A correction that does not say why (422)."""

    code = "reason_missing"
    sentence = _("更正须写明理由。")


class AlreadyPublished(Conflict):
    """The same figure, unit, period and day were published before (409)."""

    code = "already_published"
    sentence = _("这个指标在该统计期已经发布过；有变化请更正。")


class AlreadyCorrected(Conflict):
    """A published value is corrected once; the next correction corrects that one (409)."""

    code = "already_corrected"
    sentence = _("这个数已经更正过，请更正最近一次发布的数。")


class MayNotPublish(NotAllowed):
    """Only who keeps the figures of the unit publishes them (403)."""

    code = "may_not_publish"
    sentence = _("只有本单位或上级单位的统计员可以发布指标。")
