"""The pages of figures: what they count, for whom, what they refuse, and what that costs."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.figures.service import (
    BadAsOf,
    BadPeriod,
    Period,
    UnitAbsent,
    correct,
    publish,
)
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import CHANGING, desk
from jiceng.systems.grid.tests.year import Year, on
from jiceng.ui.charts import Point, line_of

pytestmark = pytest.mark.django_db
LIST = "/desk/figures/"
REPORTED = f"{LIST}grid.reported/"
CLOSING = f"{LIST}grid.closing_rate/"
# What opens and ends a transaction asks nothing.
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@pytest.fixture
def year(grid: Grid) -> Year:
    """Return a year of ten reports."""
    return told.tell(grid)


def get(browser: Client, address: str, **asked: str) -> Any:
    """Ask for a page as of the end of 2026, unless told otherwise."""
    return browser.get(address, {"period": "2026"} | asked)


def text_of(answer: HttpResponse) -> str:
    """Return what a page says."""
    return answer.content.decode()


@pytest.mark.slow
def test_the_list_says_what_each_page_says(year: Year) -> None:
    browser = desk(year.grid.cast.wang)
    page = text_of(get(browser, LIST))
    assert 'value="10" data-figure="grid.reported"' in page
    assert 'value="71.4" data-figure="grid.closing_rate"' in page
    own = text_of(get(browser, CLOSING))
    assert 'value="71.4" data-figure="grid.closing_rate"' in own
    assert 'value="7" data-figure="grid.to_close"' in own
    assert 'value="5" data-figure="grid.closed"' in own


@pytest.mark.slow
def test_rows_open_and_export(year: Year) -> None:
    browser = desk(year.grid.cast.wang)
    page = text_of(get(browser, CLOSING))
    closed = [year.cases[letter].number for letter in "ACEFI"]
    assert all(f"/desk/grid/cases/{number}/" in page for number in closed)
    assert f"/desk/grid/cases/{year.cases['G'].number}/" not in page
    file = b"".join(get(browser, f"{CLOSING}rows.csv")).decode("utf-8-sig")
    assert {line[0] for line in list(csv.reader(io.StringIO(file)))[1:]} == set(closed)
    assert get(browser, f"{CLOSING}rows.xlsx").status_code == 200
    assert get(browser, f"{CLOSING}rows.pdf").status_code == 404


@pytest.mark.parametrize(
    ("words", "found", "missing"),
    [
        ("结案率", "grid.closing_rate", "grid.reported"),
        ("结案 超期", "grid.closed_late", "grid.handled"),
        ("GRID.REPORTED", "grid.reported", "grid.closed"),
    ],
)
def test_searched_by_word(grid: Grid, words: str, found: str, missing: str) -> None:
    page = text_of(get(desk(grid.cast.wang), LIST, q=words))
    assert f'data-figure="{found}"' in page
    assert f'data-figure="{missing}"' not in page


def test_nothing_found_says_so(grid: Grid) -> None:
    page = text_of(get(desk(grid.cast.wang), LIST, q="没有这个词"))
    assert "没有符合条件的指标" in page


REFUSED = {
    "unit": ("990000002", UnitAbsent.code),
    "period": ("2026-13", BadPeriod.code),
    "as_of": ("2999-01-01", "invalid"),
}


@pytest.mark.parametrize("address", [LIST, REPORTED, f"{REPORTED}rows.csv"])
@pytest.mark.parametrize("field", REFUSED)
def test_what_cannot_be_counted_is_refused_at_its_field(
    grid: Grid, address: str, field: str
) -> None:
    typed, code = REFUSED[field]
    answer = get(desk(grid.cast.wang), address, **{field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors.as_data()[field][0].code == code
    assert "data-figure" not in text_of(answer)


def test_a_day_to_come_is_refused(grid: Grid) -> None:
    answer = get(desk(grid.cast.wang), LIST, as_of="2199-12-31")
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["as_of"][0].code == BadAsOf.code


def test_a_unit_out_of_sight_is_as_one_that_is_not_there(grid: Grid) -> None:
    """In every word but the code that was typed."""
    browser = desk(grid.cast.wang)
    there, nowhere = grid.cast.other_street.code, "990000999"
    hidden, absent = (get(browser, REPORTED, unit=code) for code in (there, nowhere))
    assert hidden.status_code == absent.status_code == 422
    told_of = without(text_of(hidden), there), without(text_of(absent), nowhere)
    assert told_of[0] == told_of[1]


def without(text: str, code: str) -> str:
    """Return a page without the code that was typed and without signs that change."""
    return CHANGING.sub("", text.replace(code, ""))


def test_no_such_figure(grid: Grid) -> None:
    assert get(desk(grid.cast.wang), f"{LIST}grid.nothing/").status_code == 404


@pytest.mark.slow
def test_only_what_the_reader_may_open_is_counted(year: Year) -> None:
    """F was handled by another street; its case is of this one, so its chief there may not."""
    cast = year.grid.cast
    chief = hold(officer("1030", "蒋小任"), post(cast.other_street, "unit_head"), at=cast.at)
    chief_of_zone = hold(officer("1031", "沈小任"), post(cast.zone, "unit_head"), at=cast.at)
    address = f"{LIST}grid.to_handle/"
    asked = {"unit": cast.other_street.code}
    assert 'value="0" data-figure="grid.to_handle"' in text_of(get(desk(chief), address, **asked))
    page = text_of(get(desk(chief_of_zone), address, **asked))
    assert 'value="1" data-figure="grid.to_handle"' in page


@pytest.mark.slow
def test_what_was_published_can_be_counted_again(year: Year) -> None:
    """It says so of the value that is asked for, and of a corrected one that it was corrected."""
    cast = year.grid.cast
    keeper = hold(officer("1040", "韩小统"), post(cast.street, "figures_keeper"), at=cast.at)
    given: dict[str, Any] = {"code": "grid.closing_rate", "unit": cast.street}
    value = publish(
        by=keeper, at=on("12-01"), period=Period.year(2026), as_of=on("03-31"), **given
    ).value
    assert value is not None
    browser = desk(cast.wang)
    page = text_of(get(browser, CLOSING))
    assert "60.0%" in page
    assert "核对是否仍可复现" in page
    assert "仍可复现：数、明细和口径都未变" in text_of(get(browser, CLOSING, check=value.uid))
    assert get(browser, CLOSING, check="0" * 32).status_code == 404
    correct(by=keeper, at=on("12-02"), published=value, reason="补录后重数", as_of=on("06-30"))
    page = text_of(get(browser, CLOSING))
    assert "已更正" in page
    assert "补录后重数" in page


@pytest.mark.slow
def test_a_change_is_against_the_same_days_a_year_before(grid: Grid) -> None:
    told.smooth_and_late(Year(grid, {}))
    page = get(desk(grid.cast.wang), REPORTED, period="2027-03", as_of="2026-11-01")
    assert page.status_code == 200
    assert page.context["found"].before.view.period == Period.month(2026, 3)
    assert (page.context["found"].now.number, page.context["found"].before.number) == (0, 2)
    assert page.context["found"].change == "-100.0%"


# Two are session and officer, one the units of the form. Each month of the course is counted.
ASKED = {LIST: 6, REPORTED: 20, CLOSING: 20, f"{REPORTED}rows.csv": 4}


def asked(browser: Client, address: str) -> int:
    """Return how many statements a page asks once everything is warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        b"".join(answer)
    return sum(not query["sql"].startswith(FRAME) for query in seen.captured_queries)


def test_statements(grid: Grid) -> None:
    """As many for sixty reports, more than a page of rows, as for one."""
    browser = desk(grid.cast.wang)
    scene.report(grid)
    few = {address: asked(browser, f"{address}?period=2026") for address in ASKED}
    for _each in range(60):
        scene.report(grid)
    many = {address: asked(browser, f"{address}?period=2026") for address in ASKED}
    assert many == few == ASKED


@pytest.mark.parametrize(
    ("numbers", "pieces", "dots"),
    [
        ([], 0, 0),
        ([3], 0, 1),
        ([1, 2, None, 4], 1, 1),
        ([None, None], 0, 0),
        ([0, 0, 0], 1, 0),
    ],
)
def test_a_line_breaks_where_there_is_no_number(
    numbers: list[int | None], pieces: int, dots: int
) -> None:
    drawn = line_of([Point("", number, "") for number in numbers])
    assert (len(drawn.pieces), len(drawn.dots)) == (pieces, dots)
