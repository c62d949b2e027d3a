"""Routing rules as sets: what one asks, whether it holds, which ones get in each other's way.

Every condition is a set of what it admits, so a rule is a box in the space of all reports. One rule
covers another where its box holds the other's; a rule is dead where the earlier boxes together
hold all of its own. Category, group and kind are one side of the box, as a category has one group;
so are grid and unit, as a grid has one unit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

WEEKDAYS = frozenset(range(1, 8))
HOURS = frozenset(range(24))
MOST_CODES = 200
LONGEST_CODE = 60
# Rules so tangled that their boxes fall into more pieces than this are taken to be alive.
MOST_PIECES = 4000

Codes = frozenset[str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one condition: its name, a stable code, and the value that shows it."""

    field: str
    code: str
    value: str = ""


class BadConditions(ValueError):
    """Conditions that cannot be used; ``faults`` says why, one for each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{fault.field}: {fault.code}" for fault in faults))


@dataclass(frozen=True)
class Conditions:
    """What a rule asks of a report. An empty set asks nothing.

    ``units`` are codes of the answering unit or of one above it; ``weekdays`` count from Monday,
    1, and are those of the instant itself; ``hours`` are whole hours ``[from, until)``, across
    midnight where ``until`` is not later.
    """

    categories: Codes = frozenset()
    groups: Codes = frozenset()
    kinds: Codes = frozenset()
    cells: Codes = frozenset()
    units: Codes = frozenset()
    sources: Codes = frozenset()
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None

    @property
    def clock(self) -> frozenset[int]:
        """Return the hours of a day that are admitted, 0–23."""
        if self.hours is None:
            return HOURS
        start, end = self.hours
        length = (end - start) % 24 or 24
        return frozenset((start + hour) % 24 for hour in range(length))


CODED = ("categories", "groups", "kinds", "cells", "units", "sources")
NAMES = tuple(each.name for each in fields(Conditions))


@dataclass(frozen=True)
class Facts:
    """What is known of a report; ``units`` are the answering unit and all above it."""

    category: str
    group: str
    kind: str
    cell: str
    units: Codes
    source: str
    weekday: int
    hour: int


@dataclass(frozen=True)
class World:
    """What there is at an instant: categories with group and kind, grids with the code of their
    unit, units with the codes of themselves and all above them, sources."""

    categories: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, Codes] = field(default_factory=dict)
    sources: Codes = frozenset()
    kinds: Codes = frozenset()

    def known(self, name: str) -> Iterable[str]:
        """Return the codes that a condition of this name may use."""
        groups = {group for group, _kind in self.categories.values() if group}
        return {
            "categories": self.categories.keys(),
            "groups": groups,
            "kinds": self.kinds,
            "cells": self.cells.keys(),
            "units": self.units.keys(),
            "sources": self.sources,
        }[name]


# --- reading -----------------------------------------------------------------------------------


def read_conditions(raw: Any) -> Conditions:
    """Return what ``raw``, as JSON has it, says. Raises ``BadConditions`` with every fault."""
    if not isinstance(raw, dict):
        raise BadConditions([Fault("conditions", "not_an_object")])
    faults = [Fault(str(name)[:LONGEST_CODE], "unknown_key") for name in raw if name not in NAMES]
    given = {name: raw[name] for name in NAMES if name in raw}
    faults += [fault for name, value in given.items() for fault in READERS[name](name, value)]
    if faults:
        raise BadConditions(faults)
    hours = given.pop("hours", None)
    sets = {name: frozenset(value) for name, value in given.items()}
    return Conditions(**sets, hours=tuple(hours) if hours else None)


def _codes(name: str, value: Any) -> list[Fault]:
    return _listed(name, value, lambda each: isinstance(each, str) and 0 < len(each) <= 60)


def _weekdays(name: str, value: Any) -> list[Fault]:
    return _listed(name, value, lambda each: type(each) is int and each in WEEKDAYS)


def _listed(name: str, value: Any, fits: Callable[[Any], bool]) -> list[Fault]:
    if not isinstance(value, list):
        return [Fault(name, "not_a_list")]
    if not value:
        return [Fault(name, "empty_list")]
    if len(value) > MOST_CODES:
        return [Fault(name, "too_many")]
    return [Fault(name, "bad_value", str(each)[:LONGEST_CODE]) for each in value if not fits(each)]


def _hours(name: str, value: Any) -> list[Fault]:
    """A pair of whole hours; [22, 6] runs across midnight, equal ends would admit nothing."""
    pair = isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value)
    if not pair:
        return [Fault(name, "bad_hours")]
    start, end = value
    fits = start in range(24) and end in range(25) and start != end
    return [] if fits else [Fault(name, "bad_hours")]


READERS: dict[str, Callable[[str, Any], list[Fault]]] = {
    **dict.fromkeys(CODED, _codes),
    "weekdays": _weekdays,
    "hours": _hours,
}


def unknown(conditions: Conditions, world: World) -> list[Fault]:
    """Return the codes that the world does not have, or has no longer."""
    return [
        Fault(name, "unknown_code", code)
        for name in CODED
        for code in sorted(getattr(conditions, name) - frozenset(world.known(name)))
    ]


def as_json(conditions: Conditions) -> dict[str, list[Any]]:
    """Return the conditions as they are stored: only what asks something, in order."""
    told: dict[str, list[Any]] = {
        name: sorted(getattr(conditions, name))
        for name in (*CODED, "weekdays")
        if getattr(conditions, name)
    }
    return told | ({"hours": list(conditions.hours)} if conditions.hours else {})


# --- deciding ----------------------------------------------------------------------------------


def holds(conditions: Conditions, facts: Facts) -> bool:
    """Tell whether a report with these facts meets every condition."""
    asked = (
        (conditions.categories, facts.category),
        (conditions.groups, facts.group),
        (conditions.kinds, facts.kind),
        (conditions.cells, facts.cell),
        (conditions.sources, facts.source),
        (conditions.weekdays, facts.weekday),
        (conditions.clock, facts.hour),
    )
    met = all(not admitted or fact in admitted for admitted, fact in asked)
    return met and (not conditions.units or not conditions.units.isdisjoint(facts.units))


# --- comparing ---------------------------------------------------------------------------------

Box = tuple[frozenset[Any], ...]  # categories, places, sources, weekdays, hours


def box(conditions: Conditions, world: World) -> Box:
    """Return all reports that a rule can meet in this world, side by side of the box.

    A place is a grid with its unit, or no grid and any unit.
    """
    categories = frozenset(
        code
        for code, (group, kind) in world.categories.items()
        if _admits(conditions.categories, code)
        and _admits(conditions.groups, group)
        and _admits(conditions.kinds, kind)
    )
    places = [*world.cells.items(), *(("", unit) for unit in world.units)]
    near = frozenset(
        (cell, unit)
        for cell, unit in places
        if _admits(conditions.cells, cell)
        and (not conditions.units or conditions.units & world.units.get(unit, frozenset()))
    )
    sources = conditions.sources & world.sources if conditions.sources else world.sources
    return categories, near, sources, conditions.weekdays or WEEKDAYS, conditions.clock


def _admits(admitted: Codes, code: str) -> bool:
    return not admitted or code in admitted


def covers(outer: Box, inner: Box) -> bool:
    """Tell whether every report of ``inner`` is one of ``outer``."""
    return not all(inner) or all(a >= b for a, b in zip(outer, inner, strict=True))


def overlaps(one: Box, other: Box) -> bool:
    """Tell whether some report meets both."""
    return all(a & b for a, b in zip(one, other, strict=True))


def conflicting(one: Box, other: Box) -> bool:
    """Tell whether both can hold and neither is the special case of the other."""
    return overlaps(one, other) and not (covers(one, other) or covers(other, one))


def is_dead(own: Box, earlier: Iterable[Box]) -> bool:
    """Tell whether the earlier rules, together, leave a rule no report at all."""
    left = [own] if all(own) else []
    for other in earlier:
        left = [piece for whole in left for piece in _without(whole, other)]
        if len(left) > MOST_PIECES:
            return False
    return not left


def _without(whole: Box, other: Box) -> list[Box]:
    """Return ``whole`` without what it shares with ``other``, in pieces that share nothing."""
    if not overlaps(whole, other):
        return [whole]
    pieces, rest = [], list(whole)
    for side, (mine, theirs) in enumerate(zip(whole, other, strict=True)):
        outside = mine - theirs
        if outside:
            pieces.append((*rest[:side], outside, *rest[side + 1 :]))
        rest[side] = mine & theirs
    return pieces


def narrowed(conditions: Conditions, facts: Facts) -> Conditions:
    """Return of the conditions only what met these facts: that is why the rule held."""
    return Conditions(
        categories=conditions.categories & {facts.category},
        groups=conditions.groups & {facts.group},
        kinds=conditions.kinds & {facts.kind},
        cells=conditions.cells & {facts.cell},
        units=conditions.units & facts.units,
        sources=conditions.sources & {facts.source},
        weekdays=conditions.weekdays & {facts.weekday},
        hours=conditions.hours,
    )
