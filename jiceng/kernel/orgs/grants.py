"""Who may change the organisation: an administrator within the own subtree, and the system."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor
from jiceng.kernel.orgs.authority import Capacity, Oneself, current
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.terms import ORG_ADMIN


class OutsideScope(NotAllowed):
    """The unit does not lie under an administrator's own unit (403)."""

    code = "outside_scope"
    sentence = _("不在您的管理范围内。")


class SelfDealing(NotAllowed):
    """Somebody would give a power to themselves (403)."""

    code = "self_dealing"
    sentence = _("不能给自己授权。")


class CannotGrant(NotAllowed):
    """Somebody would give away what they do not fully hold themselves (403)."""

    code = "cannot_grant"
    sentence = _("代理期间不能任命组织管理员。")


def is_system(by: object) -> bool:
    """Tell whether no person acts, but the platform or whoever runs it."""
    return by in (SYSTEM, OPERATOR)


def administrator(by: Actor, unit: Unit, at: datetime) -> Capacity | None:
    """Return the capacity in which ``by`` administers ``unit``, or ``None`` for the system.

    Raises ``OutsideScope`` for everybody else.
    """
    if is_system(by):
        return None
    capacity = current(by, at)
    if capacity is None or capacity.role != ORG_ADMIN.code:
        raise OutsideScope()
    # The row at hand may be older than a move of the unit, so the database is asked.
    if not Unit.objects.under(capacity.unit).filter(pk=unit.pk).exists():
        raise OutsideScope()
    return capacity


def may_found(*, by: Actor, at: datetime, parent: Unit | None = None, **_rest: Any) -> None:
    """Only the system founds a root; an administrator founds below the own unit."""
    if parent is not None:
        administrator(by, parent, at)
    elif not is_system(by):
        raise OutsideScope()


def may_administer(*, by: Actor, at: datetime, unit: Unit, **_rest: Any) -> None:
    """An administrator changes what lies in the own subtree."""
    administrator(by, unit, at)


def may_move(*, by: Actor, at: datetime, unit: Unit, parent: Unit, **_rest: Any) -> None:
    """An administrator moves a unit within the own subtree, never out of it or into it."""
    administrator(by, unit, at)
    administrator(by, parent, at)


def may_appoint(*, by: Actor, at: datetime, post: Post, officer: Officer, **_rest: Any) -> None:
    """Nobody appoints themselves; a deputy does not make administrators who outlast them."""
    capacity = administrator(by, post.unit, at)
    if capacity and capacity.officer == officer:
        raise SelfDealing()
    if capacity and capacity.delegated and post.role == ORG_ADMIN.code:
        raise CannotGrant()


def may_end(*, by: Actor, at: datetime, tenure: Tenure, **_rest: Any) -> None:
    """An administrator ends a tenure in the own subtree."""
    administrator(by, tenure.post.unit, at)


def _is_own_post(by: Actor, post: Post, giver: Officer, at: datetime) -> bool:
    capacity = current(by, at)
    return capacity == Capacity(giver, post)


def may_delegate(
    *, by: Actor, at: datetime, post: Post, giver: Officer, taker: Officer, **_rest: Any
) -> None:
    """The holder hands over the own post; an administrator does so for others, not to himself."""
    if _is_own_post(by, post, giver, at):
        return
    capacity = administrator(by, post.unit, at)
    if capacity and capacity.officer == taker:
        raise SelfDealing()


def may_revoke(*, by: Actor, at: datetime, delegation: Delegation, **_rest: Any) -> None:
    """The giver takes the post back, or an administrator does."""
    if not _is_own_post(by, delegation.post, delegation.giver, at):
        administrator(by, delegation.post.unit, at)


def may_register(*, by: Actor, at: datetime, **_rest: Any) -> None:
    """Any administrator registers an officer; without a post it is a name and no power."""
    capacity = current(by, at)
    if not is_system(by) and not (capacity and capacity.role == ORG_ADMIN.code):
        raise OutsideScope()


def may_manage_officer(*, by: Actor, at: datetime, officer: Officer, **_rest: Any) -> None:
    """An administrator manages an officer whose every post lies in the own subtree.

    Otherwise a community's administrator could issue a password to the head of the zone who also
    holds a post in the community, and act as the head.
    """
    may_register(by=by, at=at)
    held = Tenure.objects.unfinished(at).filter(officer=officer).values("post__unit")
    taken = Delegation.objects.unfinished(at).filter(taker=officer).values("post__unit")
    for unit in Unit.objects.filter(pk__in=held.union(taken)):
        administrator(by, unit, at)


def may_change_own(*, by: Actor, at: datetime, officer: Officer, **_rest: Any) -> None:
    """Only the officer, in any of their capacities, changes what is the officer's own."""
    if not isinstance(by, Oneself | Capacity) or by.officer != officer:
        raise OutsideScope()


def may_issue_password(*, by: Actor, at: datetime, officer: Officer, **_rest: Any) -> None:
    """An administrator issues passwords to others; for the own one the old one is asked."""
    if isinstance(by, Capacity) and by.officer == officer:
        raise SelfDealing()
    may_manage_officer(by=by, at=at, officer=officer)
