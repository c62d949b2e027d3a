"""Notices, and what the public says to them. What was shown is final: see migration 0002."""

from datetime import date, datetime

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.notices import rules
from jiceng.kernel.notices.terms import (
    COMMENT_SUBJECT,
    KINDS,
    LONGEST_REASON,
    LONGEST_TITLE,
    OBJECTION_SUBJECT,
    SUBJECT,
    Moderation,
    NoticeKind,
    Outcome,
    Standing,
)
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import deadline, workdays
from jiceng.kernel.workdays.terms import Convention


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices that…"""

    def on_board(self, unit: Unit, at: datetime) -> "NoticeQuerySet":
        """…hang on the board of ``unit``; a corrected one is reached from its correction."""
        return self.hanging(at).filter(boards=unit)

    def hanging(self, at: datetime) -> "NoticeQuerySet":
        """…hang on some board at ``at``, withdrawn ones too, for who read them should know."""
        return self.filter(published_at__lte=at, replaced_by__isnull=True)

    def running(self, at: datetime) -> "NoticeQuerySet":
        """…take objections and comments at ``at``."""
        return self.hanging(at).filter(withdrawn_at__isnull=True, clock__due_at__gte=at)

    def completed(self, at: datetime) -> "NoticeQuerySet":
        """…hung out their whole period and have no objection in their way."""
        over = self.hanging(at).filter(withdrawn_at__isnull=True, clock__due_at__lt=at)
        blocking = Objection.objects.blocking().filter(notice=OuterRef("pk"))
        return over.filter(~Exists(blocking), clock__provisional=False)

    def with_counts(self) -> "NoticeQuerySet":
        """…as pages show them: with unit, clock, and how many objected and commented."""
        shown = Comment.objects.shown()
        return self.select_related("unit", "clock", "replaced_by").annotate(
            objected=_count(Objection.objects.all()),
            blockers=_count(Objection.objects.blocking()),
            commented=_count(shown),
            answered=_count(shown.filter(answered_at__isnull=False)),
        )


def _count(rows: models.QuerySet) -> Coalesce:
    """Return how many of ``rows`` a notice has: counted apart, for joins would multiply."""
    own = rows.filter(notice=OuterRef("pk")).order_by().values("notice")
    return Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)


class Notice(models.Model):
    """A notice 公示: what is shown of a record, on the boards of named units, for a period.

    ``shown`` is masked and final, and ``fingerprint`` says so. The period is that of ``clock``,
    so it follows the calendar like every other deadline.
    """

    uid = models.CharField(max_length=32, unique=True)
    kind = models.CharField(_("类别"), max_length=60)
    subject = models.CharField(_("对象"), max_length=120)
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="notices", verbose_name=_("公示单位")
    )
    boards = models.ManyToManyField(Unit, related_name="hung", verbose_name=_("公开栏"))
    shown = models.JSONField(_("公示内容"))
    fingerprint = models.CharField(_("指纹"), max_length=64)
    days = models.PositiveSmallIntegerField(_("公示期（工作日）"))
    published_at = models.DateTimeField(_("公示时间"))
    published_by = models.CharField(_("发布人"), max_length=200)
    clock = models.OneToOneField(
        Clock, models.PROTECT, related_name="notice", verbose_name=_("公示期")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("更正自")
    )
    correction = models.CharField(_("更正原因"), max_length=LONGEST_REASON, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawal = models.CharField(_("撤回原因"), max_length=LONGEST_REASON, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawal="")
                | (Q(withdrawn_at__gte=F("published_at")) & ~Q(withdrawal="")),
                name="notice_withdrawn_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, correction="")
                | (Q(replaces__isnull=False) & ~Q(correction="")),
                name="notice_corrects_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gt=F("published_at")),
                name="notice_closed_after_published",
            ),
            models.CheckConstraint(
                condition=Q(days__gt=0) & ~Q(title="") & ~Q(fingerprint=""),
                name="notice_has_period_and_content",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "kind", "-id"], name="notice_of_subject"),
            models.Index(fields=["unit", "-id"], name="notice_of_unit"),
            models.Index(fields=["-published_at", "-id"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ledger_subject(self) -> str:
        """Return how the ledger names this notice."""
        return f"{SUBJECT}{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this notice."""
        return self.ledger_subject

    @property
    def definition(self) -> NoticeKind:
        """Return the kind; one whose system is gone still shows what was shown."""
        names = {name: name for name in self.shown}
        gone = NoticeKind(self.kind, self.kind, names, self.days, False, False)
        return KINDS.find(self.kind) or gone

    @property
    def opens_on(self) -> date:
        """Return the first day that counts: the first working day after publication 次日起算."""
        first = deadline(self.published_at, workdays(1, Convention.NEXT_DAY))
        return legal_day(first.due_at)

    @property
    def closes_at(self) -> datetime:
        """Return the last instant of the period."""
        return self.clock.due_at

    @property
    def closes_on(self) -> date:
        """Return the last day of the period."""
        return legal_day(self.clock.due_at)

    @property
    def provisional(self) -> bool:
        """Tell whether the period counts days of a year whose calendar is not published."""
        return self.clock.provisional

    @property
    def replacement(self) -> "Notice | None":
        """Return the correction of this notice, if there is one."""
        return getattr(self, "replaced_by", None)

    @property
    def taken_down(self) -> bool:
        """Tell whether it, or what corrected it, was withdrawn: then nobody reads it any more."""
        newest = self
        while newest.replacement is not None:
            newest = newest.replacement
        return newest.withdrawn_at is not None

    @property
    def blockers_now(self) -> int:
        """Return how many objections are in its way: as annotated, or asked."""
        known = getattr(self, "blockers", None)
        return self.objections.blocking().count() if known is None else known

    def standing(self, at: datetime) -> Standing:
        """Return where it stands at ``at``."""
        facts = rules.Facts(
            at=at,
            closes_at=self.closes_at,
            provisional=self.provisional,
            withdrawn=self.withdrawn_at is not None,
            replaced=self.replacement is not None,
            blocking=self.blockers_now,
        )
        return rules.standing(facts)

    def takes_words(self, at: datetime) -> bool:
        """Tell whether the public may object and comment at ``at``."""
        return self.published_at <= at and self.standing(at) == Standing.OPEN


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections that…"""

    def blocking(self) -> "ObjectionQuerySet":
        """…keep their notice from completing: not answered, or upheld and not corrected."""
        upheld = Q(state=Outcome.UPHELD, notice__replaced_by__isnull=True)
        return self.filter(Q(state=Outcome.OPEN) | upheld)

    def open(self) -> "ObjectionQuerySet":
        """…nobody has answered."""
        return self.filter(state=Outcome.OPEN)


class Said(models.Model):
    """Words of a resident, masked. Name, telephone and the words as typed are in the ledger.

    ``text`` is empty once the words were erased.
    """

    uid = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField(_("时间"))
    text = models.TextField(_("内容"), blank=True)
    answer = models.TextField(_("答复"), blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.CharField(_("答复人"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.uid

    @property
    def erased(self) -> bool:
        """Tell whether the words were erased."""
        return not self.text


class Objection(Said):
    """An objection 异议; ``public`` says whether its words may be read beside the answer."""

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="objections", verbose_name=_("公示")
    )
    state = models.CharField(
        _("结果"), max_length=20, choices=Outcome.choices, default=Outcome.OPEN
    )
    public = models.BooleanField(_("公开异议内容"), default=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=Outcome.OPEN, answered_at__isnull=True, public=False)
                | Q(
                    state__in=[Outcome.UPHELD, Outcome.NOT_UPHELD],
                    answered_at__gte=F("at"),
                ),
                name="objection_outcome_with_answer",
            ),
        ]
        indexes = [
            models.Index("notice", condition=Q(state=Outcome.OPEN), name="objection_open"),
        ]

    @property
    def ledger_subject(self) -> str:
        """Return how the ledger names this objection."""
        return f"{OBJECTION_SUBJECT}{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this objection."""
        return self.ledger_subject


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments that…"""

    def shown(self) -> "CommentQuerySet":
        """…may be read."""
        return self.filter(state=Moderation.SHOWN)

    def waiting(self) -> "CommentQuerySet":
        """…nobody has looked at."""
        return self.filter(state=Moderation.WAITING)


class Comment(Said):
    """A comment 留言. It is read only after somebody looked at it; a hidden one says why."""

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="comments", verbose_name=_("公示")
    )
    state = models.CharField(
        _("审核"), max_length=20, choices=Moderation.choices, default=Moderation.WAITING
    )
    moderated_at = models.DateTimeField(_("审核时间"), null=True)
    moderated_by = models.CharField(_("审核人"), max_length=200, blank=True)
    reason = models.CharField(_("不予公开的理由"), max_length=LONGEST_REASON, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("留言")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=Moderation.WAITING, moderated_at__isnull=True, reason="")
                | Q(state=Moderation.SHOWN, moderated_at__gte=F("at"), reason="")
                | (Q(state=Moderation.HIDDEN, moderated_at__gte=F("at")) & ~Q(reason="")),
                name="comment_looked_at",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True)
                | Q(state=Moderation.SHOWN, answered_at__gte=F("at")),
                name="comment_answered_where_shown",
            ),
        ]
        indexes = [
            models.Index("notice", condition=Q(state=Moderation.WAITING), name="comment_waiting"),
        ]

    @property
    def ledger_subject(self) -> str:
        """Return how the ledger names this comment."""
        return f"{COMMENT_SUBJECT}{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this comment."""
        return self.ledger_subject
