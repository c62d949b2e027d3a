"""Patrols in plain Python: weeks, loads, what was walked of what was planned, who takes over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)


def week_of(day: date) -> tuple[date, date]:
    """Return the Monday of the week of ``day``, and the Monday after, which is outside."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + WEEK


def load(rounds_a_week: Iterable[int]) -> int:
    """Return the rounds a week of all plans of one member."""
    return sum(rounds_a_week)


@dataclass(frozen=True)
class Coverage:
    """Rounds of one week: how many were planned, how many were walked."""

    planned: int
    walked: int

    @property
    def counted(self) -> int:
        """Return how many of the planned rounds were walked; more than planned is not more."""
        return min(self.walked, self.planned)

    @property
    def left(self) -> int:
        """Return how many rounds remain."""
        return self.planned - self.counted

    @property
    def complete(self) -> bool:
        """Tell whether all was walked; where nothing is planned, nothing is complete."""
        return self.planned > 0 and self.left == 0


@dataclass(frozen=True)
class Plan:
    """A plan as these rules see it; keys are of whatever kind the caller has."""

    key: int
    cell: int
    member: int
    taken_from: int | None = None


def predecessors(plan: Plan, plans: Sequence[Plan]) -> frozenset[int]:
    """Return the keys of the plans whose rounds count for ``plan`` in a week: its own, earlier ones
    of the same member in the same cell, and all that these were taken over from.

    Who takes over on a Thursday does not walk again what the other walked on Monday.
    """
    known = {other.key: other for other in [*plans, plan]}
    front = [other.key for other in plans if _same_walk(other, plan)] + [plan.key]
    found: set[int] = set()
    while front:
        key = front.pop()
        if key not in found:
            found.add(key)
            before = known[key].taken_from if key in known else None
            front += [before] if before is not None else []
    return frozenset(found)


def _same_walk(one: Plan, other: Plan) -> bool:
    return (one.cell, one.member) == (other.cell, other.member)


def has_room(rounds: int, carried: int, most: int) -> bool:
    """Tell whether who carries so many rounds a week can take on these."""
    return carried + rounds <= most


def successor(
    rounds: int, loads: Mapping[int, int], walking: frozenset[int], most: int
) -> int | None:
    """Return who takes over so many rounds a week: the least loaded who has room.

    ``loads`` is of the candidates, in the order in which equals are taken. Who does not walk the
    grid yet comes before who does: two pairs of eyes see more. ``None`` where nobody has room.
    """
    fit = [key for key, carried in loads.items() if has_room(rounds, carried, most)]
    return min(fit, key=lambda key: (key in walking, loads[key]), default=None)


def without_plan(parents: Mapping[int, int | None], planned: frozenset[int]) -> list[int]:
    """Return the grids that nobody is to walk: those with none below them and without a plan.

    ``parents`` names of each grid in force the one above.
    """
    above = set(parents.values())
    return [key for key in parents if key not in above and key not in planned]
