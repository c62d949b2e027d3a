"""Appeals against a lateness."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.procedures.models import Case


class Appeal(models.Model):
    """A unit asks not to be counted late in a case that has ended 超期申诉, once a case. The appeal
    runs as a case of its own; the day and the end of the other never change."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, verbose_name=_("申诉件"))
    about = models.OneToOneField(
        Case, models.PROTECT, related_name="appeal_about", verbose_name=_("所诉办件")
    )

    class Meta:
        verbose_name = _("超期申诉")

    def __str__(self) -> str:
        return str(self.case)
