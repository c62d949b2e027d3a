"""The words of figures: kinds, events, and who may publish."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import register_role

PUBLISHED = "figures.value.published"
CORRECTED = "figures.value.corrected"

EVENT_LABELS = {
    PUBLISHED: _("发布指标"),
    CORRECTED: _("更正指标"),
}

FIGURES_KEEPER = register_role("figures_keeper", _("统计员"), "subtree")

# What stands where there is nothing to count a share of.
EMPTY = "—"
PERCENT = "%"


class FigureKind(models.TextChoices):
    """How a figure comes from its rows."""

    COUNT = "count", _("计数")
    TOTAL = "total", _("合计")
    RATIO = "ratio", _("比率")
