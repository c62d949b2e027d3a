"""When what is set up for the grid was last changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """One row with a token that triggers change whenever a standard, a grid or a rule does."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    token = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("网格设置版本")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="grid_revision_one_row")]

    def __str__(self) -> str:
        return self.token
