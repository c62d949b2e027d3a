"""Cases that ended late, and appeals in them, for the tests of both."""

from datetime import timedelta
from typing import Any

from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import actions
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

DAY = timedelta(days=1)
REASON = "配件由厂家统一供应，到货晚了三天。"


def ended_late(grid: Grid, after: timedelta = 10 * DAY) -> Case:
    """Return a case that was dealt with ``after`` it should have been."""
    case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
    return scene.walk(grid, case, scene.PATH[2:], at=grid.cast.at + after)


def file(grid: Grid, about: Case, **changes: Any) -> Any:
    assert about.closed_at is not None
    plain = {
        "by": grid.cast.qian,
        "at": about.closed_at + DAY,
        "number": about.number,
        "reason": REASON,
    }
    return actions.file_appeal(**plain | changes)


def review(grid: Grid, appeal: Case, move: str, by: Actor, **changes: Any) -> Any:
    words = {} if move == "pass" else {"reason": "查证属实。"}
    return actions.APPEAL_MOVES[move](
        **{
            "by": by,
            "at": appeal.opened_at + DAY,
            "number": appeal.number,
            "step_id": None,
            **words,
        }
        | changes
    )
