"""From a number to the case behind it, and a chart above its table, at both widths."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk
from jiceng.systems.grid.tests.year import Year
from tests.journeys.conftest import enter
from tests.journeys.walker import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_number_opens_to_its_rows(walk: Callable[..., Any], staffed: Grid, width: int) -> None:
    told.smooth_and_late(Year(staffed, {}))
    with walk(width=width) as walker:
        enter(walker, desk(staffed.cast.wang))
        walker.go("/desk/figures/?period=2026-03&as_of=2026-03-31")
        walker.look()
        walker.audit()
        number = walker.page.locator("a.figure-link:has([data-figure='grid.reported'])").first
        assert number.inner_text() == "2"
        number.click()
        walker.page.wait_for_url("**/grid.reported/**")
        walker.look()
        walker.audit()
        assert walker.page.locator("#rows tbody tr").count() == 2
        walker.page.locator("#rows tbody a").first.click()
        walker.page.wait_for_url(re.compile(r"/desk/grid/cases/\d{13}/"))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_chart_stands_above_its_table(
    walk: Callable[..., Any], staffed: Grid, width: int
) -> None:
    """Its numbers are those of the table, which opens by a key."""
    told.smooth_and_late(Year(staffed, {}))
    with walk(width=width) as walker:
        enter(walker, desk(staffed.cast.wang))
        walker.go("/desk/figures/grid.reported/?period=2026-03&as_of=2026-03-31")
        walker.page.locator(".chart__canvas svg").wait_for()
        table = walker.page.locator(".chart__table")
        assert not table.locator("table").is_visible()
        table.locator("summary").press("Enter")
        assert table.locator("tbody tr").count() == 13
        assert table.locator("tbody tr").last.locator("data").inner_text() == "2"
        walker.look()
        walker.audit()
