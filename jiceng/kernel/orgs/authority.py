"""Who may act and who sees what, at an instant. Every list, count and detail asks here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop as _

from jiceng.kernel.orgs import roster
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.terms import ROLES

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Capacity:
    """An officer in a post: the only way in which a person of the organisation acts."""

    officer: Officer
    post: Post
    delegated: bool = False

    @property
    def ref(self) -> str:
        """Return how the ledger names who acted."""
        return f"officer:{self.officer.staff_no}"

    @property
    def title(self) -> str:
        """Return in what capacity, without a personal name: «菱北街道 值班员（代）».

        History keeps it, so it is Chinese whatever language the officer reads.
        """
        return f"{self.post}{'（代）' if self.delegated else ''}"

    @property
    def unit(self) -> Unit:
        """Return the unit of the post."""
        return self.post.unit

    @property
    def role(self) -> str:
        """Return the code of the role."""
        return self.post.role


@dataclass(frozen=True)
class Oneself:
    """An officer acting on their own account only, such as on their password."""

    officer: Officer

    @property
    def ref(self) -> str:
        """Return how the ledger names who acted."""
        return f"officer:{self.officer.staff_no}"

    @property
    def title(self) -> str:
        """Return in what capacity, in Chinese, as history keeps it."""
        return _("本人")


@dataclass(frozen=True)
class Scope:
    """What somebody sees: whole subtrees, single units, and the posts whose work is theirs.

    ``token`` is that of the organisation for which it was found; "" where it was not asked.
    """

    paths: frozenset[str] = frozenset()
    units: frozenset[int] = frozenset()
    posts: frozenset[int] = frozenset()
    token: str = field(default="", compare=False)

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all is seen."""
        return not (self.paths or self.units or self.posts)

    def sees(self, unit: Unit) -> bool:
        """Tell whether ``unit`` is seen."""
        return unit.pk in self.units or any(unit.path.startswith(path) for path in self.paths)

    def q(self, unit: str = "unit") -> Q:
        """Return the condition on the relation ``unit``; "" where the rows are units.

        It matches nothing for an empty scope.
        """
        q = Q(**{f"{unit}__in" if unit else "pk__in": self.units})
        for path in sorted(self.paths):
            q |= Q(**{f"{unit}__path__startswith" if unit else "path__startswith": path})
        return q

    def filter(self, rows: QuerySet[Row], unit: str = "unit") -> QuerySet[Row]:
        """Return the ``rows`` whose ``unit`` is seen; it asks the database nothing by itself."""
        return rows.filter(self.q(unit))


@dataclass(frozen=True)
class _Held:
    """What an officer holds at an instant, and the token of the organisation for which it is so."""

    at: datetime
    token: str
    capacities: tuple[Capacity, ...] = ()


def _ask(officer: Any, at: datetime, token: str) -> _Held:
    if not (isinstance(officer, Officer) and officer.is_active):
        return _Held(at, token)
    found: dict[int, Capacity] = {}
    for stay in roster.stays_of(token, officer.pk):
        if stay.holds(at):
            found.setdefault(stay.post.pk, Capacity(officer, stay.post, stay.delegated))
    return _Held(at, token, tuple(found.values()))


def _held(officer: Any, at: datetime) -> _Held:
    """Return what ``officer`` holds, as it was settled for this instant or as it is now."""
    settled: _Held | None = getattr(officer, "settled", None)
    return settled if settled and settled.at == at else _ask(officer, at, roster.token())


def settle(officer: Any, at: datetime) -> list[Capacity]:
    """Return in which posts ``officer`` acts at ``at``, and let that be the answer for as long as
    this object lives: once a request, which loads its officer anew."""
    if not isinstance(officer, Officer):
        return []
    officer.settled = _ask(officer, at, officer.token or roster.token())
    return list(officer.settled.capacities)


def capacities(officer: Any, at: datetime) -> list[Capacity]:
    """Return in which posts ``officer`` acts at ``at``: own ones first, then delegated ones.

    Anonymous and deactivated persons have none. A post held by tenure is not repeated.
    """
    return list(_held(officer, at).capacities)


def current(by: object, at: datetime) -> Capacity | None:
    """Return the capacity as it stands at ``at``, or ``None`` where it does not hold any more.

    A page was drawn before the button was pressed; in between a post may have ended.
    """
    if not isinstance(by, Capacity):
        return None
    officer = Officer.objects.with_token().filter(pk=by.officer.pk).first()
    if officer is None:
        return None
    held = _ask(officer, at, officer.token or roster.token())
    return next((each for each in held.capacities if each == by), None)


def _scope(held: _Held) -> Scope:
    paths, units, posts = set(), set(), set()
    for capacity in held.capacities:
        role = ROLES.find(capacity.role)
        posts.add(capacity.post.pk)
        # A role whose system is not installed shows nothing beyond the post itself.
        if role and role.sees == "subtree":
            paths.add(capacity.unit.path)
        elif role:
            units.add(capacity.unit.pk)
    return Scope(frozenset(paths), frozenset(units), frozenset(posts), held.token)


def visible_to(officer: Any, at: datetime) -> Scope:
    """Return what ``officer`` sees at ``at``. There is no other rule of who sees what.

    One query at most, whatever the number of posts and units, while the organisation stays as it
    is. Whoever has no live post sees nothing.
    """
    return _scope(_held(officer, at))


def filled(at: datetime, post: str = "pk") -> Q:
    """Return the condition that somebody active acts in the post at ``at``."""
    held = Tenure.objects.live(at).filter(post=OuterRef(post), officer__is_active=True)
    taken = Delegation.objects.live(at).filter(post=OuterRef(post), taker__is_active=True)
    return Q(Exists(held)) | Q(Exists(taken))


def holders(post: Post, at: datetime) -> list[Officer]:
    """Return who acts in ``post`` at ``at``, by tenure or delegation, by staff number."""
    held = Tenure.objects.live(at).filter(post=post, officer=OuterRef("pk"))
    taken = Delegation.objects.live(at).filter(post=post, taker=OuterRef("pk"))
    active = Officer.objects.filter(is_active=True)
    return list(active.filter(Exists(held) | Exists(taken)).order_by("staff_no"))


def posts_for(role: str, unit: Unit, at: datetime, token: str = "") -> Post | None:
    """Return the nearest filled post of ``role`` at ``unit`` or above it, or ``None``.

    Of several in one unit the first founded is taken. ``token`` is that of the organisation where
    it was just read.
    """
    return roster.nearest(role, tuple(unit.lineage), at, token or roster.token())


def vacant_posts(at: datetime) -> QuerySet[Post]:
    """Return the posts that somebody held once and nobody acts in at ``at``."""
    once = Tenure.objects.filter(post=OuterRef("pk"), starts_at__lte=at)
    return Post.objects.filter(Exists(once)).exclude(filled(at)).select_related("unit")
