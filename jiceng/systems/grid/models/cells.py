"""Grids, and the places in them that carry a code of their own."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid.models.dated import in_force
from jiceng.systems.grid.terms import Level


class CellQuerySet(models.QuerySet["Cell"]):
    """Cells that are…"""

    def valid(self, at: datetime) -> "CellQuerySet":
        """…in force at the instant ``at``."""
        return self.filter(in_force(at))


class SpotQuerySet(models.QuerySet["Spot"]):
    """Places with a poster that are…"""

    def valid(self, at: datetime) -> "SpotQuerySet":
        """…in force at the instant ``at``."""
        return self.filter(in_force(at))


class Cell(models.Model):
    """A grid 网格: a polygon for which one unit answers, from one day to another.

    Three levels lie in each other: of the street, of the community, of the compound. Each has a
    chief 网格长 and may have a party branch 网格党支部 beside it.
    """

    code = models.CharField(_("网格编码"), max_length=20)
    name = models.CharField(_("网格名称"), max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("责任单位"))
    level = models.PositiveSmallIntegerField(
        _("层级"), choices=Level.choices, default=Level.COMMUNITY
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("上级网格")
    )
    chief = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("网格长")
    )
    branch = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("网格党支部")
    )
    # CGCS2000, and the polygon as it came, in which system.
    boundary = models.JSONField(_("边界"))
    sent_boundary = models.JSONField(_("报送的边界"), null=True)
    datum = models.CharField(
        _("坐标系"), max_length=10, choices=Datum.choices, default=Datum.CGCS2000
    )
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)

    objects = CellQuerySet.as_manager()

    class Meta:
        verbose_name = _("单元网格")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_until__isnull=True), name="cell_code_in_force"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="cell_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Spot(models.Model):
    """A place with a poster 点位: whoever scans its code reports from just there."""

    code = models.CharField(_("点位编码"), max_length=20, unique=True)
    name = models.CharField(_("位置"), max_length=100)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("责任单位"))
    # Degrees, CGCS2000.
    lng = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True)

    objects = SpotQuerySet.as_manager()

    class Meta:
        verbose_name = _("点位")

    def __str__(self) -> str:
        return self.name
