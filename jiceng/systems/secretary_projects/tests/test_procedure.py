"""Both procedures: sound, every move with its act and its form, no end before its gates."""

from typing import Any

import pytest

from jiceng.kernel.ledger.service import ACTS
from jiceng.kernel.procedures.service import Move, Procedure, problems
from jiceng.systems.secretary_projects.actions import GATE_EVENTS, MOVES_OF
from jiceng.systems.secretary_projects.forms.moves import MoveForm
from jiceng.systems.secretary_projects.procedure import ITEM, PROJECT

BOTH = [(procedure, move) for procedure in (PROJECT, ITEM) for move in procedure.moves]
GATES = frozenset({"survey", "study", "file", "publish"})
each = pytest.mark.parametrize(
    ("procedure", "move"), BOTH, ids=[f"{p.code} {m.code}" for p, m in BOTH]
)


@pytest.mark.parametrize("procedure", [PROJECT, ITEM], ids=lambda procedure: procedure.code)
def test_is_sound(procedure: Procedure) -> None:
    assert problems(procedure) == []


@each
def test_a_move_has_its_act_of_the_same_name(procedure: Procedure, move: Move) -> None:
    (spec,) = [spec for spec in ACTS if spec.code == move.event]
    assert spec.function is MOVES_OF[procedure.code][move.code]
    assert str(spec.label) == str(move.label)


@each
def test_a_move_has_a_form_that_marks_what_it_needs(procedure: Procedure, move: Move) -> None:
    form = MoveForm(move)
    days = ["day"] if move.event in GATE_EVENTS else []
    assert list(form.fields) == [*days, *move.needs, *move.takes]
    required = {name for name, field in form.fields.items() if field.required}
    assert required == {*days, *move.needs}
    assert all(field.label for field in form.fields.values())


def ways(procedure: Procedure) -> Any:
    """Yield every move from every step, with the moves that some way made before it."""
    waiting, seen = [(procedure.start, frozenset[str]())], set()
    while waiting:
        step, made = waiting.pop()
        if (step, made) in seen:
            continue
        seen.add((step, made))
        for move in procedure.moves_from(step):
            if made.issuperset(move.after):
                yield move, made
                waiting.append((move.targets[0], made | {move.code}))


def test_no_project_is_registered_before_its_gates_nor_ended_before_it_is_accepted() -> None:
    seen = set()
    for move, made in ways(PROJECT):
        seen.add(move.code)
        if move.code == "register":
            assert made >= GATES
        if move.code == "complete":
            assert made >= GATES | {"register", "submit", "accept"}
    assert seen == {move.code for move in PROJECT.moves}


def test_no_item_is_done_before_it_is_registered() -> None:
    for move, made in ways(ITEM):
        if move.code == "complete":
            assert made >= {"file", "register", "finish"}


@pytest.mark.parametrize(
    ("procedure", "pairs"),
    [
        (PROJECT, [("publish", "file"), ("accept", "submit"), ("rework", "submit")]),
        (ITEM, [("register", "file"), ("complete", "finish"), ("rework", "finish")]),
    ],
    ids=["project", "item"],
)
def test_nobody_judges_what_they_handed_in(
    procedure: Procedure, pairs: list[tuple[str, str]]
) -> None:
    by_code = {move.code: move for move in procedure.moves}
    assert all(before in by_code[code].differs_from for code, before in pairs)
