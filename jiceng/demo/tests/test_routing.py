"""The routing rules of the demo zone: every category of every street has one team, no more."""

import pytest

from jiceng.demo import zone
from jiceng.demo.organisation import CATEGORIES, FOUNDED_AT, Founder
from jiceng.systems.grid.models import Category, Cell
from jiceng.systems.grid.queries.routing import Router, rules_at, standing_at
from jiceng.systems.grid.queries.routing_trials import report

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_category_goes_to_its_team_in_each_street_by_a_rule() -> None:
    list(Founder().found())
    assert report(FOUNDED_AT).fine
    router = Router(rules_at(FOUNDED_AT), standing_at(FOUNDED_AT))
    teams = {code: suffix for suffix, _name, codes in zone.TEAMS for code in codes}
    assert set(teams) == {standard.code for standard in CATEGORIES}
    for category in Category.objects.valid(FOUNDED_AT):
        for place in zone.communities():
            cell = Cell.objects.select_related("unit").get(code=f"{place.code}001")
            routed = router.route(
                category=category, cell=cell, unit=cell.unit, source="patrol", at=FOUNDED_AT
            )
            assert routed.unit is not None
            assert routed.unit.code == f"{place.street}{teams[category.code]}"
            assert routed.rule is not None
