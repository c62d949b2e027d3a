"""What is kept in memory of the standards, grids and rules is what the tables say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.terms import HANDLER
from jiceng.kernel.places.rules import Place
from jiceng.systems.grid import queries
from jiceng.systems.grid.models import Category, Cell, RoutingRule
from jiceng.systems.grid.queries.revisions import tokens, unchanged_since, versions_of
from jiceng.systems.grid.queries.routing import Router, route_for, rules_at, standing_at
from jiceng.systems.grid.terms import Source
from jiceng.systems.grid.tests.scene import IN_COMMUNITY, IN_VILLAGE, OUTSIDE, Grid, square

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = (-1, 0, 1, 2, 4)


def cell_of_the_tables(place: Place, at: object) -> Cell | None:
    """Return the deepest cell around a place, as the tables have it; all cells are upright."""
    for cell in Cell.objects.valid(at).order_by("-level", "id"):  # type: ignore[arg-type]
        ring = cell.boundary["coordinates"][0]
        west, east = min(lng for lng, _lat in ring), max(lng for lng, _lat in ring)
        if west <= place.lng <= east:
            return cell
    return None


def check(grid: Grid) -> None:
    """Compare places, versions and ways at instants around every change."""
    for code in set(Category.objects.values_list("code", flat=True)):
        told = Category.objects.filter(code=code).values_list("id", flat=True)
        assert set(versions_of(tokens().grid, code)) == set(told)
    for at in (grid.cast.at + days * DAY for days in DAYS):
        for place in (IN_COMMUNITY, IN_VILLAGE, OUTSIDE):
            assert queries.cell_at(place, at) == cell_of_the_tables(place, at)
        category = Category.objects.get(pk=grid.cover.pk)
        for unit in Unit.objects.all():
            asked = {"category": category, "cell": None, "unit": unit}
            asked |= {"source": Source.PHONE, "at": at}
            fresh = Router(rules_at(at), standing_at(at))
            assert route_for(**asked) == fresh.route(**asked)  # type: ignore[arg-type]


def _add_version(grid: Grid) -> None:
    until = grid.cast.at + DAY
    row = Category.objects.filter(pk=grid.cover.pk).values()[0]
    Category.objects.filter(pk=grid.cover.pk).update(valid_until=until)
    Category.objects.create(**{**row, "id": None, "valid_from": until})


def _add_rule(grid: Grid) -> None:
    RoutingRule.objects.create(
        code="R1",
        name="测试规则",
        position=1,
        unit=grid.street,
        valid_from=grid.cast.at + DAY,
        valid_until=grid.cast.at + 3 * DAY,
    )


CHANGES: dict[str, Callable[[Grid], object]] = {
    "a standard has a new version": _add_version,
    "a standard says who is responsible": lambda grid: Category.objects.filter(
        pk=grid.cover.pk
    ).update(responsible_unit=grid.street),
    "a grid ends": lambda grid: Cell.objects.filter(
        pk=grid.cells[grid.cast.community.code].pk
    ).update(valid_until=grid.cast.at + DAY),
    "a grid is drawn anew": lambda grid: Cell.objects.filter(
        pk=grid.cells[grid.cast.village.code].pk
    ).update(boundary=square(117.40, 117.60)),
    "a rule is set": _add_rule,
    "a handler leaves": lambda grid: Tenure.objects.filter(post__role=HANDLER.code).update(
        ends_at=grid.cast.at + DAY
    ),
    "a unit is dissolved": lambda grid: Unit.objects.filter(pk=grid.street.pk).update(
        dissolved_on=(grid.cast.at + DAY).date()
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen_at_once(grid: Grid, what: str) -> None:
    check(grid)
    before = tokens()
    CHANGES[what](grid)
    assert tokens() != before
    check(grid)


def test_what_was_rolled_back_is_not_remembered(grid: Grid) -> None:
    before = tokens()
    with transaction.atomic():
        for change in CHANGES.values():
            change(grid)
        check(grid)
        transaction.set_rollback(True)
    assert tokens() == before
    check(grid)


def test_without_a_token_nothing_is_kept(grid: Grid) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM grid_revision")
    assert tokens() != tokens()
    check(grid)
    CHANGES["a grid ends"](grid)
    assert tokens() == tokens()
    check(grid)


def test_nothing_changes_between_two_changes(grid: Grid) -> None:
    CHANGES["a rule is set"](grid)
    known, start = tokens(), grid.cast.at
    since = unchanged_since(known, start + DAY)
    assert since == start + DAY
    assert unchanged_since(known, start + 3 * DAY - timedelta(microseconds=1)) == since
    assert unchanged_since(known, start + 3 * DAY) == start + 3 * DAY
    assert unchanged_since(known, start - 100_000 * DAY) < start
