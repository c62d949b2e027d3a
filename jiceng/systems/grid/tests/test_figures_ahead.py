"""What of the figures of the grid is counted in advance."""

import pytest

from jiceng.kernel.figures.models import Cell, Mark
from jiceng.kernel.figures.service import Period, View, build_missing, count_again, read
from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.year import Year, on

pytestmark = pytest.mark.slow


def test_reports_are_counted_in_advance(grid: Grid) -> None:
    """Reports are read from what was counted, and from rows where something has come since."""
    build_missing(on("03-08"))
    told.refused_then_taken_up(Year(grid, {}))
    view = View(None, Period.year(2026), on("12-31"))
    assert Mark.objects.exists()
    assert read("grid.reported", view).number == 1
    count_again(on("05-01"))
    assert not Mark.objects.exists()
    kept = Cell.objects.filter(rollup__figure="grid.reported", grain="day")
    assert [cell.number for cell in kept] == [1]
    assert read("grid.reported", view).number == 1
