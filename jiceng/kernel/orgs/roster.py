"""Who fills which post, kept in memory for as long as the organisation stays as it is.

A move asks where the next step goes, a page what its reader may do, thousands of times an hour; the
organisation changes a few times a month. Every change writes a fresh token (migration 0003, by
trigger), and what is kept is kept under its token. A token is random, so that what a transaction
saw that was rolled back is never mistaken for what was written later.

Units and posts from here are shared by all of a process: they are read and never changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.kept import Kept
from jiceng.kernel.orgs.models import Delegation, Post, Tenure, Unit

Interval = tuple[datetime, datetime | None]


def _within(at: datetime, start: datetime, end: datetime | None) -> bool:
    return start <= at and (end is None or at < end)


def _exists(unit: Unit, at: datetime) -> bool:
    day = legal_day(at)
    return unit.founded_on <= day and (unit.dissolved_on is None or day < unit.dissolved_on)


@dataclass(frozen=True)
class Seat:
    """A post and when somebody active acts in it, by tenure or delegation."""

    post: Post
    intervals: tuple[Interval, ...]

    def filled(self, at: datetime) -> bool:
        """Tell whether the unit exists and somebody acts in the post at ``at``."""
        return _exists(self.post.unit, at) and any(_within(at, *each) for each in self.intervals)


class Stay(NamedTuple):
    """A time in which an officer acts in a post, by tenure or delegation."""

    post: Post
    delegated: bool
    start: datetime
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether the officer acts in the post at ``at``: its unit exists then."""
        return _within(at, self.start, self.end) and _exists(self.post.unit, at)


def token() -> str:
    """Return the token of the organisation as this transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM orgs_revision")
        found = cursor.fetchone()
    # Where nobody ever wrote one, nothing is kept beyond the question.
    return found[0] if found else new_uid()


def nearest(role: str, lineage: tuple[int, ...], at: datetime, token: str) -> Post | None:
    """Return the nearest filled post of ``role`` at the last unit of ``lineage`` or above it."""
    seats = _SEATS.one(token, (role, lineage))
    return next((seat.post for seat in seats if seat.filled(at)), None)


def stays_of(token: str, officer: int) -> tuple[Stay, ...]:
    """Return when an officer acts in which posts: own ones first, of each kind the oldest."""
    return _STAYS.one(token, officer)


def unit_of(token: str, key: int) -> Unit:
    """Return a unit by its key."""
    return _UNITS.one(token, key)


def units_of(token: str, keys: Iterable[int]) -> dict[int, Unit]:
    """Return units by their keys: those that are not kept yet in one query."""
    return _UNITS.many(token, keys)


def post_of(token: str, key: int) -> Post:
    """Return a post by its key, its unit with it."""
    return _POSTS.one(token, key)


def posts_of(token: str, keys: Iterable[int]) -> dict[int, Post]:
    """Return posts by their keys, as ``units_of`` does."""
    return _POSTS.many(token, keys)


def unit_names(token: str, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of units by their codes, as ``units_of`` does."""
    return _NAMES.many(token, codes)


def _seats(keys: Collection[tuple[str, tuple[int, ...]]]) -> dict:
    return {key: _seats_along(*key) for key in keys}


def _seats_along(role: str, lineage: tuple[int, ...]) -> tuple[Seat, ...]:
    """Return the posts of ``role`` along ``lineage``: the lowest first, of a unit the oldest."""
    near = Post.objects.filter(role=role, unit__in=lineage).select_related("unit")
    posts = list(near.order_by("-unit__depth", "pk"))
    intervals: dict[int, list[Interval]] = {post.pk: [] for post in posts}
    for rows, person in ((Tenure.objects, "officer"), (Delegation.objects, "taker")):
        acting = rows.filter(post__in=posts, **{f"{person}__is_active": True})
        for post, start, end in acting.values_list("post", "starts_at", "ends_at"):
            intervals[post].append((start, end))
    return tuple(Seat(post, tuple(intervals[post.pk])) for post in posts)


def _stays(officers: Collection[int]) -> Mapping[int, tuple[Stay, ...]]:
    found: dict[int, list[Stay]] = {officer: [] for officer in officers}
    for rows, person in ((Tenure.objects, "officer_id"), (Delegation.objects, "taker_id")):
        acting = rows.filter(**{f"{person}__in": officers}).select_related("post__unit")
        for row in acting.order_by("starts_at", "pk"):
            stay = Stay(row.post, person == "taker_id", row.starts_at, row.ends_at)
            found[getattr(row, person)].append(stay)
    return {officer: tuple(stays) for officer, stays in found.items()}


def _units(keys: Collection[int]) -> Mapping[int, Unit]:
    return {unit.pk: unit for unit in Unit.objects.filter(pk__in=keys)}


def _posts(keys: Collection[int]) -> Mapping[int, Post]:
    return {post.pk: post for post in Post.objects.select_related("unit").filter(pk__in=keys)}


def _names(codes: Collection[str]) -> Mapping[str, str]:
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))


# Enough for the units of a prefecture.
_SEATS: Kept[str, tuple[str, tuple[int, ...]], tuple[Seat, ...]] = Kept(_seats, token)
_STAYS: Kept[str, int, tuple[Stay, ...]] = Kept(_stays, token)
_UNITS: Kept[str, int, Unit] = Kept(_units, token)
_POSTS: Kept[str, int, Post] = Kept(_posts, token)
_NAMES: Kept[str, str, str] = Kept(_names, token)
