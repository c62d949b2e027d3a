"""The plan of a project 一项一策, and what is reported of it month by month."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.systems.secretary_projects.models.projects import Project
from jiceng.systems.secretary_projects.rules.progress import Standing
from jiceng.systems.secretary_projects.terms import Duty


class PlanStepQuerySet(models.QuerySet["PlanStep"]):
    """Steps that are…"""

    def standing(self) -> "PlanStepQuerySet":
        """…part of the plan as it is now, in their order."""
        return self.filter(dropped_at__isnull=True).order_by("due_on", "id")


class PlanStep(models.Model):
    """A step of a plan 步骤: due day, expected result, owner, weight; what the owner claims 自报
    and what an inspection found 核查, each in percent.

    ``verified_claim`` is what was claimed when the inspection looked: found less than that, it
    contradicts, and does so until the next look.
    """

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="plan", db_index=False, verbose_name=_("项目")
    )
    name = models.CharField(_("步骤"), max_length=100)
    expected = models.CharField(_("预期成果"), max_length=200)
    owner = models.CharField(_("责任人"), max_length=60)
    due_on = models.DateField(_("时间节点"))
    weight = models.DecimalField(_("权重"), max_digits=8, decimal_places=3, null=True)
    claimed = models.DecimalField(_("自报进度"), default=Decimal(0), max_digits=5, decimal_places=2)
    claimed_at = models.DateTimeField(_("自报时间"), null=True)
    done_at = models.DateTimeField(_("自报完成时间"), null=True)
    verified = models.DecimalField(_("核查进度"), null=True, max_digits=5, decimal_places=2)
    verified_claim = models.DecimalField(
        _("核查时自报进度"), null=True, max_digits=5, decimal_places=2
    )
    verified_at = models.DateTimeField(_("核查时间"), null=True)
    set_at = models.DateTimeField(_("列入时间"))
    dropped_at = models.DateTimeField(_("取消时间"), null=True)

    objects = PlanStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("方案步骤")
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gt=0), name="step_weight_positive"
            ),
            models.CheckConstraint(
                condition=Q(claimed__gte=0, claimed__lte=100)
                & (Q(verified__isnull=True) | Q(verified__gte=0, verified__lte=100)),
                name="step_progress_in_percent",
            ),
            models.CheckConstraint(
                condition=Q(
                    verified__isnull=True, verified_claim__isnull=True, verified_at__isnull=True
                )
                | Q(
                    verified__isnull=False, verified_claim__isnull=False, verified_at__isnull=False
                ),
                name="step_verified_whole",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(expected="") & ~Q(owner=""), name="step_says_all"
            ),
        ]
        indexes = [models.Index(fields=["project", "due_on"], name="plan_of_project")]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        """Return the numbers that the rules reckon with."""
        return Standing(
            due_on=self.due_on,
            weight=self.weight,
            claimed=self.claimed,
            verified=self.verified,
            verified_claim=self.verified_claim,
            done_at=self.done_at,
        )


class Report(models.Model):
    """What was reported of a project for a period 调度记录: facts computed at that instant, and the
    comment of a person. One a period, the database says."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="reports", db_index=False, verbose_name=_("项目")
    )
    duty = models.CharField(_("种类"), max_length=12, choices=Duty.choices)
    period_start = models.DateField(_("期初"))
    period_end = models.DateField(_("期末"))
    due_at = models.DateTimeField(_("应报时间"))
    at = models.DateTimeField(_("上报时间"))
    facts = models.JSONField(_("系统数据"))
    blockers = models.TextField(_("堵点难点"), max_length=1000, blank=True)
    comment = models.TextField(_("说明"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("调度记录")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "duty", "period_start"], name="reported_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=models.F("period_start")), name="report_period_has_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.duty} {self.period_start}"

    @property
    def on_time(self) -> bool:
        """Tell whether it came before the day began on which it is late."""
        return self.at < self.due_at
