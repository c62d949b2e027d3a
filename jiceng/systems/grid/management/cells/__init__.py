"""Cells from a GeoJSON file: every fault is named, and all is drawn or nothing."""

from jiceng.systems.grid.management.cells.importing import take_in

__all__ = ["take_in"]
