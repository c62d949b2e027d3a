"""The words of reviews, each with its label, written once."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.registry import Registry
from jiceng.kernel.orgs.terms import ORG_ADMIN, UNIT_HEAD

MOST_CANDIDATES, MOST_JUDGES = 200, 50


class Interest(TextChoices):
    """Why a judge does not score a candidate."""

    NONE = "", _("无需回避")
    UNIT = "unit", _("本单位或上下级")
    DECLARED = "declared", _("本人申请回避")


class Normalise(TextChoices):
    """What a ballot is worth."""

    RAW = "raw", _("原始分")
    Z = "z", _("标准分")


class Ties(TextChoices):
    """How those after equals are numbered."""

    SHARED = "shared", _("并列占位：1、2、2、4")
    DENSE = "dense", _("并列不占位：1、2、2、3")


@dataclass(frozen=True)
class ReviewKind:
    """A kind of review, and the roles that may open one and answer for it."""

    code: str
    label: str | Promise
    chairs: frozenset[str]


REVIEW_KINDS: Registry[ReviewKind] = Registry("review kind")


def register_review_kind(
    code: str, label: str | Promise, chairs: Collection[str] = (UNIT_HEAD.code,)
) -> ReviewKind:
    """Register a kind of review of a system; a code in use raises ``ValueError``."""
    return REVIEW_KINDS.add(code, ReviewKind(code, label, frozenset(chairs)))


# What an office reviews without a system of its own for it.
GENERAL = register_review_kind("reviews.general", _("综合评审"), (UNIT_HEAD.code, ORG_ADMIN.code))

OPENED = "reviews.review.opened"
INVITED = "reviews.review.invited"
STOOD_ASIDE = "reviews.interest.declared"
CAST = "reviews.ballot.cast"
CLOSED = "reviews.review.closed"

EVENT_LABELS = {
    OPENED: _("公布评议规则"),
    INVITED: _("邀请评委"),
    STOOD_ASIDE: _("申请回避"),
    CAST: _("提交评分"),
    CLOSED: _("评议截止并拆封"),
}
