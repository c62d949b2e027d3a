"""The words of notices, each with its label, written once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.registry import Registry
from jiceng.kernel.orgs.terms import UNIT_HEAD, register_role

SUBJECT = "notices.notice:"
OBJECTION_SUBJECT = "notices.objection:"
COMMENT_SUBJECT = "notices.comment:"
# The kind under which the search keeps the cards of notices.
SEARCHED = "notice"

BOARD_KEEPER = register_role("board_keeper", _("公开栏管理员"), "subtree")
# Who moderates, answers, withdraws and corrects, for their own unit and those below it.
KEEPERS = (BOARD_KEEPER.code, UNIT_HEAD.code)

PUBLISHED = "notices.notice.published"
CORRECTED = "notices.notice.corrected"
WITHDRAWN = "notices.notice.withdrawn"
CLOSED = "notices.notice.closed"
OBJECTED = "notices.objection.raised"
OBJECTION_ANSWERED = "notices.objection.answered"
COMMENTED = "notices.comment.made"
MODERATED = "notices.comment.moderated"
COMMENT_ANSWERED = "notices.comment.answered"

LONGEST_TITLE = 200
LONGEST_TEXT = 2_000
LONGEST_REASON = 500
LONGEST_NAME = 50
MOST_DAYS = 365


class Standing(models.TextChoices):
    """Where a notice stands. The database keeps the facts; this is what follows from them."""

    OPEN = "open", _("公示中")
    PROVISIONAL = "provisional", _("等待日历公布")
    BLOCKED = "blocked", _("有异议待处理")
    COMPLETED = "completed", _("公示期满")
    REPLACED = "replaced", _("已更正")
    WITHDRAWN = "withdrawn", _("已撤回")


class Outcome(models.TextChoices):
    """What became of an objection."""

    OPEN = "open", _("待答复")
    UPHELD = "upheld", _("异议成立")
    NOT_UPHELD = "not_upheld", _("异议不成立")


class Moderation(models.TextChoices):
    """Whether a comment may be read."""

    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("已公开")
    HIDDEN = "hidden", _("不予公开")


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice: what may be shown of a record, and how the public takes part.

    ``fields`` is the allow-list, in the order of showing; ``days`` are working days.
    """

    code: str
    label: str | Promise
    fields: Mapping[str, str | Promise] = field(hash=False)
    days: int
    objections: bool
    comments: bool


KINDS: Registry[NoticeKind] = Registry("kind of notice")


def register_kind(
    code: str,
    label: str | Promise,
    fields: Mapping[str, str | Promise],
    days: int = 5,
    objections: bool = True,
    comments: bool = True,
) -> NoticeKind:
    """Register a kind; a code in use, no field or an impossible period raises ``ValueError``."""
    if not fields or not 0 < days <= MOST_DAYS:
        raise ValueError(f"kind of notice {code}: needs fields, and 1 to {MOST_DAYS} days")
    return KINDS.add(code, NoticeKind(code, label, dict(fields), days, objections, comments))
