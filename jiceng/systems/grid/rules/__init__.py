"""Rules of the grid in plain Python."""

from jiceng.systems.grid.rules.cells import CellIndex, is_near, lies_within
from jiceng.systems.grid.rules.fitting import Standing, fits

__all__ = ["CellIndex", "Standing", "fits", "is_near", "lies_within"]
