"""What was reported, and what its reporters thought of the end. The run of an incident is the
kernel's case."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models.cells import Cell, Spot
from jiceng.systems.grid.models.routing import RoutingRule
from jiceng.systems.grid.models.standards import Category
from jiceng.systems.grid.terms import Judgement, Source


class Incident(models.Model):
    """What was reported 事件: the category, the words, the place; ``case`` says where it stands."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, verbose_name=_("办件"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, verbose_name=_("立案标准"), db_index=False
    )
    cell = models.ForeignKey(
        Cell, models.PROTECT, null=True, verbose_name=_("单元网格"), db_index=False
    )
    source = models.CharField(_("来源"), max_length=20, choices=Source.choices)
    description = models.TextField(_("情况描述"), max_length=500, blank=True)
    place = models.CharField(_("位置"), max_length=200, blank=True)
    # Degrees, CGCS2000, and what was sent, in which system: the conversion can be done again.
    lng = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    sent_lng = models.FloatField(_("上报的经度"), null=True)
    sent_lat = models.FloatField(_("上报的纬度"), null=True)
    datum = models.CharField(_("坐标系"), max_length=10, choices=Datum.choices, blank=True)
    judgement = models.CharField(
        _("研判结论"), max_length=20, choices=Judgement.choices, blank=True
    )
    spot = models.ForeignKey(
        Spot, models.PROTECT, null=True, verbose_name=_("点位"), db_index=False
    )
    anonymous = models.BooleanField(_("匿名"), default=False)
    # How many reports of this place and category the window held when this one came, itself too.
    repeats = models.PositiveSmallIntegerField(_("重复反映"), default=1)
    major_candidate = models.BooleanField(_("疑似重大"), default=False)
    # Where the rules would send it, by which rule, and why in a sentence; kept as it was then.
    routed_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("建议派往"),
    )
    routed_by = models.ForeignKey(
        RoutingRule,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("派遣规则"),
    )
    routing_reason = models.CharField(_("派遣依据"), max_length=300, blank=True)
    reopenings = models.PositiveSmallIntegerField(_("重新办理次数"), default=0)
    # A lateness that an appeal excused: it stays late, and counts in no ratio.
    excused = models.BooleanField(_("申诉成立"), default=False)
    # Where it came from when it was not reported here: the same row is never taken in twice.
    origin = models.CharField(_("外部来源"), max_length=40, blank=True)
    origin_number = models.CharField(_("外部编号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("网格事件")
        indexes = [
            models.Index(fields=["category", "lat"], name="incident_near"),
            models.Index(fields=["cell"], name="incident_in_cell"),
            models.Index(fields=["lat", "lng"], name="incident_on_map"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "origin_number"],
                condition=~Q(origin=""),
                name="imported_once",
            ),
            models.CheckConstraint(
                condition=Q(lng__isnull=True, lat__isnull=True)
                | Q(lng__isnull=False, lat__isnull=False),
                name="incident_has_both_or_no_coordinate",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)


class Rating(models.Model):
    """What a reporter thought of how it was dealt with 评价; each reporter has one, of the own
    number. A case that is reopened may be rated again, and the last word counts."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, verbose_name=_("办件"))
    effect = models.PositiveSmallIntegerField(_("效果"))
    speed = models.PositiveSmallIntegerField(_("速度"))
    solved = models.BooleanField(_("已解决"))
    at = models.DateTimeField(_("评价时间"))

    class Meta:
        verbose_name = _("评价")
        constraints = [
            models.CheckConstraint(
                condition=Q(effect__range=(1, 5), speed__range=(1, 5)), name="rating_in_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.effect}/{self.speed}"


class PhotoFinding(models.Model):
    """What a look at an after-photo found 照片核查: advice to who verifies, never a verdict."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="photo_findings", verbose_name=_("办件")
    )
    photo = models.CharField(_("照片"), max_length=32)
    code = models.CharField(_("发现"), max_length=20)
    # Metres, hours, or the number of the case of the earlier photo, as the finding has them.
    detail = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = _("照片核查")
        constraints = [models.UniqueConstraint(fields=["photo", "code"], name="photo_found_once")]

    def __str__(self) -> str:
        return f"{self.photo} {self.code}"
