"""The grids of the demo zone: they lie in each other, are the same at every run, and are walked."""

from datetime import datetime

import pytest
from django.db.models import Count, Sum
from shapely.geometry import shape

from jiceng.demo import grids, zone
from jiceng.demo.organisation import FOUNDED_AT, PART_TIME_MEMBERS, PASSWORD, Founder
from jiceng.demo.party import organisations
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.places.rules import Place
from jiceng.systems.grid import queries
from jiceng.systems.grid.models import Cell, PatrolPlan
from jiceng.systems.grid.queries.grids import grid_tree
from jiceng.systems.grid.rules import lies_within
from jiceng.systems.grid.terms import EDGE_METRES, MOST_ROUNDS_A_WEEK, Level


def test_compounds_fill_their_community() -> None:
    for code, boundary in zone.cells().items():
        whole, parts = shape(boundary), [shape(part) for part in grids.compounds(code, boundary)]
        assert 2 <= len(parts) <= 4
        assert all(lies_within(part, whole, EDGE_METRES) for part in parts)
        assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=1e-3)
        assert min(part.area for part in parts) > whole.area / 12


def test_a_street_holds_its_communities_and_nothing_else() -> None:
    cells = zone.cells()
    for street, _name, _kind in zone.STREETS:
        outline = shape(grids.street_outline(cells, street))
        own = [shape(cell) for code, cell in cells.items() if code.startswith(street)]
        assert outline.is_valid
        assert outline.area == pytest.approx(sum(cell.area for cell in own), rel=1e-3)


def test_every_run_cuts_alike() -> None:
    [code, boundary] = next(iter(zone.cells().items()))
    assert grids.compounds(code, boundary) == grids.compounds(code, boundary)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_zone_is_founded_whole() -> None:
    founder = Founder()
    for _part in founder.found():
        pass
    at: datetime = FOUNDED_AT

    levels = dict(Cell.objects.order_by().values_list("level").annotate(Count("pk")))
    assert (levels[Level.STREET], levels[Level.COMMUNITY]) == (2, 27)
    assert not Cell.objects.filter(chief=None).exists()
    assert not Cell.objects.filter(branch=None).exists()
    assert Unit.objects.filter(kind=Kind.PARTY).count() == len(organisations()) == 39
    loads = PatrolPlan.objects.order_by().values_list("member").annotate(Sum("rounds_a_week"))
    assert len(loads) == PART_TIME_MEMBERS
    assert max(rounds for _member, rounds in loads) <= MOST_ROUNDS_A_WEEK
    above = founder.zone.officers["340871", "duty_officer"]
    assert above.staff_no == "1010"
    above.refresh_from_db()
    assert above.check_password(PASSWORD)
    tree = grid_tree(above, at)
    assert (len(tree.lines), tree.without_plan) == (Cell.objects.count(), [])
    for cell in Cell.objects.filter(level=Level.COMPOUND):
        inside = shape(cell.boundary).representative_point()
        assert queries.cell_at(Place(inside.x, inside.y), at) == cell
