"""Routing rules as sets: what may be asked, what holds, what covers what; against brute force."""

from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.systems.grid.rules import routing
from jiceng.systems.grid.rules.routing import (
    BadConditions,
    Conditions,
    Facts,
    World,
    as_json,
    box,
    conflicting,
    covers,
    holds,
    is_dead,
    narrowed,
    overlaps,
    read_conditions,
    unknown,
)

# Two streets with a community and a grid each; three categories of two groups and two kinds.
UNITS = {
    "Z": frozenset({"Z"}),
    "S1": frozenset({"Z", "S1"}),
    "S2": frozenset({"Z", "S2"}),
    "C1": frozenset({"Z", "S1", "C1"}),
    "C2": frozenset({"Z", "S2", "C2"}),
}
WORLD = World(
    categories={"A": ("g", "event"), "B": ("g", "component"), "C": ("h", "event")},
    cells={"1": "C1", "2": "C2"},
    units=UNITS,
    sources=frozenset({"resident", "patrol"}),
    kinds=frozenset({"event", "component"}),
)
PLACES = [*WORLD.cells.items(), *(("", unit) for unit in UNITS)]
SPACE = [
    Facts(category, *WORLD.categories[category], cell, UNITS[unit], source, weekday, hour)
    for category, (cell, unit), source, weekday, hour in product(
        WORLD.categories, PLACES, sorted(WORLD.sources), (1, 6), (0, 5, 12, 23)
    )
]
FACTS = Facts("A", "g", "event", "1", UNITS["C1"], "resident", 1, 23)


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        (None, "conditions", "not_an_object"),
        ([], "conditions", "not_an_object"),
        ({"street": ["1"]}, "street", "unknown_key"),
        ({"categories": "A"}, "categories", "not_a_list"),
        ({"categories": {"A": 1}}, "categories", "not_a_list"),
        ({"categories": []}, "categories", "empty_list"),
        ({"categories": [""]}, "categories", "bad_value"),
        ({"categories": [1]}, "categories", "bad_value"),
        ({"cells": ["1", None]}, "cells", "bad_value"),
        ({"units": [["C1"]]}, "units", "bad_value"),
        ({"groups": ["g" * 61]}, "groups", "bad_value"),
        ({"cells": ["1"] * 201}, "cells", "too_many"),
        ({"weekdays": [0]}, "weekdays", "bad_value"),
        ({"weekdays": [8]}, "weekdays", "bad_value"),
        ({"weekdays": [True]}, "weekdays", "bad_value"),
        ({"weekdays": ["1"]}, "weekdays", "bad_value"),
        ({"weekdays": []}, "weekdays", "empty_list"),
        ({"hours": []}, "hours", "bad_hours"),
        ({"hours": [8]}, "hours", "bad_hours"),
        ({"hours": [8, 8]}, "hours", "bad_hours"),
        ({"hours": [24, 8]}, "hours", "bad_hours"),
        ({"hours": [8, 25]}, "hours", "bad_hours"),
        ({"hours": [-1, 8]}, "hours", "bad_hours"),
        ({"hours": [8.5, 9]}, "hours", "bad_hours"),
        ({"hours": [False, True]}, "hours", "bad_hours"),
        ({"hours": "8-9"}, "hours", "bad_hours"),
        ({"hours": None}, "hours", "bad_hours"),
    ],
)
def test_what_cannot_be_asked_is_named(raw: Any, field: str, code: str) -> None:
    with pytest.raises(BadConditions) as refused:
        read_conditions(raw)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [(field, code)]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(BadConditions) as refused:
        read_conditions({"x": 1, "weekdays": [9], "hours": [1]})
    assert {fault.field for fault in refused.value.faults} == {"x", "weekdays", "hours"}


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({"categories": ["A", "X"]}, [("categories", "X")]),
        ({"groups": ["g", "i"]}, [("groups", "i")]),
        ({"cells": ["3"], "units": ["S3"]}, [("cells", "3"), ("units", "S3")]),
        ({"kinds": ["thing"]}, [("kinds", "thing")]),
        ({"sources": ["dream"]}, [("sources", "dream")]),
        ({"categories": ["A"], "units": ["Z"]}, []),
    ],
)
def test_unknown_codes_are_named(raw: Any, codes: list[tuple[str, str]]) -> None:
    found = unknown(read_conditions(raw), WORLD)
    assert [(fault.field, fault.value) for fault in found] == codes


@pytest.mark.parametrize(
    ("raw", "changes", "expected"),
    [
        ({}, {}, True),
        ({"categories": ["A"]}, {}, True),
        ({"categories": ["B"]}, {}, False),
        ({"groups": ["g"], "kinds": ["component"]}, {}, False),
        ({"cells": ["1"]}, {"cell": ""}, False),
        ({"units": ["S1"]}, {}, True),
        ({"units": ["S2"]}, {}, False),
        ({"units": ["S2", "Z"]}, {}, True),
        ({"sources": ["patrol"]}, {}, False),
        ({"weekdays": [1]}, {}, True),
        ({"weekdays": [2]}, {}, False),
        ({"hours": [22, 6]}, {"hour": 22}, True),
        ({"hours": [22, 6]}, {"hour": 5}, True),
        ({"hours": [22, 6]}, {"hour": 6}, False),
        ({"hours": [22, 6]}, {"hour": 21}, False),
        ({"hours": [8, 17]}, {"hour": 8}, True),
        ({"hours": [8, 17]}, {"hour": 17}, False),
        ({"hours": [0, 24]}, {"hour": 23}, True),
        ({"hours": [22, 0]}, {"hour": 0}, False),
    ],
)
def test_when_a_rule_holds(raw: Any, changes: dict[str, Any], expected: bool) -> None:
    assert holds(read_conditions(raw), replace(FACTS, **changes)) is expected


def test_of_the_conditions_those_that_met_are_kept() -> None:
    asked = read_conditions({"categories": ["A", "B"], "units": ["S1", "S2"], "hours": [22, 6]})
    assert as_json(narrowed(asked, FACTS)) == {
        "categories": ["A"],
        "units": ["S1"],
        "hours": [22, 6],
    }


def some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True)


RAW = st.fixed_dictionaries(
    {},
    optional={
        "categories": some(WORLD.categories),
        "groups": some({"g", "h"}),
        "kinds": some(WORLD.kinds),
        "cells": some(WORLD.cells),
        "units": some(UNITS),
        "sources": some(WORLD.sources),
        "weekdays": some({1, 6}),
        "hours": st.sampled_from([[0, 6], [22, 6], [5, 13], [0, 24], [12, 0]]),
    },
)
RULES = RAW.map(read_conditions)


def met(conditions: Conditions) -> set[int]:
    """Return by trial which reports of the space a rule meets."""
    return {index for index, facts in enumerate(SPACE) if holds(conditions, facts)}


def small(conditions: Conditions) -> Any:
    """Return the box of a rule in the space of the trial: two days, four hours."""
    *sides, weekdays, hours = box(conditions, WORLD)
    return (*sides, weekdays & {1, 6}, hours & {0, 5, 12, 23})


@given(RULES, RULES)
def test_covering_and_overlapping_are_what_trial_finds(one: Conditions, other: Conditions) -> None:
    mine, theirs = met(one), met(other)
    assert overlaps(small(one), small(other)) == bool(mine & theirs)
    assert covers(small(one), small(other)) == (mine >= theirs)
    clash = bool(mine & theirs) and not mine >= theirs and not theirs >= mine
    assert conflicting(small(one), small(other)) == clash


@given(st.lists(RULES, max_size=4), RULES)
@settings(max_examples=200)
def test_a_rule_is_dead_where_trial_finds_nothing_left(
    earlier: list[Conditions], rule: Conditions
) -> None:
    left = met(rule) - set().union(*map(met, earlier))
    assert is_dead(small(rule), [small(each) for each in earlier]) == (not left)


@given(RAW)
def test_what_is_stored_reads_back_the_same(raw: Any) -> None:
    conditions = read_conditions(raw)
    assert read_conditions(as_json(conditions)) == conditions


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(routing.NAMES), inner),
    max_leaves=8,
)


@given(JSON | st.dictionaries(st.sampled_from(routing.NAMES) | st.text(), JSON))
def test_any_json_is_read_or_refused(raw: Any) -> None:
    conditions = None
    with suppress(BadConditions):
        conditions = read_conditions(raw)
    assert conditions is None or as_json(conditions) == as_json(read_conditions(raw))


def test_a_tangle_of_rules_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "MOST_PIECES", 1)
    halves = [box(Conditions(categories=frozenset({code})), WORLD) for code in "AB"]
    night = box(Conditions(hours=(22, 6), sources=frozenset({"patrol"})), WORLD)
    assert not is_dead(box(Conditions(), WORLD), [night, *halves])
