"""Rules that say where a case goes 派遣规则."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid.models.dated import in_force


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    """Rules that are…"""

    def valid(self, at: datetime) -> "RoutingRuleQuerySet":
        """…in force at the instant ``at``, in the order in which they are asked."""
        return self.filter(in_force(at)).order_by("position", "id")


class RoutingRule(models.Model):
    """A version of a rule: when all ``conditions`` hold, the case goes to ``unit``. The first rule
    that holds decides. Without ``valid_from`` it is a draft."""

    code = models.CharField(_("规则编码"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    position = models.PositiveSmallIntegerField(_("次序"))
    # {"categories": [code], "groups": [text], "kinds": [], "cells": [code], "units": [code of the
    # answering unit or one above it], "sources": [], "weekdays": [1-7], "hours": [from, until]}
    conditions = models.JSONField(_("条件"), default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("派往单位"))
    valid_from = models.DateTimeField(_("生效时间"), null=True)
    valid_until = models.DateTimeField(_("失效时间"), null=True)
    # Since when it points at something that is gone, and at what: it stays visible.
    broken_since = models.DateTimeField(_("失灵时间"), null=True)
    broken_reason = models.CharField(_("失灵原因"), max_length=200, blank=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("派遣规则")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_from__isnull=False, valid_until__isnull=True),
                name="routing_rule_in_force_once",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_from__isnull=True, valid_until__isnull=True),
                name="routing_rule_one_draft",
            ),
            # Two rules in one place would be asked in an order that nobody has chosen.
            models.UniqueConstraint(
                fields=["position"],
                condition=Q(valid_from__isnull=False, valid_until__isnull=True),
                name="routing_rule_one_place",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="routing_rule_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(broken_since__isnull=True, broken_reason="")
                | (Q(broken_since__isnull=False) & ~Q(broken_reason="")),
                name="routing_rule_broken_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
