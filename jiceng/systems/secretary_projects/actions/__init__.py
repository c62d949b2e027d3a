"""Every write of secretary projects: one function, one act, one transaction, one entry."""

from jiceng.systems.secretary_projects.actions.moves import ITEM_MOVES, MOVES_OF, PROJECT_MOVES
from jiceng.systems.secretary_projects.actions.plans import change_step, drop_step, set_step
from jiceng.systems.secretary_projects.actions.proposing import propose, propose_item

__all__ = [
    "ITEM_MOVES",
    "MOVES_OF",
    "PROJECT_MOVES",
    "change_step",
    "drop_step",
    "propose",
    "propose_item",
    "set_step",
]
