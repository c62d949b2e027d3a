"""Every write of the grid: one function, one act, one transaction, one entry."""

from jiceng.systems.grid.actions.cells import BadBoundary, draw_cell
from jiceng.systems.grid.actions.incidents import (
    MOVES,
    CategoryClosed,
    NoSuchPlace,
    close,
    dispatch,
    dispose,
    judge,
    reassign,
    refuse,
    report_incident,
    rework,
    send_back,
    verify,
)
from jiceng.systems.grid.actions.standards import (
    LONGEST_LIMIT,
    Backdated,
    CategoryAbsent,
    CategoryChanged,
    LimitNotWhole,
    NotLater,
    retire_category,
    set_category,
)

__all__ = [
    "LONGEST_LIMIT",
    "MOVES",
    "Backdated",
    "BadBoundary",
    "CategoryAbsent",
    "CategoryChanged",
    "CategoryClosed",
    "LimitNotWhole",
    "NoSuchPlace",
    "NotLater",
    "close",
    "dispatch",
    "dispose",
    "draw_cell",
    "judge",
    "reassign",
    "refuse",
    "report_incident",
    "retire_category",
    "rework",
    "send_back",
    "set_category",
    "verify",
]
