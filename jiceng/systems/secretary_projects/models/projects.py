"""A project or item, the evidence of its gates, and the book of filing numbers."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects.rules.gates import filing_text
from jiceng.systems.secretary_projects.terms import Gate, Kind, Theme


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects that are…"""

    def in_scope(self, scope: Scope) -> "ProjectQuerySet":
        """…visible in this scope."""
        return self.filter(case__in=Case.objects.in_scope(scope))

    def registered(self, at: datetime) -> "ProjectQuerySet":
        """…given a filing number by ``at``."""
        return self.filter(registered_at__lte=at)

    def running(self, at: datetime) -> "ProjectQuerySet":
        """…registered by ``at`` and not ended then."""
        ended = Q(case__closed_at__isnull=False, case__closed_at__lte=at)
        return self.registered(at).exclude(ended)


class Project(models.Model):
    """What a secretary leads 书记项目、领办事项; ``case`` says where it stands.

    ``unit`` is that of the case, here for whoever counts; the days are those of the moves.
    """

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, verbose_name=_("办件"))
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    theme = models.CharField(_("主题"), max_length=20, choices=Theme.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="projects", db_index=False, verbose_name=_("党组织")
    )
    owner = models.ForeignKey(
        Officer, models.PROTECT, related_name="projects", verbose_name=_("领办书记")
    )
    background = models.TextField(_("背景和问题"), max_length=1000, blank=True)
    expected = models.TextField(_("预期成效"), max_length=500)
    starts_on = models.DateField(_("开始日期"))
    due_on = models.DateField(_("完成期限"))
    proposed_at = models.DateTimeField(_("提出时间"))
    filing_year = models.PositiveSmallIntegerField(_("立项年度"), null=True)
    filing_serial = models.PositiveIntegerField(_("立项序号"), null=True)
    registered_at = models.DateTimeField(_("立项时间"), null=True)
    accepted_at = models.DateTimeField(_("验收时间"), null=True)
    completed_at = models.DateTimeField(_("办结时间"), null=True)
    # The last thing that the public may know of, for the board of all projects.
    milestone = models.CharField(_("最近节点"), max_length=80, blank=True)
    milestone_at = models.DateTimeField(_("节点时间"), null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("书记项目")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")), name="project_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["kind", "filing_year", "filing_serial"], name="project_filed_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    registered_at__isnull=True, filing_year__isnull=True, filing_serial__isnull=True
                )
                | Q(
                    registered_at__isnull=False,
                    filing_year__isnull=False,
                    filing_serial__isnull=False,
                ),
                name="project_registered_with_number",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("registered_at")),
                name="project_accepted_after_registering",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("accepted_at")),
                name="project_completed_after_accepting",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(registered_at__isnull=False),
                name="project_accepted_is_registered",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(accepted_at__isnull=False),
                name="project_completed_is_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "kind"], name="project_of_unit"),
            models.Index(fields=["-milestone_at"], name="project_by_milestone"),
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def filing_no(self) -> str:
        """Return the filing number 立项编号, "" before there is one."""
        if self.filing_year is None or self.filing_serial is None:
            return ""
        return filing_text(self.kind, self.filing_year, self.filing_serial)


class GateEvidenceQuerySet(models.QuerySet["GateEvidence"]):
    """Evidence that is…"""

    def standing(self) -> "GateEvidenceQuerySet":
        """…not set aside by a return."""
        return self.filter(set_aside_at__isnull=True)


class GateEvidence(models.Model):
    """What shows that a gate was passed 立项佐证: a day, words, photos of the papers.

    Evidence of the publication names its notice and the instant at which its period is over. A
    trigger refuses a gate before the one that comes first, and a day before that one's.
    """

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="evidence", db_index=False, verbose_name=_("项目")
    )
    gate = models.PositiveSmallIntegerField(_("关口"), choices=Gate.choices)
    day = models.DateField(_("日期"))
    words = models.TextField(_("情况"), max_length=1000)
    photos = models.JSONField(_("佐证材料"), default=list)
    notice = models.CharField(_("公示"), max_length=32, blank=True)
    closes_at = models.DateTimeField(_("公示截止"), null=True)
    at = models.DateTimeField(_("提交时间"))
    set_aside_at = models.DateTimeField(_("作废时间"), null=True)

    objects = GateEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("立项佐证")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "gate"],
                condition=Q(set_aside_at__isnull=True),
                name="gate_passed_once",
            ),
            models.CheckConstraint(
                condition=Q(gate=Gate.PUBLICATION, closes_at__isnull=False)
                | (Q(gate__in=(1, 2, 3), closes_at__isnull=True)),
                name="gate_publication_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="gate_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.get_gate_display()}"

    @property
    def dated(self) -> tuple[int, date]:
        """Return the gate with its day."""
        return self.gate, self.day


class FilingBook(models.Model):
    """The last filing number that was given of a kind in a year 立项编号簿."""

    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    year = models.PositiveSmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(_("最后序号"), default=0)

    class Meta:
        verbose_name = _("立项编号簿")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="filing_book_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
