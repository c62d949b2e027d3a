"""What others can learn from 典型: raised, written about, judged on the roadshow, adopted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.models.projects import Project


class Exemplar(models.Model):
    """A project that others can learn from 典型案例: the summary, then the article of the column
    专栏, then the roadshow 路演."""

    project = models.OneToOneField(
        Project, models.PROTECT, primary_key=True, related_name="exemplar", verbose_name=_("项目")
    )
    title = models.CharField(_("题目"), max_length=100)
    summary = models.TextField(_("经验"), max_length=1000)
    raised_at = models.DateTimeField(_("推荐时间"))
    article = models.TextField(_("专栏文章"), max_length=6000, blank=True)
    article_at = models.DateTimeField(_("刊发时间"), null=True)
    # The review that it stands in, by its uid.
    review = models.CharField(_("路演评审"), max_length=32, blank=True)
    entered_at = models.DateTimeField(_("参加路演时间"), null=True)

    class Meta:
        verbose_name = _("典型案例")
        constraints = [
            models.CheckConstraint(
                condition=Q(article="", article_at__isnull=True)
                | (~Q(article="") & Q(article_at__isnull=False)),
                name="exemplar_article_dated",
            ),
            models.CheckConstraint(
                condition=Q(review="", entered_at__isnull=True)
                | (~Q(review="") & Q(entered_at__isnull=False, article_at__isnull=False)),
                name="exemplar_enters_with_article",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Adoption(models.Model):
    """Somebody elsewhere took it over 推广应用; promotion is counted by these."""

    exemplar = models.ForeignKey(
        Exemplar, models.PROTECT, related_name="adoptions", verbose_name=_("典型")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False, verbose_name=_("推广单位"))
    day = models.DateField(_("推广日期"))
    words = models.CharField(_("做法"), max_length=500)
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("推广应用")
        constraints = [
            models.UniqueConstraint(fields=["exemplar", "unit"], name="exemplar_adopted_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.day}"
