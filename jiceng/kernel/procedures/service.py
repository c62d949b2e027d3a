"""The door of procedures: what other packages may use."""

from jiceng.kernel.procedures.bulk import Bulk, Draft
from jiceng.kernel.procedures.clocks import NoPromise, extend_promise, start_level_clock
from jiceng.kernel.procedures.diagram import Diagram, draw
from jiceng.kernel.procedures.engine import advance, open_case
from jiceng.kernel.procedures.expiry import expire, on_expiry
from jiceng.kernel.procedures.inbox import InboxPage, inbox, inbox_size
from jiceng.kernel.procedures.links import (
    MainCaseEnded,
    NotLinked,
    OpenParts,
    SameCase,
    check_parts_done,
    link,
    main_case,
    main_links,
    merged_into,
    parts_of,
    unlink,
)
from jiceng.kernel.procedures.moves import (
    AtRoot,
    MadeEnough,
    Missing,
    MoveNotPossible,
    NotHolder,
    PastDue,
    SamePerson,
    StalePage,
    TooEarly,
    Transition,
    allowed_moves,
    holds,
)
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
from jiceng.kernel.procedures.returning import (
    ReopenTooLate,
    end_of,
    reopen,
    reopening_moves,
)
from jiceng.kernel.procedures.rules import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.seats import Seats
from jiceng.kernel.procedures.soundness import Problem, problems

__all__ = [
    "PROCEDURES",
    "AtRoot",
    "Bulk",
    "Diagram",
    "Draft",
    "Holder",
    "InboxPage",
    "MadeEnough",
    "MainCaseEnded",
    "Missing",
    "Move",
    "MoveNotPossible",
    "NoPromise",
    "NotHolder",
    "NotLinked",
    "OpenParts",
    "PastDue",
    "Problem",
    "Procedure",
    "ReopenTooLate",
    "SameCase",
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
    "check_parts_done",
    "current",
    "draw",
    "end_of",
    "escalate",
    "expire",
    "extend_promise",
    "fill_vacancies",
    "holds",
    "inbox",
    "inbox_size",
    "link",
    "main_case",
    "main_links",
    "merged_into",
    "on_expiry",
    "open_case",
    "parts_of",
    "problems",
    "publish",
    "publish_all",
    "register",
    "reopen",
    "reopening_moves",
    "start_level_clock",
    "unlink",
    "version_of",
]
