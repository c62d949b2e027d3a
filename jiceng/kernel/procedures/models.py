"""Published versions, cases, and the steps they stand in or have left."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.rules import Procedure, Step, read_procedure
from jiceng.kernel.procedures.terms import LinkKind, Outcome, Priority


class ProcedureVersion(models.Model):
    """A definition as it was published. The database refuses to change or delete it."""

    code = models.CharField(_("流程"), max_length=60)
    version = models.CharField(_("版本"), max_length=20)
    label = models.CharField(_("名称"), max_length=100)
    fingerprint = models.CharField(_("指纹"), max_length=64)
    definition = models.TextField(_("定义"))
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = _("流程版本")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.version}"

    @property
    def procedure(self) -> Procedure:
        """Return the definition."""
        return _read(self.definition)


@lru_cache(maxsize=64)
def _read(definition: str) -> Procedure:
    """A published text never changes, so it is parsed once a process."""
    return read_procedure(definition)


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases that are…"""

    def open(self) -> "CaseQuerySet":
        """…not ended."""
        return self.filter(closed_at__isnull=True)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        """…open beyond their day."""
        return self.open().filter(due_at__lt=at)

    def in_scope(self, scope: Scope) -> "CaseQuerySet":
        """…answered for by a unit in ``scope``, or by one that received them first, or held, now
        or once, by one of its posts."""
        if scope.empty:
            return self.none()
        held = CaseStep.objects.filter(case=models.OuterRef("pk"), post__in=scope.posts)
        return self.filter(scope.q("unit") | scope.q("contact_unit") | models.Exists(held))


class Case(models.Model):
    """A run of a procedure 办件: its number, the unit that answers for it, its day."""

    number = models.CharField(_("编号"), max_length=13, unique=True)
    system = models.CharField(_("系统"), max_length=30)
    procedure = models.ForeignKey(
        ProcedureVersion, models.PROTECT, verbose_name=_("流程版本"), db_index=False
    )
    title = models.CharField(_("事由"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("责任单位"), related_name="cases")
    # The unit that received the case first goes on speaking with the applicant 首接负责, whoever
    # answers for it now; empty while it is the same one.
    contact_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("首接单位"),
    )
    priority = models.SmallIntegerField(
        _("缓急"), choices=Priority.choices, default=Priority.NORMAL
    )
    opened_at = models.DateTimeField(_("受理时间"))
    due_at = models.DateTimeField(_("到期时间"), null=True)
    provisional = models.BooleanField(_("到期时间待定"), default=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    outcome = models.CharField(
        _("结果"), max_length=20, choices=Outcome.choices, default=Outcome.OPEN, blank=True
    )
    version = models.PositiveIntegerField(_("流转次数"), default=0)

    objects = CaseQuerySet.as_manager()

    # The steps that it was just opened in, for whoever opened it; no column.
    opened_in: "Sequence[CaseStep]" = ()

    class Meta:
        verbose_name = _("办件")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="case_ends_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="case_ends_after_opening",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-opened_at", "-id"], name="case_by_unit"),
            # Lists over many units: walked in their order until a page is full.
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["due_at", "id"], name="case_by_day"),
            models.Index(
                fields=["due_at"], condition=Q(closed_at__isnull=True), name="case_open_due"
            ),
            models.Index(
                fields=["contact_unit", "-opened_at", "-id"],
                condition=Q(contact_unit__isnull=False),
                name="case_by_contact_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def subject(self) -> str:
        """Return how the ledger names this case."""
        return f"{self.system}.case:{self.number}"

    @property
    def definition(self) -> Procedure:
        """Return the definition of the version that this case is pinned to."""
        return self.procedure.procedure

    @property
    def on_time(self) -> bool | None:
        """Tell whether it ended by its day; ``None`` where it has no day or has not ended."""
        if self.due_at is None or self.closed_at is None:
            return None
        return self.closed_at <= self.due_at


class CaseStepQuerySet(models.QuerySet["CaseStep"]):
    """Steps that are…"""

    def open(self) -> "CaseStepQuerySet":
        """…where a case stands now."""
        return self.filter(left_at__isnull=True)

    def pressing(self) -> "CaseStepQuerySet":
        """…open, the most pressing first, those without a day last."""
        return self.open().order_by(F("due_at").asc(nulls_last=True), "id")


class CaseStep(models.Model):
    """One stay of a case in a step of one branch. Open until ``left_at``; then history.

    ``unit`` owns it at every instant. ``post`` is empty only while no post up to the root is
    filled; such a step waits with its unit and is the first that the tick raises.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", verbose_name=_("办件"))
    branch = models.CharField(_("分支"), max_length=30, blank=True)
    step = models.CharField(_("环节"), max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False, verbose_name=_("承办单位"))
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("承办岗位")
    )
    # Where the move sent it, whoever it was raised to or handed on to since.
    sent_to = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("送达单位"),
    )
    entered_at = models.DateTimeField(_("进入时间"))
    expires_at = models.DateTimeField(_("等待期满"), null=True)
    due_at = models.DateTimeField(_("环节到期"), null=True)
    provisional = models.BooleanField(_("到期时间待定"), default=False)
    escalate_at = models.DateTimeField(_("升级时间"), null=True)
    escalations = models.PositiveSmallIntegerField(_("升级次数"), default=0)
    left_at = models.DateTimeField(_("离开时间"), null=True)
    left_by = models.CharField(_("经办人"), max_length=80, blank=True)
    move = models.CharField(_("操作"), max_length=30, blank=True)

    objects = CaseStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("环节记录")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "branch"],
                condition=Q(left_at__isnull=True),
                name="one_open_step_a_branch",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, move="", left_by="")
                | (Q(left_at__isnull=False) & ~Q(move="") & ~Q(left_by="")),
                name="step_left_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="step_left_after_entering",
            ),
        ]
        indexes = [
            models.Index(
                fields=["post", "due_at", "id"],
                condition=Q(left_at__isnull=True),
                name="step_inbox",
            ),
            models.Index(fields=["post", "case"], name="step_held_once"),
            models.Index(
                fields=["unit", "due_at", "id"],
                condition=Q(left_at__isnull=True),
                name="step_of_unit",
            ),
            models.Index(
                fields=["escalate_at", "id"],
                condition=Q(left_at__isnull=True),
                name="step_to_raise",
            ),
            models.Index(
                fields=["expires_at", "id"],
                condition=Q(left_at__isnull=True, expires_at__isnull=False),
                name="step_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"

    @property
    def definition(self) -> Step:
        """Return this step's part of the definition; ``case.procedure`` should be at hand."""
        return self.case.definition.step(self.step)


class CaseLink(models.Model):
    """One case belongs to another: it was merged into it 并案, or split off it 分办."""

    kind = models.CharField(_("关系"), max_length=10, choices=LinkKind.choices)
    main = models.ForeignKey(Case, models.PROTECT, related_name="links", verbose_name=_("主办件"))
    other = models.ForeignKey(
        Case, models.PROTECT, related_name="main_links", verbose_name=_("关联办件")
    )
    at = models.DateTimeField(_("关联时间"))
    ended_at = models.DateTimeField(_("解除时间"), null=True)

    class Meta:
        verbose_name = _("办件关联")
        constraints = [
            models.UniqueConstraint(
                fields=["other", "kind"],
                condition=Q(ended_at__isnull=True),
                name="case_linked_once",
            ),
            models.CheckConstraint(condition=~Q(main=F("other")), name="case_linked_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")),
                name="link_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} → {self.main_id}"
