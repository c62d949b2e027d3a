"""The procedures of the grid."""

from jiceng.systems.grid.procedure.case import GRID_CASE

__all__ = ["GRID_CASE"]
