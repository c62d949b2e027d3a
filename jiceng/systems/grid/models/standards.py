"""The filing standard, version by version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.workdays.service import Limit
from jiceng.kernel.workdays.terms import Convention, LimitKind
from jiceng.systems.grid.models.dated import in_force
from jiceng.systems.grid.terms import Kind


class CategoryQuerySet(models.QuerySet["Category"]):
    """Versions of categories that are…"""

    def valid(self, at: datetime) -> "CategoryQuerySet":
        """…in force at the instant ``at``: at most one of each code."""
        return self.filter(in_force(at))


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
