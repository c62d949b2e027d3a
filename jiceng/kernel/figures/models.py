"""Marks, cells, and what was published."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit


class Grain(models.TextChoices):
    """Over how long a cell counts, and whether what the unit itself has or what all below it have
    together, so that a subtree is two cells however many units it has."""

    DAY = "day", _("本级日")
    MONTH = "month", _("本级月")
    DAY_BELOW = "day_below", _("下级日")
    MONTH_BELOW = "month_below", _("下级月")


class Mark(models.Model):
    """A mark 待重数: what was counted of a unit's day may have changed. Triggers write it in the
    very transaction of the change, the worker takes it away when it has counted again."""

    source = models.CharField(max_length=200)
    unit = models.ForeignKey(
        Unit, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()

    class Meta:
        verbose_name = _("待重数标记")

    def __str__(self) -> str:
        return f"{self.source} {self.unit_id} {self.day}"


class Rollup(models.Model):
    """A figure that is counted in advance 汇总, for as long as its definition stays as it is."""

    figure = models.CharField(_("指标"), max_length=100, unique=True)
    source = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    built_at = models.DateTimeField()
    # Of how many days the number still changes by the clock alone.
    unsettled = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("指标汇总")

    def __str__(self) -> str:
        return self.figure


class Cell(models.Model):
    """What a unit adds to a figure in a day or month, itself or by those below it.

    ``number`` is in whole smallest units. The cell of a unit's own day is right for every view as
    of ``good_from`` or later, and all others are sums of those; a day without cell is nought.
    """

    rollup = models.ForeignKey(Rollup, models.CASCADE, db_index=False, related_name="cells")
    grain = models.CharField(max_length=11, choices=Grain.choices)
    day = models.DateField()
    unit = models.ForeignKey(
        Unit, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.BigIntegerField()
    good_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("汇总数")
        constraints = [
            models.UniqueConstraint(
                fields=["rollup", "unit", "grain", "day"], name="figures_cell_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["rollup", "good_from"],
                condition=models.Q(grain="day"),
                name="figures_cell_late",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rollup_id} {self.grain} {self.day} {self.unit_id}: {self.number}"


class PublishedQuerySet(models.QuerySet["Published"]):
    """Published values that…"""

    def newest(self) -> "PublishedQuerySet":
        """…no correction replaces."""
        return self.filter(replaced_by__isnull=True)

    def of(self, figure: str, unit: Unit) -> "PublishedQuerySet":
        """…are of one figure and one unit, the newest first."""
        return self.filter(figure=figure, unit=unit).order_by("-pk")


class Published(models.Model):
    """A published value 已发布的数: what was said, of which definition, as of when, and a hash of
    the rows behind it. The database refuses to change or delete it."""

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    figure = models.CharField(_("指标"), max_length=100)
    label = models.CharField(_("名称"), max_length=200)
    definition = models.TextField(_("口径"))
    measure = models.CharField(_("计量单位"), max_length=20)
    fingerprint = models.CharField(_("口径指纹"), max_length=64)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    period = models.CharField(_("统计期"), max_length=30, blank=True)
    as_of = models.DateTimeField(_("截至"))
    # Decimals as text: they are quoted, never added up.
    number = models.CharField(_("数值"), max_length=40, blank=True)
    part = models.CharField(_("分子"), max_length=40, blank=True)
    whole = models.CharField(_("分母"), max_length=40, blank=True)
    text = models.CharField(_("公布的数"), max_length=40)
    rows_sha256 = models.CharField(_("明细指纹"), max_length=64)
    epoch = models.PositiveIntegerField(_("台账纪元"), default=0)
    position = models.BigIntegerField(_("台账位置"), default=0)
    published_at = models.DateTimeField(_("发布时间"))
    reason = models.CharField(_("更正理由"), max_length=500, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("更正")
    )

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("已发布的数")
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "unit", "period", "as_of"],
                condition=models.Q(replaces__isnull=True),
                name="figures_published_once",
            ),
            models.CheckConstraint(
                condition=models.Q(replaces__isnull=True, reason="")
                | (models.Q(replaces__isnull=False) & ~models.Q(reason="")),
                name="figures_corrected_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.period}：{self.text}"

    @property
    def subject(self) -> str:
        """Return how the ledger names this value."""
        return f"figures.published:{self.uid}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this value."""
        return self.subject
