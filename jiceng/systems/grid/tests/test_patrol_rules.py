"""Patrols as arithmetic: weeks, coverage, who takes over, which grids nobody walks."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.systems.grid.rules.patrols import (
    Coverage,
    Plan,
    load,
    predecessors,
    successor,
    week_of,
    without_plan,
)


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2026, 3, 2), date(2026, 3, 2)),  # a Monday begins its own week
        (date(2026, 3, 8), date(2026, 3, 2)),  # a Sunday ends it
        (date(2026, 1, 1), date(2025, 12, 29)),  # over the end of a year
        (date(2024, 2, 29), date(2024, 2, 26)),
    ],
)
def test_a_week_begins_on_monday(day: date, monday: date) -> None:
    assert week_of(day) == (monday, monday + timedelta(days=7))


@pytest.mark.parametrize(
    ("planned", "walked", "counted", "left", "complete"),
    [
        (5, 0, 0, 5, False),
        (5, 3, 3, 2, False),
        (5, 5, 5, 0, True),
        (5, 9, 5, 0, True),  # more than planned is not more
        (0, 0, 0, 0, False),  # where nothing is planned, nothing is complete
        (0, 2, 0, 0, False),
    ],
)
def test_coverage(planned: int, walked: int, counted: int, left: int, complete: bool) -> None:
    week = Coverage(planned, walked)
    assert (week.counted, week.left, week.complete) == (counted, left, complete)


MEMBERS = {1: 10, 2: 4, 3: 4, 4: 14}


@pytest.mark.parametrize(
    ("rounds", "loads", "walking", "chosen"),
    [
        (3, MEMBERS, set(), 2),  # least loaded; of equals the first listed
        (3, MEMBERS, {2}, 3),  # who does not walk the grid yet comes first
        (3, MEMBERS, {2, 3}, 1),
        (5, MEMBERS, {2, 3}, 2),  # 1 has no room left, so who walks it already walks more
        (11, MEMBERS, set(), None),
        (10, MEMBERS, set(), 2),
        (1, {}, set(), None),
        (1, {4: 14}, set(), None),
    ],
)
def test_who_takes_over(
    rounds: int, loads: dict[int, int], walking: set[int], chosen: int | None
) -> None:
    assert successor(rounds, loads, frozenset(walking), 14) == chosen


@given(
    st.integers(1, 14),
    st.dictionaries(st.integers(1, 30), st.integers(0, 14)),
    st.frozensets(st.integers(1, 30)),
)
def test_the_successor_has_room_and_nobody_fresh_carries_less(
    rounds: int, loads: dict[int, int], walking: frozenset[int]
) -> None:
    chosen = successor(rounds, loads, walking, 14)
    fit = [key for key, carried in loads.items() if carried + rounds <= 14]
    if chosen is None:
        assert not fit
    else:
        rivals = [key for key in fit if (key in walking) == (chosen in walking)]
        assert chosen in fit
        assert loads[chosen] == min(loads[key] for key in rivals)
        assert chosen not in walking or all(key in walking for key in fit)


def test_load_is_the_sum() -> None:
    assert (load([]), load([3, 4])) == (0, 7)


def test_rounds_of_whoever_walked_before_count() -> None:
    plans = [
        Plan(1, cell=7, member=1),
        Plan(2, cell=7, member=2, taken_from=1),
        Plan(3, cell=7, member=2, taken_from=4),  # raised to more rounds after a second hand-over
        Plan(4, cell=7, member=3),
        Plan(5, cell=7, member=5),  # another walker of the grid
        Plan(6, cell=8, member=2),  # another grid
    ]
    assert predecessors(plans[2], plans) == {1, 2, 3, 4}
    assert predecessors(plans[4], plans) == {5}


def test_a_predecessor_of_another_week_is_named_and_goes_no_further() -> None:
    assert predecessors(Plan(2, 7, 2, taken_from=1), []) == {1, 2}


def test_only_the_deepest_grids_can_be_without_a_plan() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 2, 5: None}
    assert without_plan(parents, frozenset({3})) == [4, 5]
    assert without_plan(parents, frozenset({3, 4, 5})) == []
    assert without_plan({}, frozenset()) == []
