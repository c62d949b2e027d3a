"""Rules of the grid in plain Python."""

from jiceng.systems.grid.rules.cells import CellIndex

__all__ = ["CellIndex"]
