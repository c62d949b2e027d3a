"""Who holds which post from when to when: appointments, ends, delegations, vacancies."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.authority import filled
from jiceng.kernel.orgs.grants import (
    may_administer,
    may_appoint,
    may_delegate,
    may_end,
    may_revoke,
)
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.terms import LONGEST_DELEGATION, ROLES
from jiceng.kernel.orgs.tree import clean_name, standing, take_turn


class UnknownRole(BadInput):
    """No installed system has this role (422)."""

    code = "unknown_role"
    sentence = _("没有这种角色。")


class PostExists(Conflict):
    """The unit has a post of this role and name (409)."""

    code = "post_exists"
    sentence = _("该单位已有同名岗位。")


class BadPeriod(BadInput):
    """The end is not after the start, or the start has passed (422)."""

    code = "bad_period"
    sentence = _("起止时间不正确：止须晚于起，且不能早于现在。")


class PeriodTooLong(BadInput):
    """A delegation of more than a year (422)."""

    code = "period_too_long"
    sentence = _("委托期限最长一年。")


class InactiveOfficer(BadInput):
    """The officer does not work here any more (422)."""

    code = "officer_inactive"
    sentence = _("该人员已停用。")


class AlreadyHeld(Conflict):
    """The officer holds the post in part of the period (409)."""

    code = "already_held"
    sentence = _("该人员在此期间已任此岗位。")


class AlreadyEnded(Conflict):
    """The tenure or delegation has ended (409)."""

    code = "already_ended"
    sentence = _("该任职或委托已经结束。")


class SelfDelegation(BadInput):
    """Giver and taker are one person (422)."""

    code = "self_delegation"
    sentence = _("不能委托给自己。")


class DelegationLoop(BadInput):
    """The taker has handed over to the giver in the same time, directly or through others (422)."""

    code = "delegation_loop"
    sentence = _("委托形成循环：代理人在此期间已将岗位委托回来。")


class NotTheHolder(BadInput):
    """The giver does not hold the post at the start of the period (422)."""

    code = "not_the_holder"
    sentence = _("委托开始时，委托人不在此岗位。")


class OnVacancy(Protocol):
    """What is called, inside the same transaction, when a post falls vacant."""

    def __call__(self, *, post: Post, by: Actor, at: datetime) -> object:
        """Hand on what the post held."""


class OnTenureEnd(Protocol):
    """What is called, inside the same transaction, when a tenure that was under way ends now."""

    def __call__(self, *, tenure: Tenure, by: Actor, at: datetime) -> object:
        """Hand on what was the holder's own, whoever else acts in the post."""


VACANCY: Registry[OnVacancy] = Registry("on_vacancy")
TENURE_END: Registry[OnTenureEnd] = Registry("on_tenure_end")
Called = TypeVar("Called", bound=OnVacancy)
CalledAtEnd = TypeVar("CalledAtEnd", bound=OnTenureEnd)


def on_vacancy(function: Called) -> Called:
    """Register a function to call when a post falls vacant; keywords post, by, at."""
    VACANCY.add(f"{function.__module__}.{getattr(function, '__qualname__', function)}", function)
    return function


def on_tenure_end(function: CalledAtEnd) -> CalledAtEnd:
    """Register a function to call when a tenure ends now; keywords tenure, by, at.

    A tenure whose last day was set beforehand ends without an act: whoever registers here also
    has a job that finds by state what such an end has left behind.
    """
    name = f"{function.__module__}.{getattr(function, '__qualname__', function)}"
    TENURE_END.add(name, function)
    return function


def tell_ends(tenures: Iterable[Tenure], by: Actor, at: datetime) -> None:
    """Call the registered functions for each of these tenures, which have just been ended."""
    for tenure in sorted(tenures, key=lambda row: row.pk):
        for function in TENURE_END:
            function(tenure=tenure, by=by, at=at)


def tell_vacancies(post_ids: Iterable[int], by: Actor, at: datetime) -> None:
    """Call the registered functions for each of these posts that nobody acts in at ``at``."""
    vacant = Post.objects.filter(pk__in=set(post_ids)).exclude(filled(at))
    for post in vacant.select_related("unit").order_by("pk"):
        for function in VACANCY:
            function(post=post, by=by, at=at)


def _check_period(starts_at: datetime, ends_at: datetime | None, at: datetime) -> None:
    if starts_at.tzinfo is None or (ends_at and ends_at.tzinfo is None):
        raise BadPeriod(_("时间须带时区。"), code="no_time_zone")
    # History is not edited: what somebody did before the entry was done without the post.
    if starts_at < at or (ends_at and ends_at <= starts_at):
        raise BadPeriod()


def _fresh_officer(officer: Officer) -> Officer:
    fresh = Officer.objects.get(pk=officer.pk)
    if not fresh.is_active:
        raise InactiveOfficer()
    return fresh


def _until(ends_at: datetime | None) -> str | None:
    return instant_text(ends_at) if ends_at else None


@act("orgs.post.created", label=_("设置岗位"), may=may_administer)
def create_post(*, by: Actor, at: datetime, unit: Unit, role: str, name: str) -> Recorded[Post]:
    """Create a post of a registered role in a unit.

    Raises ``UnknownRole`` (422), ``PostExists``, ``Dissolved`` (409).
    """
    take_turn()
    if role not in ROLES:
        raise UnknownRole()
    post = Post(unit=standing(unit), role=role, name=clean_name(name, 100))
    try:
        with transaction.atomic():
            post.save(force_insert=True)
    except IntegrityError as error:
        raise PostExists() from error
    return Recorded(post, post.subject, {"role": role, "name": post.name})


@act("orgs.tenure.began", label=_("任职"), may=may_appoint)
def appoint(
    *,
    by: Actor,
    at: datetime,
    post: Post,
    officer: Officer,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Recorded[Tenure]:
    """Let an officer hold a post from ``starts_at`` (now) until ``ends_at`` (open).

    Raises ``BadPeriod``, ``InactiveOfficer`` (422), ``AlreadyHeld``, ``Dissolved`` (409).
    """
    take_turn()
    starts_at = starts_at or at
    _check_period(starts_at, ends_at, at)
    standing(post.unit)
    holder = _fresh_officer(officer)
    if Tenure.objects.meeting(starts_at, ends_at).filter(post=post, officer=holder).exists():
        raise AlreadyHeld()
    tenure = Tenure.objects.create(post=post, officer=holder, starts_at=starts_at, ends_at=ends_at)
    facts = {
        "tenure": tenure.pk,
        "officer": holder.staff_no,
        "role": post.role,
        "starts_at": instant_text(starts_at),
        "ends_at": _until(ends_at),
    }
    return Recorded(tenure, post.subject, facts)


def end_intervals(rows: Iterable[Tenure | Delegation], ends_at: datetime) -> None:
    """End each row at ``ends_at``; one that begins later is called off."""
    for row in rows:
        row.ends_at = max(ends_at, row.starts_at)
        row.save(update_fields=["ends_at"])


def call_off_delegations(giver: Officer, post_ids: Iterable[int], ends_at: datetime) -> None:
    """Call off what ``giver`` would hand over after the tenure has ended.

    A delegation under way stands until its own end: the deputy keeps the post from being empty.
    """
    given = Delegation.objects.unfinished(ends_at).filter(giver=giver, post__in=set(post_ids))
    end_intervals(given.filter(starts_at__gte=ends_at), ends_at)


@act("orgs.tenure.ended", label=_("离任"), may=may_end)
def end_tenure(
    *, by: Actor, at: datetime, tenure: Tenure, ends_at: datetime | None = None
) -> Recorded[Tenure]:
    """End a tenure now or at ``ends_at``; one that has not begun is called off.

    An end that comes now is told to ``on_tenure_end``, and to ``on_vacancy`` where the post falls
    vacant, in the same transaction. Raises ``BadPeriod`` (422), ``AlreadyEnded`` (409).
    """
    take_turn()
    end = ends_at or at
    if end < at:
        raise BadPeriod()
    row = Tenure.objects.unfinished(at).filter(pk=tenure.pk).select_related("post__unit").first()
    if row is None:
        raise AlreadyEnded()
    if row.ends_at and row.ends_at < end:
        raise BadPeriod(_("任期只能缩短；延长请另行任命。"), code="cannot_extend")
    was_live = row.starts_at <= at
    end_intervals([row], end)
    call_off_delegations(row.officer, [row.post_id], end)
    if was_live and end == at:
        tell_vacancies([row.post_id], by, at)
        tell_ends([row], by, at)
    facts = {
        "tenure": row.pk,
        "officer": row.officer.staff_no,
        "role": row.post.role,
        "ends_at": _until(row.ends_at),
    }
    return Recorded(row, row.post.subject, facts)


def _hands_over_to(taker: Officer, giver: Officer, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether ``taker``'s own delegations lead to ``giver`` while the new one holds."""
    edges = Delegation.objects.meeting(starts_at, ends_at).values_list("giver", "taker")
    onward: dict[int, set[int]] = {}
    for giver_id, taker_id in edges:
        onward.setdefault(giver_id, set()).add(taker_id)
    reached, front = set[int](), {taker.pk}
    while front:
        reached |= front
        front = set().union(*(onward.get(pk, set()) for pk in front)) - reached
    return giver.pk in reached


def _check_delegation(
    post: Post, giver: Officer, taker: Officer, starts_at: datetime, ends_at: datetime
) -> None:
    if giver == taker:
        raise SelfDelegation()
    if ends_at - starts_at > LONGEST_DELEGATION:
        raise PeriodTooLong()
    if not Tenure.objects.live(starts_at).filter(post=post, officer=giver).exists():
        raise NotTheHolder()
    if _hands_over_to(taker, giver, starts_at, ends_at):
        raise DelegationLoop()


@act("orgs.delegation.began", label=_("委托代理"), may=may_delegate)
def delegate(
    *,
    by: Actor,
    at: datetime,
    post: Post,
    giver: Officer,
    taker: Officer,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> Recorded[Delegation]:
    """Let ``taker`` act in ``post`` for its holder ``giver`` in ``[starts_at, ends_at)``.

    Only a holder by tenure can give, so what was taken is not passed on. Raises ``BadPeriod``,
    ``PeriodTooLong``, ``SelfDelegation``, ``DelegationLoop``, ``NotTheHolder``,
    ``InactiveOfficer`` (422).
    """
    take_turn()
    _check_period(starts_at, ends_at, at)
    standing(post.unit)
    giver, taker = _fresh_officer(giver), _fresh_officer(taker)
    _check_delegation(post, giver, taker, starts_at, ends_at)
    row = Delegation.objects.create(
        post=post,
        giver=giver,
        taker=taker,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=clean_line(reason),
    )
    facts = {
        "delegation": row.pk,
        "giver": giver.staff_no,
        "taker": taker.staff_no,
        "role": post.role,
        "starts_at": instant_text(starts_at),
        "ends_at": instant_text(ends_at),
    }
    return Recorded(row, post.subject, facts)


@act("orgs.delegation.revoked", label=_("收回委托"), may=may_revoke)
def revoke_delegation(*, by: Actor, at: datetime, delegation: Delegation) -> Recorded[Delegation]:
    """End a delegation now; one that has not begun is called off. Raises ``AlreadyEnded`` (409)."""
    take_turn()
    rows = Delegation.objects.unfinished(at).filter(pk=delegation.pk)
    row = rows.select_related("post__unit", "taker").first()
    if row is None:
        raise AlreadyEnded()
    was_live = row.starts_at <= at
    end_intervals([row], at)
    if was_live:
        tell_vacancies([row.post_id], by, at)
    facts = {
        "delegation": row.pk,
        "taker": row.taker.staff_no,
        "role": row.post.role,
        "ends_at": instant_text(row.ends_at),
    }
    return Recorded(row, row.post.subject, facts)
