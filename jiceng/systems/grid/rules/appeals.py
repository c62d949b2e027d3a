"""Whether a unit may still ask that a lateness be excused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Obstacle = Literal["", "not_handled", "not_over", "appealed", "not_late", "window_over"]


@dataclass(frozen=True)
class Stay:
    """How long the unit had the case in hand once: the day it was given, and when it let go."""

    due_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True)
class Grounds:
    """What an appeal rests on; ``stays`` are those of the appealing unit."""

    due_at: datetime | None
    closed_at: datetime | None
    stays: Sequence[Stay]
    appealed: bool


def is_after(instant: datetime | None, due_at: datetime | None) -> bool:
    """Tell whether something was late; without a day, or without an end, nothing is."""
    return instant is not None and due_at is not None and instant > due_at


def obstacle(grounds: Grounds, at: datetime, *, days: int) -> Obstacle:
    """Return what stands in the way of an appeal at ``at``, "" where nothing does.

    Only who handled the case appeals, once it is over, once ever, against a lateness of the case
    or of the own part in it, within ``days`` of the end.
    """
    late = is_after(grounds.closed_at, grounds.due_at) or any(
        is_after(stay.left_at, stay.due_at) for stay in grounds.stays
    )
    answers: list[tuple[Obstacle, bool]] = [
        ("not_handled", not grounds.stays),
        ("not_over", grounds.closed_at is None),
        ("appealed", grounds.appealed),
        ("not_late", not late),
        ("window_over", _over(grounds.closed_at, at, days)),
    ]
    return next((code for code, stands in answers if stands), "")


def _over(closed_at: datetime | None, at: datetime, days: int) -> bool:
    return closed_at is not None and at > closed_at + timedelta(days=days)
