"""The act behind each move of the two procedures; a conformance test keeps the lists equal."""

from collections.abc import Callable
from typing import Any

from jiceng.systems.secretary_projects.actions import ending, gates, items
from jiceng.systems.secretary_projects.terms import (
    FILED,
    ITEM_PROCEDURE,
    PROJECT_PROCEDURE,
    STUDIED,
    SURVEYED,
)

PROJECT_MOVES: dict[str, Callable[..., Any]] = {
    "survey": gates.survey,
    "study": gates.study,
    "file": gates.file,
    "return": gates.send_back,
    "publish": gates.publish,
    "recall": gates.recall,
    "register": gates.register,
    "refuse": gates.refuse,
    "withdraw": gates.withdraw,
    "submit": ending.submit,
    "rework": ending.rework,
    "accept": ending.accept,
    "complete": ending.complete,
}
ITEM_MOVES: dict[str, Callable[..., Any]] = {
    "file": items.file_item,
    "return": items.send_item_back,
    "register": items.register_item,
    "refuse": items.refuse_item,
    "withdraw": items.withdraw_item,
    "finish": items.finish_item,
    "rework": items.rework_item,
    "complete": items.complete_item,
}
MOVES_OF = {PROJECT_PROCEDURE: PROJECT_MOVES, ITEM_PROCEDURE: ITEM_MOVES}
# What shows that a gate was passed on a day that its maker names.
GATE_EVENTS = frozenset({SURVEYED, STUDIED, FILED})
