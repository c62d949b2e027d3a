"""Bulletins: whose, of which period, as of when, and their words."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.bulletins.terms import LONGEST_BODY, LONGEST_TITLE
from jiceng.kernel.figures.service import Period, View
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    """Bulletins that are…"""

    def in_scope(self, scope: Scope) -> "BulletinQuerySet":
        """…of a unit that is seen."""
        return self.filter(scope.q("unit"))


class Bulletin(models.Model):
    """A bulletin 简报: the words of an article, which name figures instead of holding numbers.

    ``as_of`` is fixed when it is drafted. ``numbers`` are what was printed when it was issued, by
    name: the text, how many rows stood behind it, and the fingerprint of the definition.
    """

    uid = models.CharField(_("编号"), max_length=32, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("单位"))
    period = models.CharField(_("统计期"), max_length=30)
    as_of = models.DateTimeField(_("截止时间"))
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    body = models.TextField(_("正文"), max_length=LONGEST_BODY)
    version = models.PositiveIntegerField(_("修改次数"), default=0)
    drafted_at = models.DateTimeField(_("起草时间"))
    edited_at = models.DateTimeField(_("修改时间"))
    issued_at = models.DateTimeField(_("印发时间"), null=True)
    numbers = models.JSONField(_("印发时的数字"), default=dict)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("简报")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body=""), name="bulletin_says_something"
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | Q(issued_at__gte=models.F("drafted_at")),
                name="bulletin_issued_after_drafting",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-drafted_at"], name="bulletins_of_unit")]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """Return how the ledger names this bulletin."""
        return f"bulletins.bulletin:{self.uid}"

    @property
    def view(self) -> View:
        """Return what its figures are asked for."""
        return View(self.unit, Period.read(self.period), self.as_of)
