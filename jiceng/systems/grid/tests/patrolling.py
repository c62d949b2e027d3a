"""What tests of patrols stand on: grids in three levels, and members who walk them."""

from datetime import datetime, timedelta
from typing import Any

from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Post, Tenure, Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Cell, PatrolPlan
from jiceng.systems.grid.terms import Level
from jiceng.systems.grid.tests.scene import NORTH, SOUTH, Grid, square

DAY = timedelta(days=1)


def box(west: float, east: float, south: float = SOUTH, north: float = NORTH) -> dict[str, Any]:
    """Return a GeoJSON polygon between two longitudes and two latitudes."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def draw(grid: Grid, code: str, unit: Unit, boundary: dict[str, Any], **changes: Any) -> Cell:
    """Draw a cell as the system, at the beginning unless told otherwise."""
    given = {"by": SYSTEM, "at": grid.cast.at, "name": f"网格{code}"} | changes
    done = actions.draw_cell(code=code, unit=unit, boundary=boundary, **given)
    assert done.value is not None
    return done.value


def three_levels(grid: Grid, at: datetime | None = None) -> tuple[Cell, Cell, Cell]:
    """Draw a street grid, put the community's cell in it, and a compound in the west of that."""
    cast, now = grid.cast, {"at": at or grid.cast.at + DAY}
    street = draw(grid, "1", cast.street, square(117.00, 117.10), level=Level.STREET, **now)
    community = draw(
        grid,
        f"{cast.community.code}001",
        cast.community,
        square(117.00, 117.05),
        parent=street,
        **now,
    )
    compound = draw(
        grid,
        "3",
        cast.community,
        square(117.00, 117.025),
        level=Level.COMPOUND,
        parent=community,
        **now,
    )
    return street, community, compound


def member(grid: Grid, staff_no: str, unit: Unit | None = None) -> Capacity:
    """Return another grid member of the post of 李, or of another unit."""
    if unit is None:
        return hold(officer(staff_no, f"网格员{staff_no}"), grid.cast.li.post, at=grid.cast.at)
    held = Post.objects.filter(unit=unit, role="grid_member").first() or post(unit, "grid_member")
    return hold(officer(staff_no, f"网格员{staff_no}"), held, at=grid.cast.at)


def plan(
    grid: Grid, cell: Cell, walker: Capacity, rounds: int, at: datetime | None = None
) -> PatrolPlan:
    """Let a member walk a grid, planned by the head of the street."""
    done = actions.plan_patrol(
        by=grid.cast.zhang,
        at=at or grid.cast.at,
        cell=cell,
        member=walker.officer,
        rounds_a_week=rounds,
    )
    assert done.value is not None
    return done.value


def tenure_of(capacity: Capacity) -> Tenure:
    """Return the tenure behind a capacity."""
    return Tenure.objects.get(officer=capacity.officer, post=capacity.post)
