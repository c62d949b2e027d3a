"""The act behind each move of the procedure; a conformance test keeps the two lists equal."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.procedures.service import on_expiry
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions import closing, handling, judging, linking

MOVES: dict[str, Callable[..., Any]] = {
    "judge": judging.judge,
    "find_major": judging.find_major,
    "study": judging.study,
    "pass_up": judging.pass_up,
    "refuse": judging.refuse,
    "ask": judging.ask,
    "answer": judging.answer,
    "go_on": judging.go_on,
    "withdraw": judging.withdraw,
    "merge": linking.merge,
    "split": linking.split,
    "gather": linking.gather,
    "dispatch": handling.dispatch,
    "dispose": handling.dispose,
    "finish": handling.finish,
    "return": handling.send_back,
    "reassign": handling.reassign,
    "consult": handling.consult,
    "hear": handling.hear,
    "go_on_without": handling.go_on_without,
    "ask_extension": handling.ask_extension,
    "extend": handling.extend,
    "refuse_extension": handling.refuse_extension,
    "ask_shelving": handling.ask_shelving,
    "shelve": handling.shelve,
    "refuse_shelving": handling.refuse_shelving,
    "resume": handling.resume,
    "verify": closing.verify,
    "rework": closing.rework,
    "close": closing.close,
    "reopen": closing.reopen_case,
    "reopen_by_office": closing.reopen_by_office,
    "take_up": closing.take_up,
    "unmerge": linking.unmerge,
}


@on_expiry(terms.SYSTEM)
def move_on(*, move: str, number: str, step_id: int, at: datetime) -> Any:
    """Make the move of a step whose waiting is over, as the clock of the house."""
    return MOVES[move](by=SYSTEM, at=at, number=number, step_id=step_id)
