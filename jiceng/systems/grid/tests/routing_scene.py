"""Teams below the street, and rules that send to them."""

from typing import Any

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.testing.cast import hold, officer, post, unit
from jiceng.systems.grid import actions
from jiceng.systems.grid.tests.scene import Grid


def founded_team(grid: Grid, number: int) -> Unit:
    """Return a team below the street with somebody who handles."""
    made = unit(
        f"990000001H0{number}", f"第{number}养护队", Kind.OFFICE, grid.street, at=grid.cast.at
    )
    hold(officer(f"240{number}", "何小养"), post(made, "handler"), at=grid.cast.at)
    return made


def draft(grid: Grid, target: Unit, code: str = "R1", position: int = 1, **asked: Any) -> None:
    """Draft a rule as 周."""
    actions.draft_rule(
        by=grid.cast.zhou,
        at=grid.cast.at,
        code=code,
        name=f"规则{code}",
        position=position,
        conditions=asked,
        unit=target,
    )


def enforce(grid: Grid, target: Unit, code: str = "R1", position: int = 1, **asked: Any) -> Any:
    """Draft a rule and put it in force; return it."""
    draft(grid, target, code, position, **asked)
    return actions.activate_rule(by=grid.cast.zhou, at=grid.cast.at, code=code).value
