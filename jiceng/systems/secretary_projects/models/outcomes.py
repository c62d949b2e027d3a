"""What came of it: indicators, each with its measure, and results that are never mixed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.models.projects import Project
from jiceng.systems.secretary_projects.rules.outcomes import Measured
from jiceng.systems.secretary_projects.terms import Aggregation, OutcomeKind


class Indicator(models.Model):
    """What is counted 指标: its kind, unit of measure, baseline, and what may be added up."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    label = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=20, choices=OutcomeKind.choices)
    measure = models.CharField(_("计量单位"), max_length=10)
    # What one counts by: 个、件. The measure is that of the amounts.
    counted_in = models.CharField(_("量词"), max_length=10)
    aggregation = models.CharField(_("汇总方式"), max_length=10, choices=Aggregation.choices)
    definition = models.CharField(_("口径"), max_length=200)
    baseline = models.DecimalField(_("基线"), max_digits=14, decimal_places=2)
    baseline_on = models.DateField(_("基线日期"))
    set_at = models.DateTimeField(_("设定时间"))

    class Meta:
        verbose_name = _("成效指标")
        constraints = [
            models.CheckConstraint(
                condition=~Q(measure="") & ~Q(label="") & ~Q(definition="") & ~Q(counted_in=""),
                name="indicator_says_all",
            ),
            models.CheckConstraint(condition=Q(baseline__gte=0), name="indicator_baseline"),
        ]

    def __str__(self) -> str:
        return self.label


class Result(models.Model):
    """A result 成效: an enterprise attracted, a problem solved, rent collected.

    ``amount`` is in the measure of the indicator, investment in 万元 for an enterprise; a thing
    that is only counted has none. ``achieved_on`` is empty while a problem is still open.
    """

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="results", verbose_name=_("指标")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="results", verbose_name=_("项目")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False, verbose_name=_("党组织"))
    name = models.CharField(_("内容"), max_length=120)
    opened_on = models.DateField(_("发生日期"))
    achieved_on = models.DateField(_("达成日期"), null=True)
    amount = models.DecimalField(_("数额"), max_digits=14, decimal_places=2, null=True)
    measure = models.CharField(_("计量单位"), max_length=10)
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("成效记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="result_not_negative"
            ),
            models.CheckConstraint(condition=~Q(measure=""), name="result_has_a_measure"),
            models.CheckConstraint(
                condition=Q(achieved_on__isnull=True) | Q(achieved_on__gte=F("opened_on")),
                name="result_achieved_after_opening",
            ),
        ]
        indexes = [models.Index(fields=["unit", "achieved_on"], name="results_of_unit")]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this result."""
        return f"secretary_projects.result:{self.uid}"

    @property
    def measured(self) -> Measured:
        """Return the value as the rules reckon with it."""
        return Measured(self.indicator.code, self.amount, self.measure, self.achieved_on)
