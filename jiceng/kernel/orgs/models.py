"""Units, officers, posts, and the intervals in which somebody holds a post.

Every interval is half-open, ``[starts_at, ends_at)``. Nothing here is ever deleted: a unit is
dissolved, a tenure ends, an officer is deactivated.
"""

import re
import unicodedata
from datetime import datetime
from typing import Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.terms import MAX_DEPTH, PASSWORD_MAX, ROOT_KINDS, Kind

STAFF_NO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


class KeptQuerySet(models.QuerySet[Any]):
    """Rows that history refers to."""

    def delete(self) -> NoReturn:
        """Refuse: a bulk delete would take the past with it."""
        raise TypeError(f"{self.model.__name__} rows are kept; end them instead")


class Kept(models.Model):
    """A row that is never deleted."""

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: end the row instead."""
        raise TypeError(f"{type(self).__name__} rows are kept; end them instead")


class UnitQuerySet(KeptQuerySet):
    """Units that…"""

    def existing(self, at: datetime) -> "UnitQuerySet":
        """…are founded and not dissolved on the day of ``at``."""
        day = legal_day(at)
        return self.filter(
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day), founded_on__lte=day
        )

    def under(self, unit: "Unit") -> "UnitQuerySet":
        """…are ``unit`` or lie below it."""
        return self.filter(path__startswith=unit.path)


class Unit(Kept):
    """A unit 单位 of the one tree.

    ``path`` is the ids from the root, ``/1/5/``; the delimiters keep ``/1/5/`` from matching
    ``/1/50/``.
    """

    code = models.CharField(_("单位代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=50)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("上级")
    )
    path = models.CharField(_("路径"), max_length=255, unique=True)
    depth = models.PositiveSmallIntegerField(_("层级"))
    division_code = models.CharField(_("区划代码"), max_length=12, blank=True)
    founded_on = models.DateField(_("设立日期"))
    dissolved_on = models.DateField(_("撤销日期"), null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        constraints = [
            models.UniqueConstraint(
                fields=["depth"],
                condition=Q(parent__isnull=True, dissolved_on__isnull=True),
                name="unit_one_root",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, depth=0, kind__in=[k.value for k in ROOT_KINDS])
                | Q(parent__isnull=False, depth__gt=0, depth__lte=MAX_DEPTH),
                name="unit_depth",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=F("founded_on")),
                name="unit_dissolved_after_founding",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def subject(self) -> str:
        """Return how the ledger names this unit."""
        return f"orgs.unit:{self.code}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this unit."""
        return self.subject

    @property
    def lineage(self) -> list[int]:
        """Return the ids from the root down to this unit."""
        return [int(part) for part in self.path.split("/") if part]

    def contains(self, other: "Unit") -> bool:
        """Tell whether ``other`` is this unit or lies below it."""
        return other.path.startswith(self.path)


def normal_staff_no(typed: str) -> str:
    """Return the staff number that was typed, or "" where it cannot be one.

    Full-width signs become ASCII; a Cyrillic «а» does not become an «a», so it is no number.
    """
    value = unicodedata.normalize("NFKC", typed[:100]).strip()
    return value if STAFF_NO.fullmatch(value) else ""


def _hashable(password: str) -> str:
    """Bound the work of hashing: one sign beyond the longest is enough to fail."""
    return password[: PASSWORD_MAX + 1].encode("utf-8", "replace").decode()


class OfficerQuerySet(KeptQuerySet):
    """Officers…"""

    def with_token(self) -> "OfficerQuerySet":
        """…with the token of the organisation at that moment, as ``token``."""
        return self.annotate(token=Subquery(Revision.objects.values("token")[:1]))


class OfficerManager(BaseUserManager.from_queryset(OfficerQuerySet)):  # type: ignore[misc]
    """Officers by staff number."""

    def get(self, *args: Any, **kwargs: Any) -> "Officer":
        """Return one officer, with the token of the organisation: so Django asks who makes a
        request, and what they may do is asked next."""
        found: Officer = self.with_token().get(*args, **kwargs)
        return found

    def get_by_natural_key(self, staff_no: str | None) -> "Officer":
        """Return the officer who signs in under ``staff_no``; absent and impossible are alike."""
        return self.get(staff_no=normal_staff_no(staff_no or ""))


class Officer(AbstractBaseUser, Kept):
    """A person who works here 经办人. What they may do comes from their posts alone."""

    staff_no = models.CharField(_("工号"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=100)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    is_active = models.BooleanField(_("在用"), default=True)
    # Set where somebody else knows the password; the officer changes it before anything else.
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    # Part of what a session is signed with: one step, and every session of the officer is dead.
    session_epoch = models.PositiveIntegerField(default=0)
    # Written by Django at each login, outside any act; nothing here needs it.
    last_login = None
    # That of the organisation when this row was read, if it was read with it; see ``Revision``.
    token: str | None = None
    # What was settled for the request that this object was read for; see ``authority.settle``.
    settled: Any = None

    objects = OfficerManager()

    USERNAME_FIELD = "staff_no"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("经办人")
        constraints = [models.UniqueConstraint(Lower("staff_no"), name="officer_staff_no_any_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """Return how the ledger names this officer."""
        return f"orgs.officer:{self.staff_no}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this officer."""
        return self.subject

    def set_password(self, raw_password: str | None) -> None:
        """Keep a hash of the password; a longer one than allowed would never open anything."""
        super().set_password(None if raw_password is None else _hashable(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether it is the password; one longer than allowed takes as long and is not."""
        matches = super().check_password(_hashable(raw_password or ""))
        return matches and len(raw_password or "") <= PASSWORD_MAX

    def get_session_auth_hash(self) -> str:
        """Return what a session of this officer must carry to be alive."""
        return f"{self.session_epoch}.{super().get_session_auth_hash()}"

    def get_session_auth_fallback_hash(self) -> Any:
        """Return the same under the retired secret keys."""
        for value in super().get_session_auth_fallback_hash():
            yield f"{self.session_epoch}.{value}"


class Post(Kept):
    """A post 岗位: a role in a unit, held by nobody, one or several."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("单位"))
    role = models.CharField(_("角色"), max_length=40)
    name = models.CharField(_("岗位名称"), max_length=100)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["unit", "role", "name"], name="post_once_in_unit")
        ]
        indexes = [models.Index(fields=["role", "unit"], name="post_by_role")]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.name}"

    @property
    def subject(self) -> str:
        """Return how the ledger names this post."""
        return f"orgs.post:{self.unit.code}.{self.pk}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this post."""
        return self.subject


class IntervalQuerySet(KeptQuerySet):
    """Intervals that…"""

    def live(self, at: datetime) -> "IntervalQuerySet":
        """…hold at this instant."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)

    def unfinished(self, at: datetime) -> "IntervalQuerySet":
        """…hold now or will."""
        later = self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))
        return later.exclude(ends_at=F("starts_at"))

    def meeting(self, starts_at: datetime, ends_at: datetime | None) -> "IntervalQuerySet":
        """…share an instant with ``[starts_at, ends_at)``."""
        rows = self.unfinished(starts_at)
        return rows if ends_at is None else rows.filter(starts_at__lt=ends_at)


class Tenure(Kept):
    """An officer holds a post. Equal ends mean an appointment called off before it began.

    The database also refuses two tenures of one officer in one post that share an instant, and
    any change but the end (migration ``rules``).
    """

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="tenures", verbose_name=_("岗位"), db_index=False
    )
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="tenures", verbose_name=_("经办人"), db_index=False
    )
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"), null=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="tenure_ends_after_start",
            )
        ]
        indexes = [
            models.Index(fields=["officer", "starts_at"], name="tenure_by_officer"),
            models.Index(fields=["post", "starts_at"], name="tenure_by_post"),
        ]

    def __str__(self) -> str:
        return f"{self.post}：{self.officer}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this tenure."""
        return f"orgs.tenure:{self.pk}"


class Delegation(Kept):
    """The holder of a post lets another officer act in it for a time, at most a year."""

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="delegations", verbose_name=_("岗位"), db_index=False
    )
    giver = models.ForeignKey(
        Officer,
        models.PROTECT,
        related_name="delegations_given",
        verbose_name=_("委托人"),
        db_index=False,
    )
    taker = models.ForeignKey(
        Officer,
        models.PROTECT,
        related_name="delegations_taken",
        verbose_name=_("代理人"),
        db_index=False,
    )
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"))
    reason = models.CharField(_("事由"), max_length=200)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        verbose_name = _("委托")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="delegation_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("taker")), name="delegation_to_somebody_else"
            ),
        ]
        indexes = [
            models.Index(fields=["taker", "starts_at"], name="delegation_by_taker"),
            models.Index(fields=["giver", "starts_at"], name="delegation_by_giver"),
            models.Index(fields=["post", "starts_at"], name="delegation_by_post"),
        ]

    def __str__(self) -> str:
        return f"{self.post}：{self.giver} → {self.taker}"

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this delegation."""
        return f"orgs.delegation:{self.pk}"


class Revision(models.Model):
    """One row with a token that triggers change whenever the organisation does."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    token = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("组织版本")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="revision_one_row")]

    def __str__(self) -> str:
        return self.token
