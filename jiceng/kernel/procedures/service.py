"""The door of procedures: what other packages may use."""

from jiceng.kernel.procedures.bulk import Bulk, Draft
from jiceng.kernel.procedures.diagram import Diagram, draw
from jiceng.kernel.procedures.engine import (
    Missing,
    MoveNotPossible,
    NotHolder,
    SamePerson,
    StalePage,
    TooEarly,
    Transition,
    advance,
    allowed_moves,
    holds,
    open_case,
)
from jiceng.kernel.procedures.inbox import InboxPage, inbox, inbox_size
from jiceng.kernel.procedures.oversight import escalate, fill_vacancies
from jiceng.kernel.procedures.publishing import (
    PROCEDURES,
    Unsound,
    VersionChanged,
    current,
    publish,
    publish_all,
    register,
    version_of,
)
from jiceng.kernel.procedures.rules import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.seats import Seats
from jiceng.kernel.procedures.soundness import Problem, problems

__all__ = [
    "PROCEDURES",
    "Bulk",
    "Diagram",
    "Draft",
    "Holder",
    "InboxPage",
    "Missing",
    "Move",
    "MoveNotPossible",
    "NotHolder",
    "Problem",
    "Procedure",
    "SamePerson",
    "Seats",
    "StalePage",
    "Step",
    "TooEarly",
    "Transition",
    "Unsound",
    "VersionChanged",
    "advance",
    "allowed_moves",
    "current",
    "draw",
    "escalate",
    "fill_vacancies",
    "holds",
    "inbox",
    "inbox_size",
    "open_case",
    "problems",
    "publish",
    "publish_all",
    "register",
    "version_of",
]
