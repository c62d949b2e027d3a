"""What people of every role do at the desk and on the phone."""

from typing import Any

import pytest
from playwright.sync_api import Page

from jiceng.kernel.base import clock
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk
from tests.journeys.conftest import enter
from tests.journeys.walker import DESKTOP, PHONE, Walker

# Without scripts nothing moves, so one width tells as much as two.
WINDOWS = pytest.mark.parametrize(
    "window",
    [{"width": PHONE}, {"width": DESKTOP}, {"width": PHONE, "scripts": False}],
    ids=["phone", "desktop", "phone without scripts"],
)
LABELS = {move.code: str(move.label) for move in GRID_CASE.moves}


def photo(seed: int = 0) -> Any:
    """Return a photo as a file input takes it."""
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": scene.picture(seed)}


def sit_down(walker: Walker, who: Capacity) -> None:
    """Sit down at the desk, signed in, with the inbox open."""
    enter(walker, desk(who))
    walker.go("/desk/")


def fill(page: Page, **words: Any) -> None:
    """Fill the fields of a form by their names, whatever they look like."""
    for name, value in words.items():
        field = page.locator(f"main [name={name}]:not([type=hidden])").last
        kind = field.get_attribute("type")
        if page.locator(f"main select[name={name}]").count():
            field.select_option(value)
        elif kind == "radio":
            page.locator(f"main label:has([name={name}][value='{value}'])").click()
        elif kind == "checkbox":
            field.set_checked(value)
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.fill(value)


def make(walker: Walker, case: Case, move: str, /, **words: Any) -> None:
    """Open a case, choose a move, fill its form and send it."""
    verb, home = LABELS[move], f"/desk/grid/cases/{case.number}/"
    if not walker.page.url.endswith(home):
        walker.go(home)
    walker.press(verb, exact=True, to="**/moves/*/")
    fill(walker.page, **words)
    walker.press(verb, exact=True, to="**/cases/*/")
    sees(walker, f"已办理：{verb}")


def sees(walker: Walker, words: str) -> None:
    """Wait until some words can be read."""
    walker.page.get_by_text(words).first.wait_for()


def check(walker: Walker) -> None:
    """Look closely, which takes scripts."""
    if walker.scripts:
        walker.audit()


def told(grid: Grid, /, *moves: str, **changes: Any) -> Case:
    """Return a case of today that went some way already."""
    return scene.walk(grid, scene.report(grid, **{"at": clock.read()} | changes), moves)
