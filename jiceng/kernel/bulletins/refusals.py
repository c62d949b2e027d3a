"""What bulletins refuse."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed


class BulletinAbsent(Absent):
    """There is no such bulletin, or it is out of sight; both answer alike (404)."""

    code = "not_found"


class TypedNumber(BadInput):
    """A number was typed: numbers come from figures, or they can be changed by hand (422)."""

    code = "typed_number"
    sentence = _("正文里不能手写数字“%(number)s”。数字须写成指标，例如 {grid.reported}。")


class NameUnknown(BadInput):
    """An article names a figure that there is not (422)."""

    code = "name_unknown"
    sentence = _("没有名为“%(name)s”的指标。")


class TooManyFigures(BadInput):
    """An article that names more figures than anybody reads (422)."""

    code = "too_many_figures"
    sentence = _("一篇简报最多引用200个指标。")


class NothingWritten(BadInput):
    """An article without title or words (422)."""

    code = "nothing_written"
    sentence = _("请填写标题和正文。")


class EditedMeanwhile(Conflict):
    """Somebody else has edited the bulletin since the page was drawn (409)."""

    code = "edited_meanwhile"
    sentence = _("其他人刚刚改过这篇简报，请重新打开后再改。")


class AlreadyIssued(Conflict):
    """An issued bulletin stays as it is (409)."""

    code = "already_issued"
    sentence = _("已印发的简报不再修改；数字有误请更正记录后另发一期。")


class MayNotWrite(NotAllowed):
    """Only who keeps the figures of the unit writes its bulletins (403)."""

    code = "may_not_write"
    sentence = _("只有本单位或上级单位的统计员可以编写简报。")
