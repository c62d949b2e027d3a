"""Several reports of one thing are dealt with once, one report of several things by each unit."""

import json
from datetime import datetime, timedelta

import pytest

from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import (
    MainCaseEnded,
    NotHolder,
    OpenParts,
    SameCase,
    main_case,
    merged_into,
    parts_of,
)
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.telling import everything, facts_of, promise, words_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class TestMerging:
    def test_three_become_one_open_case(self, grid: Grid) -> None:
        main, *others = [scene.report(grid) for _report in range(4)]
        for other in others:
            done = scene.make(grid, other, "merge", case=main.number, note="同一个井盖。")
            other.refresh_from_db()
            assert (done.entry.event, done.entry.subject) == (terms.MERGED, other.subject)
            assert facts_of(done)["main"] == main.number
            assert words_of(done) == {"note": "同一个井盖。"}
            assert (other.outcome, other.steps.open().exists()) == ("merged", False)
            assert promise(other).stopped_at is not None

        assert list(Case.objects.open()) == [main]
        assert merged_into(main) == others
        assert [main_case(other) for other in others] == [main] * 3

    @pytest.mark.parametrize("path", [(), ("judge",), scene.SENT_BACK])
    def test_from_wherever_the_duty_officer_has_it(self, grid: Grid, path: tuple[str, ...]) -> None:
        main = scene.report(grid)
        case = scene.walk(grid, scene.report(grid), path)
        scene.make(grid, case, "merge", case=main.number)
        assert main_case(case) == main

    def test_a_number_as_people_write_it(self, grid: Grid) -> None:
        main, case = scene.report(grid), scene.report(grid)
        number = main.number
        scene.make(grid, case, "merge", case=f" {number[:6]} {number[6:]}")
        assert main_case(case) == main

    @pytest.mark.parametrize("typed", ["", "9", "井盖", "2603020000000", "elsewhere"])
    def test_not_into_what_the_officer_may_not_know(self, grid: Grid, typed: str) -> None:
        case = scene.report(grid)
        elsewhere = scene.report(grid, point=scene.IN_OTHER_COMMUNITY)
        wanted = elsewhere.number if typed == "elsewhere" else typed
        before = everything()
        with pytest.raises(actions.NoSuchMainCase) as refused:
            scene.make(grid, case, "merge", case=wanted)
        assert (refused.value.status, refused.value.field) == (422, "case")
        assert everything() == before

    def test_not_into_itself_nor_in_a_circle_nor_into_what_ended(self, grid: Grid) -> None:
        first, second, third = [scene.report(grid) for _report in range(3)]
        scene.make(grid, first, "merge", case=second.number)
        before = everything()
        with pytest.raises(SameCase):
            scene.make(grid, third, "merge", case=third.number)
        with pytest.raises(MainCaseEnded):
            scene.make(grid, second, "merge", case=first.number)
        assert everything() == before

    def test_a_chain_leads_to_the_last(self, grid: Grid) -> None:
        first, second, third = [scene.report(grid) for _report in range(3)]
        scene.make(grid, first, "merge", case=second.number)
        scene.make(grid, second, "merge", case=third.number)
        assert [main_case(case) for case in (first, second)] == [third, third]


class TestTakingOut:
    def test_its_own_day_and_step_are_restored(self, grid: Grid, now: datetime) -> None:
        main, case = scene.report(grid), scene.report(grid, category=grid.rubbish)
        due = case.due_at
        scene.make(grid, case, "merge", case=main.number, at=now + HOUR)
        done = scene.make(grid, case, "unmerge", at=now + 3 * HOUR)
        case.refresh_from_db()

        assert done.entry.event == terms.UNMERGED
        assert facts_of(done)["main"] == main.number
        assert words_of(done) == scene.WORDS_OF["unmerge"]
        assert (case.outcome, case.closed_at, case.due_at) == ("", None, due)
        assert (promise(case).due_at, promise(case).stopped_at) == (due, None)
        assert (scene.open_step(case).step, scene.open_step(case).post) == (
            "reported",
            grid.cast.wang.post,
        )
        assert (main_case(case), merged_into(main)) == (case, [])
        assert scene.walk(grid, case, scene.PATH, at=now + 3 * HOUR).outcome == "closed"

    @pytest.mark.parametrize("who", ["zhang", "qian", "zhao", "li"])
    def test_by_the_duty_officer_alone(self, grid: Grid, who: str) -> None:
        main, case = scene.report(grid), scene.report(grid)
        scene.make(grid, case, "merge", case=main.number)
        before = everything()
        with pytest.raises(NotHolder):
            scene.make(grid, case, "unmerge", by=getattr(grid.cast, who))
        assert everything() == before


class TestSplitting:
    @pytest.fixture
    def other(self, grid: Grid) -> Capacity:
        """Return who handles in the other street."""
        return hold(officer("1031", "施小处"), post(grid.cast.other_street, "handler"))

    @pytest.fixture
    def whole(self, grid: Grid) -> Case:
        """Return a judged case with two photos."""
        photos = [scene.kept_photo(grid.cast.crowd, grid.cast.at, seed=seed) for seed in (1, 2)]
        case = scene.report(grid, photos=photos, claim=scene.CLAIM)
        return scene.walk(grid, case, ("judge",))

    def parts(self, grid: Grid, whole: Case) -> list[actions.Part]:
        first, second = [photo.uid for photo in attachments_of(whole.subject)]
        return [
            actions.Part("更换井盖。", grid.street, (second,)),
            actions.Part("清运渣土。", grid.cast.other_street, (second, first)),
            actions.Part("补划标线。", grid.street),
        ]

    def test_each_unit_has_its_part_with_the_photos_chosen(
        self, grid: Grid, whole: Case, other: Capacity, now: datetime
    ) -> None:
        hashes = [photo.sha256 for photo in attachments_of(whole.subject)]
        done = scene.make(grid, whole, "split", parts=self.parts(grid, whole), note="分三家办。")
        children = parts_of(whole)

        assert (done.entry.event, facts_of(done)["parts"]) == (terms.SPLIT, 3)
        assert words_of(done) == {"note": "分三家办。"}
        assert scene.open_step(whole).step == "split"
        steps = [scene.open_step(child) for child in children]
        assert [step.step for step in steps] == ["dispatched"] * 3
        qian = grid.cast.qian.post
        assert [step.post for step in steps] == [qian, other.post, qian]
        shown = [[photo.sha256 for photo in attachments_of(child.subject)] for child in children]
        assert shown == [hashes[1:], hashes[::-1], []]
        words = list(
            Incident.objects.filter(case__in=children)
            .order_by("case_id")
            .values_list("description", flat=True)
        )
        assert words == ["更换井盖。", "清运渣土。", "补划标线。"]
        for child in children:
            [entry] = entries_of(child.subject)
            assert entry.event == terms.SPLIT_OFF
            assert json.loads(entry.payload)["main_entry"] == queries.first_entry(whole).uid
            assert whole.number not in entry.payload
            assert child.due_at == now + 2 * HOUR
        # The photos of the whole stay with it.
        assert [photo.sha256 for photo in attachments_of(whole.subject)] == hashes

    def test_the_whole_does_not_go_on_over_open_parts_unless_stated(
        self, grid: Grid, whole: Case
    ) -> None:
        scene.make(grid, whole, "split")
        numbers = [part.number for part in parts_of(whole)]
        before = everything()
        with pytest.raises(OpenParts) as refused:
            scene.make(grid, whole, "gather", reason="")
        assert (refused.value.status, refused.value.details) == (409, {"parts": numbers})
        assert everything() == before

        done = scene.make(grid, whole, "gather", reason="标线另行安排。")
        assert done.entry.event == terms.GATHERED
        assert words_of(done) == {"reason": "标线另行安排。"}
        assert scene.open_step(whole).step == "verified"

    def test_it_goes_on_when_the_last_part_is_closed(self, grid: Grid, whole: Case) -> None:
        scene.make(grid, whole, "split")
        for part in parts_of(whole):
            with pytest.raises(OpenParts):
                scene.make(grid, whole, "gather", reason="")
            assert scene.walk(grid, part, scene.PATH[2:]).outcome == "closed"
        scene.make(grid, whole, "gather", reason="")

        assert scene.walk(grid, whole, ("close",)).outcome == "closed"

    @pytest.mark.parametrize("count", [0, 1, terms.MOST_PARTS + 1])
    def test_into_two_parts_at_least_and_ten_at_most(
        self, grid: Grid, whole: Case, count: int
    ) -> None:
        parts = [actions.Part(f"第{place}项", grid.street) for place in range(count)]
        before = everything()
        with pytest.raises(actions.BadParts) as refused:
            scene.make(grid, whole, "split", parts=parts)
        assert (refused.value.status, refused.value.field) == (422, "parts")
        assert everything() == before

    def test_all_parts_or_none(self, grid: Grid, whole: Case) -> None:
        """The last part asks for a photo of another case."""
        stolen = scene.kept_photo(grid.cast.crowd, grid.cast.at, seed=3)
        scene.report(grid, photos=[stolen], claim=scene.CLAIM)
        parts = [*self.parts(grid, whole)[:2], actions.Part("第三项", grid.street, (stolen.uid,))]
        before = everything()
        with pytest.raises(Absent):
            scene.make(grid, whole, "split", parts=parts)
        assert everything() == before
