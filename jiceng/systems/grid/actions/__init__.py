"""Every write of the grid: one function, one act, one transaction, one entry."""

from jiceng.systems.grid.actions.cells import BadBoundary, draw_cell
from jiceng.systems.grid.actions.incidents import (
    MOVES,
    close,
    dispatch,
    dispose,
    judge,
    reassign,
    refuse,
    rework,
    send_back,
    verify,
)
from jiceng.systems.grid.actions.reports import CategoryClosed, NoSuchPlace, report_incident
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
from jiceng.systems.grid.actions.upkeep import forget_words, write_incidents

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
    "forget_words",
    "judge",
    "reassign",
    "refuse",
    "report_incident",
    "retire_category",
    "rework",
    "send_back",
    "set_category",
    "verify",
    "write_incidents",
]
