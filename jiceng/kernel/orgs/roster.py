"""Who fills which post, kept in memory for as long as the organisation stays as it is.

A move asks where the next step goes, thousands of times an hour; the organisation changes a few
times a month. Every change writes a fresh token (migration 0003, by trigger), and what is kept is
kept under its token. A token is random, so that what a transaction saw that was rolled back is
never mistaken for what was written later.

Units and posts from here are shared by all of a process: they are read and never changed.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.models import Delegation, Post, Tenure, Unit

Interval = tuple[datetime, datetime | None]
# Enough for the units of a prefecture; the oldest answers go first.
MOST_KEPT = 8192


@dataclass(frozen=True)
class Seat:
    """A post and when somebody active acts in it, by tenure or delegation."""

    post: Post
    intervals: tuple[Interval, ...]

    def filled(self, at: datetime) -> bool:
        """Tell whether the unit exists and somebody acts in the post at ``at``."""
        unit, day = self.post.unit, legal_day(at)
        gone = unit.dissolved_on is not None and unit.dissolved_on <= day
        if gone or unit.founded_on > day:
            return False
        return any(start <= at and (end is None or at < end) for start, end in self.intervals)


def token() -> str:
    """Return the token of the organisation as this transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM orgs_revision")
        found = cursor.fetchone()
    # Where nobody ever wrote one, nothing is kept beyond the question.
    return found[0] if found else new_uid()


def nearest(role: str, lineage: tuple[int, ...], at: datetime, token: str) -> Post | None:
    """Return the nearest filled post of ``role`` at the last unit of ``lineage`` or above it."""
    seats = _seats(token, role, lineage)
    return next((seat.post for seat in seats if seat.filled(at)), None)


@lru_cache(maxsize=MOST_KEPT)
def unit_of(token: str, key: int) -> Unit:
    """Return a unit by its key."""
    return Unit.objects.get(pk=key)


@lru_cache(maxsize=MOST_KEPT)
def post_of(token: str, key: int) -> Post:
    """Return a post by its key, its unit with it."""
    return Post.objects.select_related("unit").get(pk=key)


@lru_cache(maxsize=MOST_KEPT)
def _seats(token: str, role: str, lineage: tuple[int, ...]) -> tuple[Seat, ...]:
    """Return the posts of ``role`` along ``lineage``: the lowest first, of a unit the oldest."""
    near = Post.objects.filter(role=role, unit__in=lineage).select_related("unit")
    posts = list(near.order_by("-unit__depth", "pk"))
    intervals: dict[int, list[Interval]] = {post.pk: [] for post in posts}
    for rows, person in ((Tenure.objects, "officer"), (Delegation.objects, "taker")):
        acting = rows.filter(post__in=posts, **{f"{person}__is_active": True})
        for post, start, end in acting.values_list("post", "starts_at", "ends_at"):
            intervals[post].append((start, end))
    return tuple(Seat(post, tuple(intervals[post.pk])) for post in posts)
