"""Who holds which post, remembered between two changes of the organisation.

``posts_for`` and ``holders`` answer at one instant with a query each. Whoever moves thousands of
cases asks the same again and again; the answer can differ only where a tenure or delegation begins
or ends, or a unit is founded or dissolved.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import chain
from typing import Any

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.service import Capacity, capacities, holders, posts_for

ALWAYS = datetime.min.replace(tzinfo=UTC)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class _State:
    """All of the organisation that decides who holds a post. Of each row the unit comes first."""

    units: Rows = field(default_factory=list)
    tenures: Rows = field(default_factory=list)
    delegations: Rows = field(default_factory=list)
    inactive: Rows = field(default_factory=list)

    @classmethod
    def read(cls) -> "_State":
        """Read it, in four queries."""
        held = ("post__unit", "pk", "post", "officer", "starts_at", "ends_at")
        given = ("post__unit", "pk", "post", "taker", "starts_at", "ends_at")
        unit = ("pk", "path", "short_name", "founded_on", "dissolved_on")
        inactive = Officer.objects.filter(is_active=False)
        return cls(
            units=list(Unit.objects.order_by("pk").values_list(*unit)),
            tenures=list(Tenure.objects.order_by("pk").values_list(*held)),
            delegations=list(Delegation.objects.order_by("pk").values_list(*given)),
            inactive=list(inactive.order_by("pk").values_list("pk")),
        )

    def changes(self) -> list[datetime]:
        """Return the instants at which an answer may change. Legal days begin at midnight here."""
        days = {day for row in self.units for day in row[-2:] if day}
        ends = {end for row in chain(self.tenures, self.delegations) for end in row[-2:] if end}
        midnights = {datetime.combine(day, time.min, SHANGHAI).astimezone(UTC) for day in days}
        return sorted(ends | midnights)

    def by_unit(self) -> dict[int, list[Hashable]]:
        """Return what belongs to each unit."""
        found: dict[int, list[Hashable]] = defaultdict(list)
        for row in chain(self.units, self.tenures, self.delegations):
            found[row[0]].append(row)
        return found

    def differing(self, other: "_State") -> set[int]:
        """Return the units of which something is different."""
        mine, theirs = self.by_unit(), other.by_unit()
        return {pk for pk in mine.keys() | theirs.keys() if mine.get(pk) != theirs.get(pk)}


class Seats:
    """Answers like ``posts_for`` and ``holders``; ``refresh`` forgets what no longer holds."""

    def __init__(self) -> None:
        self._state = _State()
        self._changes: list[datetime] = []
        self._posts: dict[tuple[datetime, str, int], tuple[Unit, Post | None]] = {}
        self._holders: dict[tuple[datetime, int], tuple[Post, list[Capacity]]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look at the organisation; where a unit differs, forget what depends on it."""
        state = _State.read()
        if state == self._state:
            return
        if state.inactive != self._state.inactive:
            self._posts, self._holders = {}, {}
        differing = state.differing(self._state)
        self._state, self._changes = state, state.changes()
        self._posts = {
            key: answer
            for key, answer in self._posts.items()
            if differing.isdisjoint(answer[0].lineage)
        }
        self._holders = {
            key: answer
            for key, answer in self._holders.items()
            if answer[0].unit_id not in differing
        }

    def _since(self, at: datetime) -> datetime:
        """Return the last change before or at ``at``: from then on the answer is the same."""
        place = bisect_right(self._changes, at)
        return self._changes[place - 1] if place else ALWAYS

    def post(self, role: str, unit: Unit, at: datetime) -> Post | None:
        """Return what ``posts_for`` returns."""
        key = (self._since(at), role, unit.pk)
        if key not in self._posts:
            self._posts[key] = (unit, posts_for(role, unit, at))
        return self._posts[key][1]

    def acting(self, post: Post | None, at: datetime) -> list[Capacity]:
        """Return who acts in ``post``, as capacities, by staff number."""
        if post is None:
            return []
        key = (self._since(at), post.pk)
        if key not in self._holders:
            self._holders[key] = (post, list(_capacities(post, at)))
        return self._holders[key][1]


def _capacities(post: Post, at: datetime) -> Iterable[Capacity]:
    held = chain.from_iterable(capacities(officer, at) for officer in holders(post, at))
    return (capacity for capacity in held if capacity.post == post)
