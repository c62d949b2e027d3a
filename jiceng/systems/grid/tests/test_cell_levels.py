"""Grids in three levels: each in the one above, with its chief and its branch, in its time."""

from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.places.rules import Place
from jiceng.kernel.testing import cast as casting
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Cell, PatrolPlan
from jiceng.systems.grid.terms import Level
from jiceng.systems.grid.tests.patrolling import DAY, box, draw, plan, three_levels
from jiceng.systems.grid.tests.scene import EDGE, NORTH, SOUTH, Grid, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(grid: Grid) -> Unit:
    """Return a party branch beside the community."""
    return casting.unit("990000001001P01", "柳岸社区网格党支部", Kind.PARTY, grid.cast.community)


def refusal(function: Any, **keywords: Any) -> str:
    before = list(Cell.objects.order_by("pk").values()), Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        function(**keywords)
    assert (list(Cell.objects.order_by("pk").values()), Entry.objects.count()) == before
    assert str(refused.value)
    return refused.value.code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (Place(117.01, 30.52), "3"),  # the compound before the community around it
        (Place(117.04, 30.52), "990000001001001"),  # the community before the street
        (Place(117.025, 30.52), "3"),  # on the edge of the compound
        (Place(117.08, 30.52), "990000001201001"),  # the village, which the street holds too
        (Place(117.13, 30.52), "990000002001001"),
        (Place(117.50, 30.52), None),
    ],
)
def test_the_deepest_grid_answers(grid: Grid, place: Place, code: str | None) -> None:
    three_levels(grid)
    found = queries.cell_at(place, grid.cast.at + DAY)
    assert (found.code if found else None) == code


def test_before_it_was_drawn_the_one_above_answers(grid: Grid) -> None:
    _street, _community, compound = three_levels(grid)
    now, later = grid.cast.at + DAY, grid.cast.at + 2 * DAY

    actions.retire_cell(by=SYSTEM, at=later, code=compound.code)

    codes = [
        queries.cell_at(Place(117.01, 30.52), at).code  # type: ignore[union-attr]
        for at in (grid.cast.at, now, later)
    ]
    assert codes == ["990000001001001", "3", "990000001001001"]


def test_history_names_level_chief_and_branch(grid: Grid, branch: Unit) -> None:
    cast = grid.cast
    street, community, _compound = three_levels(grid)
    drawn = actions.draw_cell(
        by=cast.zhou,
        at=cast.at + DAY,
        code="31",
        name="东片网格",
        unit=cast.community,
        boundary=square(117.03, EDGE),
        level=Level.COMPOUND,
        parent=community,
        chief=cast.zhang.post,
        branch=branch,
    )

    facts = drawn.entry.payload
    assert '"parent":"990000001001001"' in facts
    assert f'"chief":"{cast.zhang.post.subject}"' in facts
    assert '"branch":"990000001001P01"' in facts
    assert '"level":3' in facts
    assert drawn.value is not None
    assert (drawn.value.parent, community.parent) == (community, street)


BOW = [[117.03, 30.5], [117.04, 30.52], [117.04, 30.5], [117.03, 30.52], [117.03, 30.5]]
SWAPPED = [[30.5, 117.03], [30.5, 117.04], [30.52, 117.04], [30.5, 117.03]]
NO_POLYGONS: dict[str, dict[str, Any]] = {
    "a point": {"type": "Point", "coordinates": [117.04, 30.52]},
    "two parts": {"type": "MultiPolygon", "coordinates": []},
    "a bow": {"type": "Polygon", "coordinates": [BOW]},
    "axes swapped": {"type": "Polygon", "coordinates": [SWAPPED]},
    "nothing": {},
    "no number": {"type": "Polygon", "coordinates": [[["a", "b"]]]},
}


def bad_cell(name: str, grid: Grid, branch: Unit) -> dict[str, Any]:
    """Return what is wrong in one way with the eastern compound of the community."""
    cast = grid.cast
    return {
        "level of nothing": {"level": 0},
        "a fourth level": {"level": 4},
        "two levels apart": {"parent": Cell.objects.get(code="1")},
        "in itself": {"parent": Cell.objects.get(code="3")},
        "a street in a street": {"level": 1, "parent": Cell.objects.get(code="1")},
        "above has ended": {"parent": grid.cells[cast.community.code]},
        "across the edge": {"boundary": square(117.04, 117.06)},
        "far away": {"boundary": square(117.30, 117.31)},
        "ten metres over": {"boundary": square(117.03, EDGE + 0.0001)},
        "too far north": {"boundary": box(117.03, 117.04, SOUTH, NORTH + 0.01)},
        "a unit elsewhere": {"unit": cast.other_community},
        "a sister unit": {"unit": cast.village},
        "the unit above": {"unit": cast.street},
        "a chief elsewhere": {"chief": cast.zhao.post},
        "a branch that is no party": {"branch": cast.community},
        "a dissolved branch": {"branch": _dissolved(branch)},
        "by the duty officer": {"by": cast.wang},
        "by the head": {"by": cast.zhang},
        "by a member": {"by": cast.li},
        "by a resident": {"by": cast.crowd},
        **{shape: {"boundary": boundary} for shape, boundary in NO_POLYGONS.items()},
    }[name]


def _dissolved(branch: Unit) -> Unit:
    Unit.objects.filter(pk=branch.pk).update(dissolved_on="2026-03-02")
    return branch


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("level of nothing", "bad_level"),
        ("a fourth level", "bad_level"),
        ("two levels apart", "bad_level"),
        ("in itself", "bad_level"),
        ("a street in a street", "bad_level"),
        ("above has ended", "parent_ended"),
        ("across the edge", "outside_parent"),
        ("far away", "outside_parent"),
        ("ten metres over", "outside_parent"),
        ("too far north", "outside_parent"),
        ("a unit elsewhere", "outside_parent"),
        ("a sister unit", "outside_parent"),
        ("the unit above", "outside_parent"),
        ("a chief elsewhere", "bad_chief"),
        ("a branch that is no party", "bad_branch"),
        ("a dissolved branch", "bad_branch"),
        ("a point", "bad_boundary"),
        ("two parts", "bad_boundary"),
        ("a bow", "bad_boundary"),
        ("axes swapped", "bad_boundary"),
        ("nothing", "bad_boundary"),
        ("no number", "bad_boundary"),
        ("by the duty officer", "not_allowed"),
        ("by the head", "not_allowed"),
        ("by a member", "not_allowed"),
        ("by a resident", "not_allowed"),
    ],
)
def test_a_grid_that_cannot_be(wrong: str, code: str, grid: Grid, branch: Unit) -> None:
    _street, community, _compound = three_levels(grid)
    good = {
        "by": SYSTEM,
        "at": grid.cast.at + DAY,
        "code": "31",
        "name": "东片网格",
        "unit": grid.cast.community,
        "boundary": square(117.03, EDGE),
        "level": 3,
        "parent": community,
    }
    assert refusal(actions.draw_cell, **good | bad_cell(wrong, grid, branch)) == code


def test_a_metre_over_the_edge_is_rounding(grid: Grid) -> None:
    _street, community, _compound = three_levels(grid)
    made = draw(
        grid,
        "31",
        grid.cast.community,
        square(117.03, EDGE + 0.00001),
        level=3,
        parent=community,
        at=grid.cast.at + DAY,
    )
    assert made.parent == community


def test_what_lies_in_a_redrawn_grid_goes_on_in_it(grid: Grid) -> None:
    street, community, compound = three_levels(grid)
    walked = plan(grid, community, grid.cast.li, 3, grid.cast.at + DAY)

    redrawn = draw(
        grid,
        community.code,
        grid.cast.community,
        square(117.00, 117.049),
        parent=street,
        at=grid.cast.at + 2 * DAY,
    )

    compound.refresh_from_db()
    walked.refresh_from_db()
    assert (compound.parent, walked.cell, walked.valid_until) == (redrawn, redrawn, None)


@pytest.mark.parametrize(
    "changes",
    [{"boundary": square(117.02, 117.05)}, {"level": Level.STREET, "parent": None}],
    ids=["smaller than what lies in it", "of another level"],
)
def test_a_grid_is_not_taken_away_from_under_others(grid: Grid, changes: dict[str, Any]) -> None:
    street, community, _compound = three_levels(grid)
    given = {
        "by": SYSTEM,
        "at": grid.cast.at + 2 * DAY,
        "code": community.code,
        "name": community.name,
        "unit": grid.cast.community,
        "boundary": square(117.00, 117.05),
        "parent": street,
    }
    assert refusal(actions.draw_cell, **given | changes) == "children_outside"


class TestRetiring:
    def test_plans_end_with_it(self, grid: Grid) -> None:
        *_above, compound = three_levels(grid)
        walked = plan(grid, compound, grid.cast.li, 3, grid.cast.at + DAY)
        later = grid.cast.at + 2 * DAY

        done = actions.retire_cell(by=grid.cast.zhou, at=later, code="3")

        assert PatrolPlan.objects.get(pk=walked.pk).valid_until == later
        assert f'"plans_ended":[{walked.pk}]' in done.entry.payload
        assert done.entry.event == terms.CELL_RETIRED

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("1", "children_in_force"),
            ("990000001001001", "children_in_force"),
            ("404", "cell_ended"),
            ("", "cell_ended"),
        ],
    )
    def test_what_cannot_be_retired(self, grid: Grid, code: str, reason: str) -> None:
        three_levels(grid)
        given = {"by": SYSTEM, "at": grid.cast.at + 2 * DAY, "code": code}
        assert refusal(actions.retire_cell, **given) == reason

    def test_only_who_sets_up_retires(self, grid: Grid) -> None:
        three_levels(grid)
        given = {"by": grid.cast.zhang, "at": grid.cast.at + 2 * DAY, "code": "3"}
        assert refusal(actions.retire_cell, **given) == "not_allowed"

    def test_twice_is_once(self, grid: Grid) -> None:
        three_levels(grid)
        given = {"by": SYSTEM, "at": grid.cast.at + 2 * DAY, "code": "3"}
        actions.retire_cell(**given)
        assert refusal(actions.retire_cell, **given) == "cell_ended"
