"""Which moves of the procedure make sense for a case: what the net alone does not say."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Standing:
    """What decides: the standard of the case, who reported it, what was made of it so far."""

    needs_verification: bool = True
    has_reporter: bool = True
    overdue: bool = False
    open_parts: bool = False
    made: Mapping[str, int] = field(default_factory=Counter)


def _extensions_left(standing: Standing, most: int) -> bool:
    return not standing.overdue and standing.made.get("extend", 0) < most


def fits(move: str, standing: Standing, *, most_extensions: int) -> bool:
    """Tell whether the button is worth showing; pressed all the same, it is refused.

    A category that asks for verification is never finished without; nobody is asked who cannot
    answer; an extension comes before the day is over, shelving once.
    """
    conditions: dict[str, Callable[[], bool]] = {
        "finish": lambda: not standing.needs_verification,
        "ask": lambda: standing.has_reporter,
        "ask_extension": lambda: _extensions_left(standing, most_extensions),
        "extend": lambda: _extensions_left(standing, most_extensions),
        "ask_shelving": lambda: not standing.made.get("shelve", 0),
        "shelve": lambda: not standing.made.get("shelve", 0),
    }
    return conditions.get(move, lambda: True)()
