"""What the arithmetic refuses. Apart from ``rules``, which is plain Python."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict


class NoCriteria(BadInput):
    """A rule without a criterion measures nothing (422)."""

    code = "no_criteria"
    sentence = _("评分规则至少要有一项指标。")


class BadWeight(BadInput):
    """A weight that nobody can count with (422)."""

    code = "bad_weight"
    sentence = _("权重须为大于 0、不超过 1000 的数，至多四位小数。")


class BadBest(BadInput):
    """A best mark that nobody can give (422)."""

    code = "bad_best"
    sentence = _("满分须为大于 0、不超过 1000 的数，至多两位小数。")


class BadRule(BadInput):
    """A rule that contradicts itself (422)."""

    code = "bad_rule"
    sentence = _("评分规则有误：指标代码重复、指标过多或计分方式不明。")


class MarkMissing(BadInput):
    """A criterion without a mark (422)."""

    code = "mark_missing"
    sentence = _("每项指标都要打分。")


class MarkUnknown(BadInput):
    """A mark for what is no criterion (422)."""

    code = "mark_unknown"
    sentence = _("评分表里有规则之外的指标。")


class MarkOutOfRange(BadInput):
    """A mark below nought, above the best one, or no number (422)."""

    code = "mark_out_of_range"
    sentence = _("分数须在 0 到满分之间。")


class MarkTooFine(BadInput):
    """A mark finer than is published (422)."""

    code = "mark_too_fine"
    sentence = _("分数至多两位小数。")


class SecondBallot(Conflict):
    """The judge has scored the candidate already (409)."""

    code = "second_ballot"
    sentence = _("您已经给这个对象打过分，评分提交后不能再改。")
