"""A review, who stands, who judges whom, and the ballots. Migration 0002 says what the database
refuses: the rule never changes, a ballot never changes, marks are not shown before the review is
closed, and nothing changes afterwards.
"""

from functools import lru_cache

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer, Post, Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.reviews.rules import Rule, read_rule
from jiceng.kernel.reviews.terms import REVIEW_KINDS, Interest


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews that are…"""

    def in_scope(self, scope: Scope) -> "ReviewQuerySet":
        """…answered for by a unit in ``scope``, or judged or chaired by one of its posts."""
        if scope.empty:
            return self.none()
        sits = Panelist.objects.filter(review=models.OuterRef("pk"), post__in=scope.posts)
        return self.filter(scope.q("unit") | Q(chair__in=scope.posts) | models.Exists(sits))

    def newest(self) -> "ReviewQuerySet":
        """…in their order, open ones first, then the newest."""
        return self.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-id")


class Review(models.Model):
    """A panel scores candidates 评议. Its rule is published when it opens."""

    uid = models.CharField(_("评议编号"), max_length=32, unique=True)
    kind = models.CharField(_("类别"), max_length=60)
    title = models.CharField(_("名称"), max_length=100)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="reviews", verbose_name=_("组织单位")
    )
    chair = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("主持岗位"))
    rule = models.TextField(_("评分规则"))
    fingerprint = models.CharField(_("规则指纹"), max_length=64)
    # Known before the panel is: whoever draws again comes to the same judges for everybody.
    seed = models.CharField(_("抽签种子"), max_length=32)
    opened_at = models.DateTimeField(_("公布时间"))
    closed_at = models.DateTimeField(_("截止时间"), null=True)
    reason = models.CharField(_("缺评说明"), max_length=200, blank=True)
    ballots_sha256 = models.CharField(_("评分表校验值"), max_length=64, blank=True)
    places = models.TextField(_("结果"), blank=True)
    version = models.PositiveIntegerField(_("变更次数"), default=0)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("评议")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, ballots_sha256="", places="", reason="")
                | (Q(closed_at__isnull=False) & ~Q(ballots_sha256="") & ~Q(places="")),
                name="review_closes_with_result",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="review_closes_after_opening",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-opened_at", "-id"], name="review_by_unit")]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """Return how the ledger names this review."""
        return f"reviews.review:{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this review."""
        return self.subject

    @property
    def published(self) -> Rule:
        """Return the rule as it was published."""
        return _read(self.rule)

    @property
    def kind_label(self) -> str | Promise:
        """Return what this kind of review is called."""
        kind = REVIEW_KINDS.find(self.kind)
        return kind.label if kind else self.kind


@lru_cache(maxsize=64)
def _read(text: str) -> Rule:
    """A published text never changes, so it is parsed once a process."""
    return read_rule(text)


class Candidate(models.Model):
    """Who or what is scored 评议对象; ``subject`` names it in the ledger where it has a file."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="candidates", db_index=False)
    number = models.PositiveSmallIntegerField(_("序号"))
    subject = models.CharField(_("台账对象"), max_length=120, blank=True)
    title = models.CharField(_("名称"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("所在单位"))

    class Meta:
        verbose_name = _("评议对象")
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="candidate_number_once"),
            models.UniqueConstraint(
                fields=["review", "subject"],
                condition=~Q(subject=""),
                name="candidate_subject_once",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="candidate_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        """Return what the arithmetic calls it: texts sort as the numbers do."""
        return f"{self.number:03d}"


class Panelist(models.Model):
    """A judge 评委: an officer, in the post in which they were invited."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="panel", db_index=False)
    number = models.PositiveSmallIntegerField(_("序号"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("评委"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("岗位"))
    invited_at = models.DateTimeField(_("邀请时间"))

    class Meta:
        verbose_name = _("评委")
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="panelist_number_once"),
            models.UniqueConstraint(fields=["review", "officer"], name="panelist_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="panelist_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.post}"

    @property
    def code(self) -> str:
        """Return what the arithmetic calls the judge."""
        return f"{self.number:03d}"


class Assignment(models.Model):
    """A judge is to score a candidate, or may not: ``interest`` says why."""

    panelist = models.ForeignKey(
        Panelist, models.PROTECT, related_name="assignments", db_index=False
    )
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="assignments")
    interest = models.CharField(
        _("回避"), max_length=10, choices=Interest.choices, default=Interest.NONE, blank=True
    )

    class Meta:
        verbose_name = _("评分任务")
        constraints = [
            models.UniqueConstraint(fields=["panelist", "candidate"], name="assigned_once"),
            models.CheckConstraint(
                condition=Q(interest__in=Interest.values), name="interest_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panelist_id} → {self.candidate_id}"


class Ballot(models.Model):
    """One judge's marks for one candidate, in a sealed envelope until the review is closed.

    ``commitment`` is what the ledger was told when it was cast; ``marks`` and ``salt`` are empty
    until then, and open the commitment afterwards.
    """

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="ballot")
    commitment = models.CharField(_("承诺值"), max_length=71)
    sealed = models.TextField(_("密封内容"))
    cast_at = models.DateTimeField(_("提交时间"))
    marks = models.TextField(_("分数"), blank=True)
    salt = models.CharField(_("随机数"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("评分表")
        constraints = [
            models.CheckConstraint(
                condition=Q(marks="", salt="") | (~Q(marks="") & ~Q(salt="")),
                name="ballot_opened_whole",
            )
        ]

    def __str__(self) -> str:
        return self.commitment
