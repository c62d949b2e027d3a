"""Clocks, their pauses and their extensions."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.workdays.rules import Limit
from jiceng.kernel.workdays.terms import (
    COUNTING_KINDS,
    MOST_EXTENSIONS,
    ClockKind,
    Convention,
    LimitKind,
    PauseCause,
)


class ClockQuerySet(models.QuerySet["Clock"]):
    """Clocks that are…"""

    def of(self, subject: str) -> "ClockQuerySet":
        """…about one subject."""
        return self.filter(subject=subject)

    def running(self) -> "ClockQuerySet":
        """…not stopped; a paused clock still is not."""
        return self.filter(stopped_at__isnull=True)


class Clock(models.Model):
    """A limit that runs for a subject: a budget, a start, ledgers of pauses and extensions.

    ``due_at`` is derived from these and the calendar, and kept here because inboxes sort by it;
    ``manage.py workdays rebuild`` derives it again. While ``paused_at`` is set it stands where the
    pauses so far have moved it. ``changed_at`` is the last start, pause, resumption, extension,
    stop or restart.
    """

    subject = models.CharField(_("对象"), max_length=120)
    kind = models.CharField(_("时限性质"), max_length=20, choices=ClockKind.choices)
    limit_kind = models.CharField(
        _("计时单位"), max_length=20, choices=LimitKind.choices, blank=True
    )
    limit_amount = models.DecimalField(_("数量"), max_digits=8, decimal_places=2, null=True)
    convention = models.CharField(_("起算"), max_length=20, choices=Convention.choices, blank=True)
    started_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("到期时间"))
    provisional = models.BooleanField(_("到期时间待定"), default=False)
    calendar_version = models.CharField(_("日历版本"), max_length=30, blank=True)
    changed_at = models.DateTimeField(_("最近变化"))
    paused_at = models.DateTimeField(_("停表时间"), null=True)
    stopped_at = models.DateTimeField(_("计时结束"), null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("时钟")
        constraints = [
            # A comparison with NULL is neither true nor false, and SQL lets that pass a check.
            models.CheckConstraint(
                condition=Q(kind=ClockKind.GIVEN, limit_kind="", limit_amount__isnull=True)
                | Q(
                    kind__in=COUNTING_KINDS,
                    limit_kind__in=LimitKind.values,
                    convention__in=Convention.values,
                    limit_amount__isnull=False,
                    limit_amount__gt=0,
                ),
                name="clock_limit_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("started_at")), name="clock_due_after_start"
            ),
            models.CheckConstraint(
                condition=Q(changed_at__gte=F("started_at"))
                # Later than the pause there is at most an extension.
                & (
                    Q(paused_at__isnull=True)
                    | Q(paused_at__gte=F("started_at"), paused_at__lte=F("changed_at"))
                )
                & (
                    Q(stopped_at__isnull=True)
                    | Q(stopped_at=F("changed_at"), paused_at__isnull=True)
                ),
                name="clock_changes_in_order",
            ),
        ]
        indexes = [
            models.Index("subject", name="clock_subject"),
            models.Index(
                "calendar_version", condition=Q(stopped_at__isnull=True), name="clock_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.get_kind_display()}"

    @property
    def limit(self) -> Limit | None:
        """Return the original limit, or ``None`` where somebody else set the day."""
        if self.limit_amount is None:
            return None
        return Limit(self.limit_kind, Decimal(self.limit_amount), self.convention)

    @property
    def whole_limit(self) -> Limit | None:
        """Return the limit with its extensions, which are read unless they were prefetched."""
        if self.limit is None:
            return None
        return self.limit.longer_by(extension.amount for extension in self.extensions.all())


class Pause(models.Model):
    """A time that does not count: why, on what basis, from when to when."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses", verbose_name=_("时钟"))
    cause = models.CharField(_("停表事由"), max_length=20, choices=PauseCause.choices)
    basis = models.CharField(_("依据"), max_length=200)
    started_at = models.DateTimeField(_("停表时间"))
    ended_at = models.DateTimeField(_("恢复时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("停表记录")
        constraints = [
            models.UniqueConstraint(
                "clock", condition=Q(ended_at__isnull=True), name="pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=PauseCause.values) & ~Q(basis=""), name="pause_has_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.started_at}"


class Extension(models.Model):
    """Time that was added to a limit: the how-manieth, how much, on what basis, granted when.

    ``amount`` is in the unit of the clock's own limit.
    """

    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="extensions", verbose_name=_("时钟")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    amount = models.DecimalField(_("延长数量"), max_digits=8, decimal_places=2)
    basis = models.CharField(_("依据"), max_length=200)
    granted_at = models.DateTimeField(_("批准时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("延期记录")
        constraints = [
            models.UniqueConstraint("clock", "number", name="extension_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_EXTENSIONS),
                name="extension_at_most_two",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(basis=""), name="extension_has_amount_and_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} +{self.amount} {self.granted_at}"
