"""How many statements each page asks, session and sign-in included: exact, on both databases."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

# What opens and ends a transaction asks nothing.
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
CASES = 12

# By the address, with a case in the place of {}. Two of each are the session and the officer, with
# whom the token of the organisation comes: who holds which post is in memory under it.
DESK = {
    "/desk/": 4,
    "/desk/?tab=unit": 4,
    "/desk/?tab=watching": 4,
    "/desk/grid/cases/": 5,
    "/desk/grid/cases/?tab=unit&state=open": 5,
    "/desk/grid/map/": 5,
    "/desk/grid/cases/map.json": 6,
    "/desk/grid/cases/export.csv": 4,
    # The case, its steps, clocks, history, words and photos.
    "/desk/grid/cases/{}/": 8,
    "/desk/grid/cases/{}/print/": 8,
    # One more for the units that it can be sent to.
    "/desk/grid/cases/{}/moves/judge/": 4,
    "/desk/grid/cases/{}/slip/": 5,
    "/desk/procedures/": 3,
    "/desk/grid/phone/": 5,
}
PUBLIC = {"/": 1, "/report/": 3, "/nearby/": 2, "/nearby/cases.json": 2, "/grid/cells.json": 1}


def asked(browser: Client, address: str) -> int:
    """Return how many statements a page asks once everything is warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        b"".join(answer)
    return sum(not query["sql"].startswith(FRAME) for query in seen.captured_queries)


def reported(grid: Grid) -> Case:
    """Return one of several cases in hand, with a photo."""
    for _each in range(CASES):
        scene.report(grid)
    photo = scene.kept_photo(grid.cast.crowd, grid.cast.at)
    return scene.report(grid, photos=[photo], claim=scene.CLAIM)


@pytest.fixture
def officer(grid: Grid) -> Capacity:
    """Return who opens the pages of the desk."""
    return grid.cast.wang


def test_pages_of_the_desk(grid: Grid, officer: Capacity) -> None:
    number, browser = reported(grid).number, desk(officer)
    assert {page: asked(browser, page.format(number)) for page in DESK} == DESK


def test_pages_of_the_public(grid: Grid) -> None:
    reported(grid)
    assert {page: asked(Client(), page) for page in PUBLIC} == PUBLIC
