"""Since when an after-photo can have been taken, and how its findings are rounded for people."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

# Where a case stands while one unit has it in hand, waiting included.
IN_HAND = frozenset({"dispatched", "outside", "extension_asked", "shelving_asked", "shelved"})
# The move with which it goes from one unit to another without leaving that step.
HANDED_ON = "reassign"
KILOMETRE, SHORT = 1000, 2000
DAY, FEW_HOURS = 24, 48


class Stay(NamedTuple):
    """One stay of a case in a step, and the move that ended it, "" while it lasts."""

    step: str
    move: str
    entered_at: datetime


def in_hand_since(stays: Iterable[Stay]) -> datetime | None:
    """Return when the unit that had the case last was given it; ``stays`` come in their order.

    A photo from before the unit asked for more time is still one of its work. After a rework it
    is not: the work is to be done anew.
    """
    since = found = None
    for stay in stays:
        if stay.step not in IN_HAND:
            since = None
            continue
        since = found = since or stay.entered_at
        if stay.move == HANDED_ON:
            since = None
    return found


def rounded_metres(metres: float) -> tuple[str, str]:
    """Return a distance as people say it: a number, and "m" or "km"."""
    if metres < SHORT:
        return str(round(metres / 10) * 10), "m"
    return f"{metres / KILOMETRE:.1f}", "km"


def rounded_hours(hours: float) -> tuple[int, str]:
    """Return a time as people say it: a number, at least one, and "h" or "d"."""
    if hours < FEW_HOURS:
        return max(1, round(hours)), "h"
    return round(hours / DAY), "d"
