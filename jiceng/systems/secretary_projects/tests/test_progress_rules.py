"""The arithmetic of plans, by table and by law."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.systems.secretary_projects.rules import gates
from jiceng.systems.secretary_projects.rules.progress import (
    BadWeight,
    NotPercent,
    Standing,
    claimed_whole,
    planned_whole,
    read_percent,
    read_weight,
    roll_up,
    verified_whole,
)

D = Decimal
DUE, DONE = date(2026, 3, 31), datetime(2026, 4, 2, 4, 0, tzinfo=UTC)
percents = st.decimals(0, 100, places=2)
weights = st.none() | st.decimals("0.001", 10_000, places=3)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "0"),
        ([("100", None)], "100"),
        ([("100", "0.5")] * 3, "100"),  # three of half a weight are not 150 %
        ([("100", "1"), ("0", "1")], "50"),  # a weight of one is a weight like any other
        ([("100", "3"), ("0", "1")], "75"),
        ([("100", None), ("0", None), ("0", None)], "33.33"),
        ([("100", "2"), ("0", "4"), ("100", None)], "55.56"),  # the third counts as their mean, 3
        ([("33.33", "1"), ("33.33", "9999.999")], "33.33"),
    ],
)
def test_rolls_up(parts: list[tuple[str, str | None]], whole: str) -> None:
    assert roll_up([(D(p), D(w) if w else None) for p, w in parts]) == D(whole)


@given(st.lists(st.tuples(percents, weights), min_size=1, max_size=30))
def test_the_whole_lies_between_its_parts(parts: list[tuple[Decimal, Decimal | None]]) -> None:
    whole = roll_up(parts)
    assert 0 <= min(p for p, _ in parts) <= whole <= max(p for p, _ in parts) <= 100


@given(st.lists(st.tuples(percents, weights), min_size=1, max_size=10), st.integers(1, 1000))
def test_only_proportions_count(parts: list[tuple[Decimal, Decimal | None]], times: int) -> None:
    longer = [(p, w * times if w else None) for p, w in parts]
    assert roll_up(longer) == roll_up(parts)


@pytest.mark.parametrize(
    "typed", ["0", "-1", "NaN", "sNaN", "Infinity", "-inf", "1e999", "10001", "x", "1/2", True]
)
def test_is_no_weight(typed: object) -> None:
    with pytest.raises(BadWeight):
        read_weight(typed)


@pytest.mark.parametrize(
    ("typed", "weight"), [(None, None), ("", None), ("0.5", D("0.5")), (3, D(3)), ("1e3", D(1000))]
)
def test_is_a_weight(typed: object, weight: Decimal | None) -> None:
    assert read_weight(typed) == weight


@pytest.mark.parametrize("typed", ["-0.01", "100.01", "NaN", "1e999", "33.333", "", None, "half"])
def test_is_no_percentage(typed: object) -> None:
    with pytest.raises(NotPercent):
        read_percent(typed)


@pytest.mark.parametrize(("typed", "percent"), [("0", "0"), ("100", "100"), (33.33, "33.33")])
def test_is_a_percentage(typed: object, percent: str) -> None:
    assert read_percent(typed) == D(percent)


@pytest.mark.parametrize(
    ("claimed", "verified", "claim", "contradicted", "done", "gap"),
    [
        ("100", None, None, False, True, None),  # nobody has looked yet
        ("100", "100", "100", False, True, "0"),
        ("100", "80", "100", True, False, "20"),  # the board says it is not done
        ("100", "60", "60", False, True, "40"),  # it was so then, and went on
        ("100", "60", "80", True, False, "40"),  # claiming more heals nothing
        ("80", "80", "80", False, False, "0"),
        ("50", "70", "50", False, False, "-20"),
    ],
)
def test_claimed_and_verified_side_by_side(
    claimed: str,
    verified: str | None,
    claim: str | None,
    contradicted: bool,
    done: bool,
    gap: str | None,
) -> None:
    step = Standing(
        due_on=DUE,
        claimed=D(claimed),
        verified=D(verified) if verified else None,
        verified_claim=D(claim) if claim else None,
    )
    assert (step.contradicted, step.publicly_done) == (contradicted, done)
    assert step.gap == (D(gap) if gap else None)


@pytest.mark.parametrize(
    ("claimed", "ended_on", "today", "late"),
    [
        ("0", None, date(2026, 3, 31), 0),
        ("0", None, date(2026, 4, 1), 1),
        ("100", date(2026, 4, 2), date(2026, 5, 1), 2),  # done late stays as late as it was
        ("100", date(2026, 3, 30), date(2026, 5, 1), 0),
        ("99", date(2026, 3, 30), date(2026, 4, 3), 3),
    ],
)
def test_lateness_is_computed(claimed: str, ended_on: date | None, today: date, late: int) -> None:
    step = Standing(due_on=DUE, claimed=D(claimed))
    assert step.days_late(today, ended_on) == late


def test_a_plan_three_times() -> None:
    steps = [
        Standing(due_on=DUE, weight=D(3), claimed=D(100), verified=D(50), verified_claim=D(100)),
        Standing(due_on=date(2026, 6, 1), weight=D(1), claimed=D(20)),
    ]
    assert claimed_whole(steps) == D(80)
    assert verified_whole(steps) == D("37.5")
    assert planned_whole(steps, DUE) == D(75)
    assert planned_whole(steps, date(2026, 3, 30)) == 0


@pytest.mark.parametrize(("done", "of", "rate"), [(31, 36, "86.11"), (212, 230, "92.17")])
def test_projects_roll_up_to_the_rates_of_the_zone(done: int, of: int, rate: str) -> None:
    parts = [(D(100), None)] * done + [(D(0), None)] * (of - done)
    assert roll_up(parts) == D(rate)


class TestGates:
    day = date(2026, 3, 2)

    @pytest.mark.parametrize(
        ("passed", "gate", "jumps"),
        [
            ((), 1, False),
            ((), 2, True),
            ((1,), 1, True),
            ((1, 2), 3, False),
            ((1, 2), 4, True),
            ((1, 3), 2, False),
            ((1, 2, 3, 4), 4, True),
        ],
    )
    def test_order(self, passed: tuple[int, ...], gate: int, jumps: bool) -> None:
        assert gates.jumps(gate, dict.fromkeys(passed, self.day)) is jumps

    @pytest.mark.parametrize(
        ("gates_passed", "closes", "ready"),
        [
            ((1, 2, 3, 4), DONE, True),
            ((1, 2, 3, 4), None, False),
            ((1, 2, 3), DONE, False),
            ((2, 3, 4), DONE, False),
            ((1, 2, 3, 4), datetime(2026, 4, 2, 4, 1, tzinfo=UTC), False),
        ],
    )
    def test_ready(
        self, gates_passed: tuple[int, ...], closes: datetime | None, ready: bool
    ) -> None:
        passed = dict.fromkeys(gates_passed, self.day)
        assert gates.registrable(passed, closes, DONE) is ready

    @pytest.mark.parametrize(
        ("kind", "text"),
        [("project", "书记项目〔2026〕007号"), ("item", "领办事项〔2026〕007号")],
    )
    def test_number(self, kind: str, text: str) -> None:
        assert gates.filing_text(kind, 2026, 7) == text
