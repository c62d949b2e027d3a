"""Every procedure is sound, every move has its act, and every part of it is known elsewhere."""

from importlib import import_module
from typing import Any

import pytest

from jiceng.kernel.ledger.service import ACTS
from jiceng.kernel.orgs.service import ROLES
from jiceng.kernel.procedures.service import PROCEDURES, Procedure, problems
from jiceng.kernel.procedures.terms import Need, Outcome
from tests.conformance.sweep import document

each_procedure = pytest.mark.parametrize(
    "procedure", list(PROCEDURES), ids=lambda procedure: procedure.code
)


def moves_of(procedure: Procedure) -> dict[str, Any]:
    """Return the acts behind the moves, as the actions of its system list them: ``MOVES``, or by
    the code of the procedure in ``MOVES_OF`` where a system runs several."""
    actions = import_module(f"jiceng.systems.{procedure.code.partition('.')[0]}.actions")
    listed: dict[str, Any] = getattr(actions, "MOVES_OF", None) or {procedure.code: actions.MOVES}
    moves: dict[str, Any] = listed[procedure.code]
    return moves


def reachable(procedure: Procedure) -> set[tuple[str, str]]:
    """Return every move with a step that it can be made from, walking through all markings."""
    seen, waiting = set(), [frozenset({procedure.start})]
    made: set[tuple[str, str]] = set()
    while waiting:
        marking = waiting.pop()
        if marking in seen:
            continue
        seen.add(marking)
        for step in marking:
            for move in procedure.moves_from(step):
                made.add((move.code, step))
                waiting.append(procedure.after(marking, move, step))
    return made


def test_there_are_procedures() -> None:
    assert len(PROCEDURES) > 0


@each_procedure
def test_is_sound(procedure: Procedure) -> None:
    assert problems(procedure) == []


def _act_of(function: Any) -> Any:
    """Return the act on the case itself, where a move writes one on each of its parts as well."""
    return getattr(function, "act", function)


@each_procedure
def test_every_move_has_exactly_one_act(procedure: Procedure) -> None:
    events = {spec.function: code for code, spec in ACTS.items()}
    acts = {code: events[_act_of(function)] for code, function in moves_of(procedure).items()}
    assert acts == {move.code: move.event for move in procedure.moves}
    assert len(set(acts.values())) == len(acts)


@each_procedure
def test_every_move_can_be_made(procedure: Procedure) -> None:
    written = {(move.code, source) for move in procedure.moves for source in move.sources}
    assert reachable(procedure) == written


@each_procedure
def test_every_step_has_a_holder_that_is_a_role(procedure: Procedure) -> None:
    for step in procedure.steps:
        if step.final:
            assert step.outcome in Outcome.values
        else:
            assert step.holder is not None
            assert step.holder.role in ROLES
            ends = step.escalates_to in ROLES or step.on_expiry
            assert ends, "a step that nobody escalates and no time ends can be left lying"
        assert step.statutory is None or step.basis


@each_procedure
def test_what_a_move_asks_for_is_known(procedure: Procedure) -> None:
    asked = {need for move in procedure.moves for need in (*move.needs, *move.takes)}
    assert asked <= set(Need.values)


@each_procedure
def test_its_page_shows_this_very_version(procedure: Procedure) -> None:
    """A published version is never edited: who changes a definition names a new version, and the
    fingerprint on the page says so to whoever reviews the change."""
    page = document(f"docs/systems/{procedure.code.partition('.')[0]}.md")
    assert f"version `{procedure.version}`, fingerprint `{procedure.fingerprint()[:16]}…`" in page
