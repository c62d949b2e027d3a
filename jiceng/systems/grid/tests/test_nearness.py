"""What may be the same, who joins it, and what is counted together."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, personal_of
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case, CaseLink
from jiceng.kernel.procedures.service import MainCaseEnded, main_case, merged_into
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Category, Incident
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


def join(grid: Grid, main: Case, **changes: Any) -> Case:
    given = {"by": RESIDENT, "source": Source.RESIDENT, "main": main, "phone": "13900139000"}
    done = actions.join_incident(**{"at": grid.cast.at, **given, **changes})
    assert done.value is not None
    return done.value


class TestSimilar:
    def found(self, grid: Grid, place: Place = DOOR, **given: Any) -> list[Case]:
        at = given.pop("at", grid.cast.at)
        return [one.case for one in queries.similar(grid.cover, place, at, **given)]

    @pytest.mark.parametrize(
        ("story", "radius", "metres", "there"),
        [
            ("inside", 50, 45, True),
            ("outside", 50, 55, False),
            ("asks nothing", 0, 0, False),
            ("just there", 5, 0, True),
        ],
    )
    def test_by_the_radius_of_the_category(
        self, grid: Grid, story: str, radius: int, metres: float, there: bool
    ) -> None:
        change(grid.cover, duplicate_radius=radius)
        case = scene.report(grid, point=DOOR)

        assert self.found(grid, north_of(DOOR, metres)) == ([case] if there else [])

    def test_a_corner_of_the_box_is_outside_the_circle(self, grid: Grid) -> None:
        change(grid.cover, duplicate_radius=100)
        scene.report(grid, point=DOOR)
        corner = Place(DOOR.lng + 90 * METRE / 0.861, DOOR.lat + 90 * METRE)

        assert self.found(grid, corner) == []

    def test_nearest_first_and_five_at_most(self, grid: Grid) -> None:
        change(grid.cover, duplicate_radius=500)
        cases = [scene.report(grid, point=north_of(DOOR, n * 20)) for n in (6, 2, 4, 1, 5, 3, 7)]

        assert self.found(grid) == [cases[n] for n in (3, 1, 5, 2, 4)]

    def test_what_is_not_suggested(self, grid: Grid) -> None:
        change(grid.cover, duplicate_radius=100)
        scene.report(grid, point=DOOR, category=grid.rubbish)
        scene.report(grid, point=None, unit=grid.cast.community)
        ended = scene.report(grid, point=DOOR)
        scene.make(grid, ended, "refuse")
        old = scene.report(grid, point=DOOR)
        late = grid.cast.at + timedelta(days=terms.DUPLICATE_DAYS)

        assert self.found(grid) == self.found(grid, at=late) == [old]
        assert self.found(grid, at=late + timedelta(seconds=1)) == []

    def test_a_new_version_of_the_category_is_the_same_category(self, grid: Grid) -> None:
        case = scene.report(grid, point=DOOR)
        done = actions.set_category(
            by=SYSTEM,
            at=grid.cast.at + timedelta(hours=1),
            code="C101",
            name="井盖问题",
            kind="component",
            limit=grid.cover.limit,
            closing_condition="已恢复",
            duplicate_radius=60,
        )
        later = grid.cast.at + timedelta(hours=2)
        assert done.value is not None

        assert [one.case for one in queries.similar(done.value, DOOR, later)] == [case]

    @pytest.mark.parametrize("later_version", [False, True])
    def test_what_is_sensitive_is_never_suggested(self, grid: Grid, later_version: bool) -> None:
        change(grid.cover, duplicate_radius=60)
        case = scene.report(grid, point=DOOR)
        ref = queries.similar(grid.cover, DOOR, grid.cast.at)[0].ref
        if later_version:
            until = grid.cast.at + timedelta(hours=1)
            Category.objects.filter(pk=grid.cover.pk).update(valid_until=until)
            values = {**Category.objects.filter(pk=grid.cover.pk).values()[0], "sensitive": True}
            values |= {"id": None, "valid_from": until, "valid_until": None}
            Category.objects.create(**values)
        else:
            change(grid.cover, sensitive=True)
        later = grid.cast.at + timedelta(hours=2)

        assert self.found(grid, at=later) == []
        assert queries.case_of_ref(ref, later) is None
        with pytest.raises(Absent):
            join(grid, case, at=later)

    @pytest.mark.parametrize("ref", ["", "1", "1.x", "x.y.z", "１.x", "none", "9" * 500, "-1.x"])
    def test_a_reference_that_is_none_of_ours(self, grid: Grid, ref: str) -> None:
        scene.report(grid)

        assert queries.case_of_ref(ref, grid.cast.at) is None

    def test_as_many_queries_for_many_as_for_few(
        self, grid: Grid, django_assert_num_queries: Any
    ) -> None:
        change(grid.cover, duplicate_radius=100)
        for _time in range(12):
            scene.report(grid, point=DOOR)
        with django_assert_num_queries(3):
            assert len(self.found(grid)) == 5


class TestJoining:
    def test_a_case_of_one_s_own_without_step_or_clock(self, grid: Grid) -> None:
        main = scene.report(grid)
        before = Entry.objects.count()
        other = join(grid, main, reporter_name="吴")

        assert Entry.objects.count() == before + 1
        entry = Entry.objects.get(subject=other.subject)
        first = Entry.objects.filter(subject=main.subject).order_by("id").first()
        facts = json.loads(entry.payload)
        assert (entry.event, facts["main_entry"]) == (terms.JOINED, first.uid)
        assert main.number not in entry.payload
        assert (other.outcome, other.closed_at, other.opened_at) == (
            "merged",
            grid.cast.at,
            grid.cast.at,
        )
        assert (other.unit_id, other.procedure_id) == (main.unit_id, main.procedure_id)
        assert not other.steps.exists()
        assert not Clock.objects.filter(subject=other.subject).exists()
        assert (main_case(other), merged_into(main)) == (main, [other])
        assert (other.incident.category, other.incident.cell) == (
            main.incident.category,
            main.incident.cell,
        )
        assert queries.tracked_case(other.number, "9000") == other

    def test_nothing_of_the_first_reporter_comes_along(self, grid: Grid) -> None:
        main = scene.report(grid)
        other = join(grid, main)
        incident = other.incident

        assert scene.CORNER in main.title
        assert scene.CORNER not in other.title
        assert (incident.place, incident.description, incident.lng) == ("", "", None)

    def test_photos_and_words_of_the_own_report_stay(self, grid: Grid) -> None:
        main = scene.report(grid)
        photo = scene.kept_photo(RESIDENT, grid.cast.at)
        point = north_of(DOOR, 10)
        other = join(
            grid, main, photos=[photo], claim=scene.CLAIM, description="也看到了", point=point
        )
        photo.refresh_from_db()

        assert photo.subject == other.subject
        assert other.incident.description == "也看到了"
        assert other.incident.lat == point.lat

    def test_joining_what_was_joined_joins_the_main_one(self, grid: Grid) -> None:
        main = scene.report(grid)
        third = join(grid, join(grid, main))

        assert CaseLink.objects.get(other=third).main == main

    def test_not_what_has_ended(self, grid: Grid) -> None:
        main = scene.report(grid)
        scene.make(grid, main, "refuse")
        before = Case.objects.count()

        with pytest.raises(MainCaseEnded):
            join(grid, main)
        assert Case.objects.count() == before

    def test_unnamed_only_where_the_category_allows_it(self, grid: Grid) -> None:
        main = scene.report(grid)
        with pytest.raises(actions.PhoneNeeded):
            join(grid, main, phone="")
        change(grid.cover, anonymous_allowed=True)
        other = join(grid, main, phone="")

        assert other.incident.anonymous
        assert queries.tracked_case(other.number, queries.access_code(other)) == other

    @pytest.mark.parametrize(
        ("who", "source", "may"),
        [
            ("li", "patrol", True),
            ("wang", "phone", True),
            ("li", "phone", False),
            ("wang", "resident", False),
            ("crowd", "patrol", False),
        ],
    )
    def test_who_may(self, grid: Grid, who: str, source: str, may: bool) -> None:
        main, by = scene.report(grid), getattr(grid.cast, who)
        if may:
            assert join(grid, main, by=by, source=source).incident.source == source
            return
        with pytest.raises(NotAllowed):
            join(grid, main, by=by, source=source)

    def test_a_second_press_joins_once(self, grid: Grid) -> None:
        main = scene.report(grid)
        given = {"by": RESIDENT, "at": grid.cast.at, "source": "resident", "main": main}
        given |= {"phone": scene.PHONE, "claim": scene.CLAIM, "key": "k" * 32}
        first, second = (actions.join_incident(**given) for _time in range(2))

        assert second.replayed
        assert second.entry == first.entry
        assert len(merged_into(main)) == 1


class TestRepeats:
    def test_the_third_in_thirty_days_makes_all_candidates(self, grid: Grid) -> None:
        first = scene.report(grid, point=DOOR)
        ended = scene.report(grid, point=north_of(DOOR, 10))
        scene.make(grid, ended, "refuse")
        far = scene.report(grid, point=north_of(DOOR, 60))
        third = scene.report(grid, point=north_of(DOOR, 5), at=grid.cast.at + timedelta(days=29))
        rows = {row.case_id: row for row in Incident.objects.all()}

        assert [rows[case.pk].repeats for case in (first, ended, third)] == [1, 2, 3]
        assert rows[first.pk].major_candidate
        assert rows[third.pk].major_candidate
        assert not rows[ended.pk].major_candidate  # it is over
        assert not rows[far.pk].major_candidate
        facts = facts_of(third)
        assert (facts["repeats"], facts["major_candidate"]) == (3, True)
        assert facts["candidates"] == [queries.first_entry(first).uid]

    @pytest.mark.parametrize(
        ("days", "candidate"),
        [
            ([0, 15, 30], True),  # three in thirty days
            ([0, 15, 31], False),
            ([0, 20, 40, 60, 80], True),  # five in ninety
            ([0, 20, 40, 91], False),
            ([0, 31, 62, 93, 124], False),
        ],
    )
    def test_windows(self, grid: Grid, days: list[int], candidate: bool) -> None:
        for day in days:
            case = scene.report(grid, point=DOOR, at=grid.cast.at + timedelta(days=day))

        assert case.incident.major_candidate is candidate

    def test_who_joins_counts_though_without_a_point(self, grid: Grid) -> None:
        main = scene.report(grid, point=DOOR)
        assert join(grid, main).incident.repeats == 2
        last = join(grid, main)
        main.incident.refresh_from_db()

        assert (last.incident.repeats, last.incident.major_candidate) == (3, True)
        assert main.incident.major_candidate
        assert facts_of(last)["candidates"] == [queries.first_entry(main).uid]

    def test_a_report_counts_those_who_joined_its_neighbour(self, grid: Grid) -> None:
        main = scene.report(grid, point=DOOR)
        join(grid, main)

        assert scene.report(grid, point=north_of(DOOR, 20)).incident.repeats == 3

    def test_without_a_point_nothing_is_repeated(self, grid: Grid) -> None:
        for _time in range(3):
            case = scene.report(grid, point=None, unit=grid.cast.community)

        assert (case.incident.repeats, case.incident.major_candidate) == (1, False)

    def test_another_category_is_another_matter(self, grid: Grid) -> None:
        for category in (grid.cover, grid.rubbish, grid.cover):
            case = scene.report(grid, point=DOOR, category=category)

        assert (case.incident.repeats, case.incident.major_candidate) == (2, False)

    def test_a_wider_radius_of_the_category_counts(self, grid: Grid) -> None:
        change(grid.cover, duplicate_radius=200)
        for metres in (0, 90, 180):
            case = scene.report(grid, point=north_of(DOOR, metres))

        assert case.incident.repeats == 3
