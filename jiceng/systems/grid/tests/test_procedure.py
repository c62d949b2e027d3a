"""The procedure of the grid is sound, and every move of it has its act."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from jiceng.kernel.ledger.service import ACTS
from jiceng.kernel.orgs.terms import ROLES
from jiceng.kernel.procedures.service import PROCEDURES, Move, problems
from jiceng.kernel.procedures.terms import Outcome
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.actions import linking
from jiceng.systems.grid.forms.moves import MoveForm
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.tests.scene import Grid

PART_FIELDS = [(f"part_{place}_words", f"part_{place}_unit") for place in (1, 2, 3, 4)]
each_move = pytest.mark.parametrize("move", GRID_CASE.moves, ids=lambda move: move.code)


def test_it_is_sound() -> None:
    assert problems(GRID_CASE) == []


def test_it_is_registered_under_its_version() -> None:
    assert PROCEDURES.get(f"{GRID_CASE.code} {GRID_CASE.version}") is GRID_CASE


def test_the_gate_would_find_a_fault() -> None:
    """A copy whose case can never be closed is refused, so the test above can fail."""
    moves = tuple(move for move in GRID_CASE.moves if move.code not in ("close", "refuse"))
    broken = type(GRID_CASE)(**{**_fields(), "moves": moves})

    assert {fault.code for fault in problems(broken)} >= {"dead_end"}


def _fields() -> dict[str, Any]:
    names = ("code", "version", "label", "start", "steps", "moves", "basis")
    return {name: getattr(GRID_CASE, name) for name in names}


@each_move
def test_every_move_has_exactly_one_act_of_its_event(move: Move) -> None:
    acts = [spec for spec in ACTS if spec.code == move.event]

    # A case is split by one act on it and one on each part, which one function holds together.
    function = linking._split if move.code == "split" else actions.MOVES[move.code]
    assert [spec.function for spec in acts] == [function]
    assert str(acts[0].label) == str(move.label)
    assert acts[0].may is not None


def test_no_act_moves_what_the_procedure_does_not_know() -> None:
    assert set(actions.MOVES) == {move.code for move in GRID_CASE.moves}
    functions: list[Callable[..., Any]] = list(actions.MOVES.values())
    assert len(set(functions)) == len(functions)


@each_move
def test_the_public_has_a_sentence_for_every_move(move: Move) -> None:
    assert move.event in terms.PUBLIC_LABELS


@each_move
@pytest.mark.django_db
def test_every_move_has_a_form_that_marks_what_it_needs(move: Move, grid: Grid) -> None:
    form = MoveForm(move, now=grid.cast.at)

    asked, needed = [*move.needs, *move.takes], set(move.needs)
    if move.code == "split":
        asked = [*(name for pair in PART_FIELDS for name in pair), *move.takes]
        needed = {*PART_FIELDS[0], *PART_FIELDS[1]}
    assert list(form.fields) == asked
    assert {name for name, field in form.fields.items() if field.required} == needed
    assert all(field.label for field in form.fields.values())


@pytest.mark.parametrize("step", GRID_CASE.steps, ids=lambda step: step.code)
def test_every_step_is_held_by_a_registered_role_within_a_limit(step: Any) -> None:
    if step.final:
        assert step.outcome in Outcome.values
        return
    assert ROLES.find(step.holder.role)
    if step.on_expiry:
        # Who waits is not late: the waiting ends by itself, and the promise stands still.
        assert step.pauses
        assert (step.promised, step.escalates_to) == (None, "")
        return
    assert ROLES.find(step.escalates_to)
    # A case that was split is as late as its promise says; it has no time of its own.
    assert step.code == "split" or step.promised.amount > 0


def test_who_disposes_does_not_verify() -> None:
    by_code = {move.code: move for move in GRID_CASE.moves}

    for code, other in product(("verify", "rework"), ("dispose",)):
        assert other in by_code[code].differs_from


# What stands for a look on site: the look itself, a standard that asks for none, and parts each
# of which was looked at.
LOOKED_AT = frozenset({"verify", "finish", "gather"})


def test_a_case_closes_only_after_it_was_verified() -> None:
    """Walking every way through the net, no «close» comes before a «verify», or what stands for
    it; that «finish» is for standards without verification is tested where it is refused."""
    ways, seen = [("reported", False)], set()
    while ways:
        step, verified = ways.pop()
        if (step, verified) in seen:
            continue
        seen.add((step, verified))
        for move in GRID_CASE.moves_from(step):
            assert move.code != "close" or verified
            ways.append((move.targets[0], verified or move.code in LOOKED_AT))
    assert ("closed", True) in seen
    assert ("closed", False) not in seen
