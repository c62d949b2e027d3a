"""Rules of the grid in plain Python."""

from jiceng.systems.grid.rules.cells import CellIndex
from jiceng.systems.grid.rules.fitting import Standing, fits

__all__ = ["CellIndex", "Standing", "fits"]
