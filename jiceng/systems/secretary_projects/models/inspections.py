"""Unannounced inspections 不定期督查: a draw that was committed to before, visits, findings."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.systems.secretary_projects.models.projects import Project


class Draw(models.Model):
    """A draw 抽签: the hash of its seed is in the ledger before anything is drawn; the seed itself
    is written there afterwards, and whoever has the candidates draws the same again.

    ``seed`` stays on this row alone until it is revealed.
    """

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("组织单位"))
    commitment = models.CharField(_("种子摘要"), max_length=64)
    seed = models.CharField(_("种子"), max_length=64)
    # As rules.drawing reads them: number, group, owner; and who inspects.
    candidates = models.JSONField(_("候选名单"))
    inspectors = models.JSONField(_("督查员名单"))
    quotas = models.JSONField(_("各组名额"))
    team_size = models.PositiveSmallIntegerField(_("每组人数"), default=1)
    committed_at = models.DateTimeField(_("公布时间"))
    drawn_at = models.DateTimeField(_("抽签时间"), null=True)
    revealed_at = models.DateTimeField(_("揭示时间"), null=True)

    class Meta:
        verbose_name = _("督查抽签")
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(drawn_at__gte=F("committed_at")),
                name="draw_after_committing",
            ),
            models.CheckConstraint(
                condition=Q(revealed_at__isnull=True)
                | Q(drawn_at__isnull=False, revealed_at__gte=F("drawn_at")),
                name="draw_revealed_after_drawing",
            ),
            models.CheckConstraint(condition=Q(team_size__gt=0), name="draw_has_a_team"),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def subject(self) -> str:
        """Return how the ledger names this draw."""
        return f"secretary_projects.draw:{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this draw."""
        return self.subject


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits that are…"""

    def made(self, at: datetime) -> "VisitQuerySet":
        """…made by ``at``."""
        return self.filter(visited_at__lte=at)


class Visit(models.Model):
    """A visit to a project 督查走访: drawn, or made of one's own accord 调研.

    Of a visit that was drawn and not made yet only who makes it knows. ``owner`` is whose project
    it was then; nobody inspects what is their own, the database says.
    """

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    draw = models.ForeignKey(
        Draw, models.PROTECT, null=True, related_name="visits", verbose_name=_("抽签")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="visits", verbose_name=_("项目")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False, verbose_name=_("党组织"))
    owner = models.ForeignKey(
        Officer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("领办书记")
    )
    inspector = models.ForeignKey(
        Officer, models.PROTECT, related_name="visits", verbose_name=_("督查员")
    )
    # The staff numbers of the whole team, the one who answers for it first.
    team = models.JSONField(_("督查组"), default=list)
    drawn_at = models.DateTimeField(_("抽中时间"))
    visited_on = models.DateField(_("走访日期"), null=True)
    visited_at = models.DateTimeField(_("记录时间"), null=True)
    words = models.TextField(_("走访情况"), max_length=2000, blank=True)
    photos = models.JSONField(_("佐证材料"), default=list)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("督查走访")
        constraints = [
            models.CheckConstraint(
                condition=~Q(inspector=F("owner")), name="visit_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(visited_at__isnull=True, visited_on__isnull=True)
                | Q(visited_at__gte=F("drawn_at"), visited_on__isnull=False),
                name="visit_after_the_draw",
            ),
            models.UniqueConstraint(
                fields=["draw", "project"],
                condition=Q(draw__isnull=False),
                name="visit_drawn_once",
            ),
        ]
        indexes = [models.Index(fields=["unit", "visited_on"], name="visits_of_unit")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.visited_on}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this visit."""
        return f"secretary_projects.visit:{self.uid}"


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings that are…"""

    def open(self) -> "FindingQuerySet":
        """…not confirmed as put right."""
        return self.filter(confirmed_at__isnull=True)


class Finding(models.Model):
    """What a visit found wrong 督查问题: put right by the owner, confirmed by who found it."""

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="findings", verbose_name=_("走访")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="findings", verbose_name=_("项目")
    )
    words = models.TextField(_("问题"), max_length=1000)
    photos = models.JSONField(_("佐证材料"))
    found_at = models.DateTimeField(_("发现时间"))
    due_on = models.DateField(_("整改期限"))
    rectified_at = models.DateTimeField(_("整改时间"), null=True)
    rectification = models.TextField(_("整改情况"), max_length=1000, blank=True)
    rectification_photos = models.JSONField(_("整改佐证"), default=list)
    confirmed_at = models.DateTimeField(_("销号时间"), null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("督查问题")
        constraints = [
            models.CheckConstraint(condition=~Q(photos=[]), name="finding_has_evidence"),
            models.CheckConstraint(condition=~Q(words=""), name="finding_has_words"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | Q(rectified_at__isnull=False, confirmed_at__gte=F("rectified_at")),
                name="finding_confirmed_after_rectifying",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this finding."""
        return f"secretary_projects.finding:{self.uid}"

    @property
    def state(self) -> str:
        """Return where it stands: open, rectified, confirmed."""
        if self.confirmed_at is not None:
            return "confirmed"
        return "rectified" if self.rectified_at is not None else "open"
