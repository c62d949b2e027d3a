"""What clients do, without a word of Django: the zone they know, and how a case goes on."""

from collections.abc import Mapping
from typing import Any

PASSWORD = "laboratory-2026-faults"
CATEGORIES = [f"F{number}" for number in range(1, 7)]
STREET = "990000001"
UNITS = (f"{STREET}001", f"{STREET}201")
# Where a case goes on from each step, over and over; each move says its mark in words.
COURSE = {
    "reported": ("judge", "note"),
    "judged": ("dispatch", "note"),
    "dispatched": ("consult", "question"),
    "outside": ("hear", "note"),
}
ROLES = {"reported": "1001", "judged": "1001", "dispatched": "1004", "outside": "1004"}


def next_move(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the act by which the case goes on from where it stands."""
    move, word = COURSE[state["step"]]
    return {
        "act": move,
        "word": word,
        "by": ROLES[state["step"]],
        "number": state["number"],
        "step_id": state["step_id"],
    }
