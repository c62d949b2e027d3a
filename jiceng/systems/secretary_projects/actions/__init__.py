"""Every write of secretary projects: one function, one act, one transaction, one entry."""

from jiceng.systems.secretary_projects.actions.moves import (
    GATE_MOVES,
    ITEM_MOVES,
    MOVES_OF,
    PROJECT_MOVES,
)
from jiceng.systems.secretary_projects.actions.plans import (
    change_step,
    claim_progress,
    drop_step,
    hang_plan,
    set_step,
)
from jiceng.systems.secretary_projects.actions.proposing import propose, propose_item

__all__ = [
    "GATE_MOVES",
    "ITEM_MOVES",
    "MOVES_OF",
    "PROJECT_MOVES",
    "change_step",
    "claim_progress",
    "drop_step",
    "hang_plan",
    "propose",
    "propose_item",
    "set_step",
]
