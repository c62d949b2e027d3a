"""Cells, categories, and incidents. The run of an incident is the kernel's case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.workdays.service import Limit
from jiceng.kernel.workdays.terms import Convention, LimitKind
from jiceng.systems.grid.terms import Judgement, Kind, Source


def _in_force(at: datetime) -> Q:
    """Versions begin with their first instant and end before their last."""
    return Q(valid_from__lte=at) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at))


class CellQuerySet(models.QuerySet["Cell"]):
    """Cells that are…"""

    def valid(self, at: datetime) -> "CellQuerySet":
        """…in force at the instant ``at``."""
        return self.filter(_in_force(at))


class CategoryQuerySet(models.QuerySet["Category"]):
    """Versions of categories that are…"""

    def valid(self, at: datetime) -> "CategoryQuerySet":
        """…in force at the instant ``at``: at most one of each code."""
        return self.filter(_in_force(at))


class Cell(models.Model):
    """A unit grid 单元网格: a polygon for which one unit answers, from one day to another."""

    code = models.CharField(_("网格编码"), max_length=20)
    name = models.CharField(_("网格名称"), max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("责任单位"))
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


class Category(models.Model):
    """A version of a category of the filing standard 立案标准: what may be reported, how long it
    may take and when it is done, from one instant to another."""

    code = models.CharField(_("编码"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    group = models.CharField(_("大类"), max_length=60, blank=True)
    condition = models.CharField(_("立案条件"), max_length=200, blank=True)
    closing_condition = models.CharField(_("结案标准"), max_length=200)
    limit_kind = models.CharField(_("时限类型"), max_length=20, choices=LimitKind.choices)
    limit_amount = models.PositiveSmallIntegerField(_("时限"))
    convention = models.CharField(
        _("起算"), max_length=20, choices=Convention.choices, default=Convention.ROLLING
    )
    responsible_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("责任单位")
    )
    supervising_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("监管单位")
    )
    needs_verification = models.BooleanField(_("需核实"), default=True)
    anonymous_allowed = models.BooleanField(_("允许匿名"), default=False)
    # Never shown to the public, in no list and on no map.
    sensitive = models.BooleanField(_("敏感"), default=False)
    # Metres within which two reports may be the same; nought asks nothing.
    duplicate_radius = models.PositiveSmallIntegerField(_("查重半径"), default=0)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("立案标准")
        constraints = [
            models.CheckConstraint(condition=Q(limit_amount__gt=0), name="category_has_a_limit"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_until__isnull=True),
                name="category_code_in_force",
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="category_begins_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="category_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def says(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the version has just these values."""
        return all(getattr(self, field) == value for field, value in values.items())

    @property
    def limit(self) -> Limit:
        """Return the promise to the reporter."""
        return Limit(self.limit_kind, self.limit_amount, self.convention)


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
    # Where it came from when it was not reported here: the same row is never taken in twice.
    origin = models.CharField(_("外部来源"), max_length=40, blank=True)
    origin_number = models.CharField(_("外部编号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("网格事件")
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
