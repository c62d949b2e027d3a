"""Every number on a page that says it is a figure comes out when a program counts it again."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from jiceng.kernel.figures.service import Figure, Period, View, figure_of, percent, rows
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, Scope, visible_to
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.tests import year as told
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk
from jiceng.systems.grid.tests.year import Year, on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NUMBER = re.compile(r'<data class="figure"([^>]*)>([^<]*)</data>')
SAID = re.compile(r'([\w-]+)="([^"]*)"')
LINK = re.compile(r'href="(/desk/figures/[^"#]*)"')
START = "/desk/figures/?period=2026&as_of=2026-12-01"
MOST = 9


def crawled(browser: Client, start: str) -> Iterator[tuple[str, str]]:
    """Yield pages that are reached from ``start`` through numbers, each with its text; files are
    no pages."""
    waiting, seen = [start], set[str]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        if address in seen or "/rows." in address:
            continue
        seen.add(address)
        answer = browser.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        yield address, text
        waiting += [unescape(link) for link in LINK.findall(text)]


def counted(said: dict[str, str], scope: Scope) -> Decimal | None:
    """Count what a number says of itself, row by row; ``None`` for a share of nothing."""
    unit = Unit.objects.get(code=said["data-unit"]) if said["data-unit"] else None
    period = Period.read(said["data-period"]) if said["data-period"] else None
    view = View(unit, period, datetime.fromisoformat(said["data-as-of"]))
    figure = figure_of(said["data-figure"])
    if not figure.is_ratio:
        return opened(figure, view, scope)
    part, whole = (opened(figure_of(code), view, scope) for code in (figure.part, figure.whole))
    return percent(part, whole)


def opened(figure: Figure, view: View, scope: Scope) -> Decimal:
    """Return how many rows there are whose case, if they have one, may be opened, or their sum."""
    cases = set(Case.objects.in_scope(scope).values_list("pk", flat=True))
    found = [
        row for row in rows(figure, view, scope) if getattr(row, "case_id", None) in {None, *cases}
    ]
    if not figure.field:
        return Decimal(len(found))
    return sum((getattr(row, figure.field) for row in found), Decimal(0))


def shown(said: dict[str, str], number: Decimal | None) -> str:
    """Return how people read a number that a machine reads as ``value``."""
    if number is None:
        return "—"
    return f"{said['value']}%" if figure_of(said["data-figure"]).is_ratio else said["value"]


@pytest.fixture
def year(grid: Grid) -> Year:
    """Return a year of ten reports."""
    return told.tell(grid)


def people(grid: Grid) -> dict[str, Capacity]:
    """Return who opens the pages: of one street, of the other, whose task it had, and of all."""
    cast = grid.cast
    return {
        "street": cast.wang,
        "other street": hold(
            officer("1030", "蒋小任"), post(cast.other_street, "unit_head"), at=cast.at
        ),
        "zone": hold(officer("1031", "沈小任"), post(cast.zone, "unit_head"), at=cast.at),
    }


def test_every_number_comes_out_again(year: Year) -> None:
    for label, by in people(year.grid).items():
        scope = visible_to(by.officer, on("12-01"))
        known: dict[str, Decimal | None] = {}
        seen = 0
        for address, text in crawled(desk(by), START):
            for attributes, read in NUMBER.findall(text):
                said = {name: unescape(value) for name, value in SAID.findall(attributes)}
                if attributes not in known:
                    known[attributes] = counted(said, scope)
                number = known[attributes]
                value = Decimal(said["value"]) if said["value"] else None
                assert (value, read) == (number, shown(said, number)), (label, address, said)
                seen += 1
        assert seen > 200, label
