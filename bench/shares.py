"""A profile as people read it: function by function, or package by package."""

import pstats
import re
import tempfile
from collections import defaultdict
from typing import Any

LINES = 60
LEAST_SHARE = 0.02


def told(profile: pstats.Stats) -> str:
    """Return a profile as text, the dearest first."""
    with tempfile.TemporaryFile("w+") as out:
        profile.stream = out  # type: ignore[attr-defined]
        profile.sort_stats("cumulative").print_stats(LINES)
        out.seek(0)
        return out.read()


def shares(profile: pstats.Stats) -> dict[str, float]:
    """Return which package spends how much of the time itself, what is below a fiftieth apart."""
    spent: defaultdict[str, float] = defaultdict(float)
    functions: dict[Any, Any] = profile.stats  # type: ignore[attr-defined]
    for (path, _line, _name), (_calls, _all, own, _whole, _callers) in functions.items():
        spent[_package(path)] += own
    whole = sum(spent.values())
    ranked = sorted(spent.items(), key=lambda item: -item[1])
    found = {name: own / whole for name, own in ranked if own / whole >= LEAST_SHARE}
    return found | {"the rest": 1 - sum(found.values())}


def _package(path: str) -> str:
    """Return the package of a file: ours to the second level, others' by their first names."""
    if found := re.search(r"/(jiceng/\w+/\w+|bench)/", path):
        return found[1].replace("/", ".")
    if found := re.search(r"/site-packages/(django/\w+|\w+)", path):
        return found[1].replace("/", ".")
    return "built into Python" if path == "~" else "standard library"
