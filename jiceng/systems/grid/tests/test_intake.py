"""Intake: posters, the telephone, and who stays unnamed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM, personal_of
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Category, Spot
from jiceng.systems.grid.terms import Source
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db
DOOR = Place(lng=117.02, lat=30.52)
# A degree of latitude is 111.2 km.
METRE = 1 / 111_195


def north_of(place: Place, metres: float) -> Place:
    return Place(place.lng, round(place.lat + metres * METRE, 7))


def change(category: Category, **values: Any) -> Category:
    """Let the standard in force say something else, as if it had been drawn up so."""
    Category.objects.filter(pk=category.pk).update(**values)
    category.refresh_from_db()
    return category


def facts_of(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Entry.objects.filter(subject=case.subject)[0].payload)
    return found


def said(case: Case) -> dict[str, str]:
    return personal_of(Entry.objects.filter(subject=case.subject)[0])


def set_spot(grid: Grid, **changes: Any) -> Spot:
    given = {"by": SYSTEM, "code": "LA001", "name": "柳岸东门", "point": DOOR}
    given |= {"unit": grid.cast.community, "at": grid.cast.at}
    done = actions.set_spot(**{**given, **changes})
    assert done.value is not None
    return done.value


class TestSpots:
    @pytest.mark.parametrize(
        ("who", "of", "may"),
        [
            ("wang", "community", True),  # on duty in the street above
            ("zhang", "village", True),
            ("zhou", "other_community", True),  # runs the organisation of the zone
            ("wang", "other_community", False),
            ("zhao", "community", False),
            ("li", "community", False),
            ("qian", "street", False),
            ("crowd", "community", False),
        ],
    )
    def test_who_hangs_up_posters_where(self, grid: Grid, who: str, of: str, may: bool) -> None:
        given = {"by": getattr(grid.cast, who), "unit": getattr(grid.cast, of)}
        if may:
            assert set_spot(grid, **given).unit == given["unit"]
            assert Entry.objects.filter(event=terms.SPOT_SET).count() == 1
            return
        with pytest.raises(NotAllowed):
            set_spot(grid, **given)
        assert not Spot.objects.exists()

    def test_nobody_takes_over_the_code_of_another_street(self, grid: Grid) -> None:
        set_spot(grid, unit=grid.cast.other_community)

        with pytest.raises(NotAllowed):
            set_spot(grid, by=grid.cast.wang)
        with pytest.raises(NotAllowed):
            actions.retire_spot(by=grid.cast.wang, at=grid.cast.at, code="LA001")

    @pytest.mark.parametrize(
        "changes",
        [
            {"code": ""},
            {"code": "a" * 21},
            {"code": "东门1"},
            {"code": "A/1"},
            {"code": "-1"},
            {"name": ""},
            {"point": Place(0, 0)},
            {"point": Place(30.52, 117.02)},
            {"point": Place(float("nan"), 30.0)},
        ],
    )
    def test_bad_input(self, grid: Grid, changes: dict[str, Any]) -> None:
        with pytest.raises(actions.BadSpot):
            set_spot(grid, **changes)
        assert not Spot.objects.exists()

    def test_it_ends_and_comes_back(self, grid: Grid) -> None:
        set_spot(grid)
        later = grid.cast.at + timedelta(days=1)
        actions.retire_spot(by=grid.cast.wang, at=later, code="LA001")

        assert queries.spot_at("LA001", later - timedelta(seconds=1)) is not None
        assert queries.spot_at("LA001", later) is None
        with pytest.raises(Absent):
            actions.retire_spot(by=grid.cast.wang, at=later, code="LA001")
        again = set_spot(grid, at=later, name="柳岸西门")
        assert queries.spot_at("LA001", later) == again
        assert Spot.objects.count() == 1

    def test_a_report_from_it_has_place_position_and_unit(self, grid: Grid) -> None:
        spot = set_spot(grid, unit=grid.cast.village)
        case = scene.report(grid, spot=spot, point=None, place="")
        incident = case.incident

        assert case.unit == grid.cast.village  # the poster says who answers, not the polygon
        assert (incident.spot, incident.place, incident.lng) == (spot, "柳岸东门", DOOR.lng)
        assert incident.cell == grid.cells[grid.cast.community.code]
        assert facts_of(case)["spot"] == "LA001"

    def test_where_its_unit_is_gone_the_grid_answers(self, grid: Grid) -> None:
        spot = set_spot(grid, unit=grid.cast.village)
        gone = grid.cast.at.date() - timedelta(days=1)
        Unit.objects.filter(pk=grid.cast.village.pk).update(founded_on=gone, dissolved_on=gone)

        assert scene.report(grid, spot=spot, point=None).unit == grid.cast.community


class TestPhone:
    @pytest.mark.parametrize(
        ("who", "may"),
        [("wang", True), ("zhao", True), ("li", False), ("zhang", False), ("crowd", False)],
    )
    def test_who_answers(self, grid: Grid, who: str, may: bool) -> None:
        by = getattr(grid.cast, who)
        if not may:
            with pytest.raises(NotAllowed):
                scene.report(grid, by=by, source=Source.PHONE)
            return
        case = scene.report(grid, by=by, source=Source.PHONE)

        first = Entry.objects.get(subject=case.subject)
        assert first.by == by.ref  # who typed
        assert personal_of(first)["phone"] == scene.PHONE  # who called
        assert case.incident.source == Source.PHONE


class TestUnnamed:
    def test_a_code_stands_for_the_phone(self, grid: Grid) -> None:
        change(grid.rubbish, anonymous_allowed=True)
        case = scene.report(grid, category=grid.rubbish, phone="")
        code = queries.access_code(case)

        assert case.incident.anonymous
        assert len(code) == 6
        assert code.isdigit()
        assert queries.tracked_case(case.number, code) == case
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        for typed in (wrong, code[:4], code[-4:], code[:5], "", f"{code}0"):
            assert queries.tracked_case(case.number, typed) is None
        assert code not in Entry.objects.get(subject=case.subject).payload

    def test_who_leaves_a_phone_has_no_code(self, grid: Grid) -> None:
        change(grid.rubbish, anonymous_allowed=True)
        case = scene.report(grid, category=grid.rubbish)

        assert not case.incident.anonymous
        assert queries.access_code(case) == ""
        assert queries.tracked_case(case.number, scene.PHONE[-6:]) is None

    @pytest.mark.parametrize(("who", "source"), [("crowd", "resident"), ("wang", "phone")])
    def test_not_where_the_category_needs_a_name(self, grid: Grid, who: str, source: str) -> None:
        with pytest.raises(actions.PhoneNeeded) as refused:
            scene.report(grid, by=getattr(grid.cast, who), source=source, phone="")

        assert (refused.value.status, refused.value.field) == (422, "phone")
        assert not Case.objects.exists()

    def test_a_patrol_is_not_unnamed(self, grid: Grid) -> None:
        case = scene.report(grid, by=grid.cast.li, source=Source.PATROL, phone="")

        assert not case.incident.anonymous
        assert "code" not in said(case)
