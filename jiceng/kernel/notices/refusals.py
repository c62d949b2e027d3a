"""Why something cannot be put on a board, or said to it."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict


class NotShowable(BadInput):
    """A field that the kind does not allow, or a value that is neither text nor lines (422)."""

    code = "not_showable"
    sentence = _("这一项不在本类公示的公开范围内，或不能公开展示。")


class NothingShown(BadInput):
    """A notice without title or content (422)."""

    code = "nothing_shown"
    sentence = _("公示须有标题和内容。")


class NoBoard(BadInput):
    """A notice that hangs nowhere (422)."""

    code = "no_board"
    sentence = _("请至少选择一个公开栏。")


class BadPeriod(BadInput):
    """A period of no working day, or of more than a year (422)."""

    code = "bad_public_period"
    sentence = _("公示期应为1至365个工作日。")


class Wordless(BadInput):
    """Nothing was said (422)."""

    code = "wordless"
    sentence = _("请填写内容。")


class NothingChanged(BadInput):
    """A correction that says what is shown already (422)."""

    code = "nothing_changed"
    sentence = _("内容没有变化，无需更正。")


class PeriodOver(Conflict):
    """The public may not take part in this notice, or no longer (409)."""

    code = "period_over"
    sentence = _("这份公示已结束，不再接受异议和留言。")


class NotTaken(Conflict):
    """This kind takes no objections, or no comments (409)."""

    code = "not_taken"
    sentence = _("这类公示不接受此项意见。")


class PeriodRunning(Conflict):
    """The period is not over (409)."""

    code = "period_running"
    sentence = _("公示期未满，不能结束。")


class PeriodProvisional(Conflict):
    """The period counts days of a year whose calendar is not published (409)."""

    code = "period_provisional"
    sentence = _("公示期跨入的年份尚未公布放假安排，公布后才能结束。")


class ObjectionsOpen(Conflict):
    """Objections stand in the way (409)."""

    code = "objections_open"
    sentence = _("还有异议没有处理，请先答复；成立的异议须更正公示。")


class NoticeEnded(Conflict):
    """The notice was withdrawn, corrected or closed before (409)."""

    code = "notice_ended"
    sentence = _("这份公示已撤回、更正或结束。")


class AlreadyAnswered(Conflict):
    """Somebody has answered or moderated before (409)."""

    code = "already_answered"
    sentence = _("这一条已经处理过了。")


class NotPublic(Conflict):
    """A comment is answered where it may be read (409)."""

    code = "not_public"
    sentence = _("留言公开后才能答复。")
