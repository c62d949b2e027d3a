"""What officers keep for themselves: cases they watch, filters they saved."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.procedures.models import Case


class Watch(models.Model):
    """An officer watches a case 关注; it opens nothing that the officer could not open before."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name=_("办件"))
    since = models.DateTimeField(_("关注时间"))

    class Meta:
        verbose_name = _("关注")
        constraints = [
            models.UniqueConstraint(fields=["officer", "case"], name="case_watched_once")
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.case_id}"


class SavedFilter(models.Model):
    """A choice of cases that an officer looks at again and again 常用筛选: the query of a page."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(_("条件"), max_length=500)
    at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("常用筛选")
        constraints = [
            models.UniqueConstraint(fields=["officer", "name"], name="filter_named_once")
        ]

    def __str__(self) -> str:
        return self.name
