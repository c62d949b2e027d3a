"""Who walks which grid how often, and what was walked."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer
from jiceng.systems.grid.models.cells import Cell
from jiceng.systems.grid.models.dated import in_force


class PatrolPlanQuerySet(models.QuerySet["PatrolPlan"]):
    """Plans that are…"""

    def valid(self, at: datetime) -> "PatrolPlanQuerySet":
        """…in force at the instant ``at``."""
        return self.filter(in_force(at))


class PatrolPlan(models.Model):
    """A grid member walks a grid so many times a week 巡查计划, from one instant to another."""

    cell = models.ForeignKey(Cell, models.PROTECT, related_name="plans", verbose_name=_("网格"))
    member = models.ForeignKey(
        Officer, models.PROTECT, related_name="patrol_plans", verbose_name=_("网格员")
    )
    rounds_a_week = models.PositiveSmallIntegerField(_("每周次数"))
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True)
    # Whose plan it was before that one left.
    taken_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("接替")
    )

    objects = PatrolPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("巡查计划")
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "member"],
                condition=Q(valid_until__isnull=True),
                name="patrol_planned_once",
            ),
            models.CheckConstraint(
                condition=Q(rounds_a_week__range=(1, 14)), name="patrol_rounds_a_week"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="patrol_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cell} {self.member}"

    @property
    def subject(self) -> str:
        """Return how the ledger names this plan."""
        return f"grid.patrol:{self.pk}"


class PatrolRound(models.Model):
    """A round that was walked 巡查记录, where and when the member pressed the button."""

    plan = models.ForeignKey(
        PatrolPlan, models.PROTECT, related_name="rounds", verbose_name=_("巡查计划")
    )
    at = models.DateTimeField(_("巡查时间"))
    # Degrees, CGCS2000; empty where the phone gave no position.
    lng = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    # Whether that position lies in the grid; unknown without one.
    inside = models.BooleanField(_("在网格内"), null=True)

    class Meta:
        verbose_name = _("巡查记录")
        indexes = [models.Index(fields=["plan", "at"], name="patrol_rounds")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.at}"
