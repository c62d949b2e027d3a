"""The procedures of the grid."""

from jiceng.systems.grid.procedure.appeal import GRID_APPEAL
from jiceng.systems.grid.procedure.case import GRID_CASE

__all__ = ["GRID_APPEAL", "GRID_CASE"]
