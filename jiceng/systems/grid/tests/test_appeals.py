"""An appeal against a lateness: who may file it, who reviews it, and that the lateness stays."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import (
    OPERATOR,
    RESIDENT,
    SYSTEM,
    entries_of,
    erase_personal,
    personal_of,
)
from jiceng.kernel.orgs.terms import HANDLER, UNIT_HEAD
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import (
    Missing,
    MoveNotPossible,
    NotHolder,
    SamePerson,
    problems,
    reopen,
)
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Appeal, Incident
from jiceng.systems.grid.procedure import GRID_APPEAL
from jiceng.systems.grid.queries.appeals import appeal_file
from jiceng.systems.grid.terms import APPEAL_DAYS
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.appealing import DAY, REASON, ended_late, file, review
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import number_of_no_case


def facts_of(case: Case) -> list[Any]:
    """Return every stored instant of a case, and whether it was on time."""
    case = Case.objects.get(pk=case.pk)
    rows = CaseStep.objects.filter(case=case).order_by("id").values()
    return [case.opened_at, case.due_at, case.closed_at, case.outcome, case.on_time, list(rows)]


def state() -> list[Any]:
    return [
        list(Case.objects.order_by("id").values()),
        list(CaseStep.objects.order_by("id").values()),
        list(Appeal.objects.values()),
        list(Incident.objects.order_by("case").values()),
        Entry.objects.count(),
    ]


@pytest.fixture
def about(grid: Grid) -> Case:
    return ended_late(grid)


@pytest.fixture
def appeal(grid: Grid, about: Case) -> Case:
    case = file(grid, about).value
    assert isinstance(case, Case)
    return case


def test_the_procedure_is_sound_and_every_move_has_its_act() -> None:
    assert problems(GRID_APPEAL) == []
    assert set(actions.APPEAL_MOVES) == {move.code for move in GRID_APPEAL.moves}


@pytest.mark.django_db
class TestFiling:
    def test_it_is_a_case_of_its_own_held_by_the_duty_officer(
        self, grid: Grid, about: Case
    ) -> None:
        before = Entry.objects.count()
        done = file(grid, about)
        case = done.value

        assert Entry.objects.count() == before + 1
        assert (case.system, case.procedure.code, case.unit) == (
            "grid_appeal",
            "grid.appeal",
            about.unit,
        )
        assert scene.open_step(case).post == grid.cast.wang.post
        assert (done.entry.event, done.entry.subject) == (terms.APPEALED, case.subject)
        told = json.loads(done.entry.payload)
        assert (told["about"], told["appeal"]) == (about.number, case.number)
        assert REASON not in done.entry.payload
        assert personal_of(done.entry) == {"reason": REASON}

    def test_the_title_says_nothing_that_is_erased_elsewhere(
        self, about: Case, appeal: Case
    ) -> None:
        assert scene.CORNER in about.title
        assert appeal.title == "超期申诉（井盖缺失、移位）"

    def test_the_case_it_is_about_does_not_change(self, grid: Grid, about: Case) -> None:
        before = facts_of(about)
        file(grid, about)

        assert facts_of(about) == before
        assert before[4] is False

    @pytest.mark.parametrize("who", ["qian", "zhang"])
    def test_the_handler_and_the_head_of_the_unit_may(
        self, grid: Grid, about: Case, who: str
    ) -> None:
        by = getattr(grid.cast, who)

        assert file(grid, about, by=by).entry.by == by.ref
        assert Appeal.objects.get().about == about

    @pytest.mark.parametrize("who", ["wang", "li", "sun", "zhao", "zhou"])
    def test_nobody_else_may(self, grid: Grid, about: Case, who: str) -> None:
        before = state()
        for outsider in (getattr(grid.cast, who), RESIDENT, SYSTEM):
            with pytest.raises(NotAllowed):
                file(grid, about, by=outsider)
        assert state() == before

    @pytest.mark.parametrize("role", [HANDLER.code, UNIT_HEAD.code])
    def test_a_unit_that_did_not_handle_it_may_not(
        self, grid: Grid, about: Case, role: str
    ) -> None:
        other = hold(officer("2001", "吴小远"), post(grid.cast.other_street, role))
        with pytest.raises(Refusal) as refused:
            file(grid, about, by=other)
        assert (refused.value.status, refused.value.code) == (403, "not_handled")

    def test_once_a_case_whatever_became_of_it(self, grid: Grid, about: Case) -> None:
        review(grid, file(grid, about).value, "reject", grid.cast.wang)
        before = state()
        for who in (grid.cast.qian, grid.cast.zhang):
            with pytest.raises(Refusal) as refused:
                file(grid, about, by=who)
            assert (refused.value.status, refused.value.code) == (409, "appealed")
        assert state() == before

    def test_not_while_it_runs_not_in_time_not_too_late_not_without_words(
        self, grid: Grid, about: Case
    ) -> None:
        running = scene.walk(grid, scene.report(grid), scene.PATH[:2])
        punctual = ended_late(grid, timedelta())
        later = about.closed_at + APPEAL_DAYS * DAY + timedelta(seconds=1)  # type: ignore[operator]
        disposed = scene.walk(grid, scene.report(grid), scene.PATH[:3])
        at = grid.cast.at + 60 * DAY
        asked: list[tuple[dict[str, Any], str]] = [
            ({"number": running.number, "at": at}, "not_over"),
            ({"number": disposed.number, "at": at}, "not_over"),
            ({"number": punctual.number}, "not_late"),
            ({"at": later}, "window_over"),
            ({"reason": ""}, "no_reason"),
        ]
        before = state()
        for changes, code in asked:
            with pytest.raises(Refusal) as refused:
                file(grid, about, **changes)
            assert refused.value.code == code
        with pytest.raises(Absent):
            file(grid, about, number=number_of_no_case(about))
        assert state() == before

    def test_an_appeal_has_no_appeal(self, grid: Grid, about: Case, appeal: Case) -> None:
        review(grid, appeal, "reject", grid.cast.wang, at=appeal.opened_at + 90 * DAY)
        with pytest.raises(Absent):
            file(grid, about, number=appeal.number)

    def test_the_same_press_again_is_the_same_appeal(self, grid: Grid, about: Case) -> None:
        first = file(grid, about, key="k1")
        again = file(grid, about, key="k1")

        assert again.replayed
        assert again.entry == first.entry
        assert Appeal.objects.count() == 1

    def test_a_part_that_was_late_in_a_case_that_was_not(self, grid: Grid) -> None:
        case = ended_late(grid, timedelta())
        CaseStep.objects.filter(case=case, step="dispatched").update(
            due_at=case.opened_at - timedelta(minutes=1)
        )
        case.refresh_from_db()

        assert case.on_time is True
        filed = file(grid, case).value
        read = appeal_file(grid.cast.wang.officer, filed.number, filed.opened_at)
        assert [stay.step for stay in read.late_stays] == ["dispatched"]


@pytest.mark.django_db
class TestReview:
    def test_upheld_by_two_it_excuses_and_nothing_else_changes(
        self, grid: Grid, about: Case, appeal: Case
    ) -> None:
        before = facts_of(about)
        passed = review(grid, appeal, "pass", grid.cast.wang, note="属实")
        assert not Incident.objects.get(case=about).excused
        assert scene.open_step(appeal).post == grid.cast.zhang.post
        count = Entry.objects.count()
        done = review(grid, appeal, "uphold", grid.cast.zhang)

        appeal.refresh_from_db()
        assert (appeal.outcome, appeal.steps.open().count()) == ("closed", 0)
        assert Incident.objects.get(case=about).excused
        assert facts_of(about) == before
        assert Case.objects.get(pk=about.pk).on_time is False
        assert Entry.objects.count() == count + 1
        for entry in (passed.entry, done.entry):
            told = json.loads(entry.payload)
            assert entry.subject == appeal.subject
            assert (told["about"], told["appeal"]) == (about.number, appeal.number)

    @pytest.mark.parametrize("path", [(), ("pass",)])
    def test_rejected_by_either_it_excuses_nothing(
        self, grid: Grid, about: Case, appeal: Case, path: tuple[str, ...]
    ) -> None:
        before = facts_of(about)
        for move in path:
            review(grid, appeal, move, grid.cast.wang)
        review(grid, appeal, "reject", grid.cast.zhang if path else grid.cast.wang)

        appeal.refresh_from_db()
        assert appeal.outcome == "refused"
        assert not Incident.objects.get(case=about).excused
        assert facts_of(about) == before

    def test_two_different_people_even_in_the_post_of_the_other(
        self, grid: Grid, appeal: Case
    ) -> None:
        review(grid, appeal, "pass", grid.cast.wang)
        both = hold(grid.cast.wang.officer, grid.cast.zhang.post)
        before = state()
        for move in ("uphold", "reject"):
            with pytest.raises(SamePerson):
                review(grid, appeal, move, both)
        assert state() == before

    def test_who_appealed_does_not_review(self, grid: Grid, about: Case) -> None:
        appeal = file(grid, about, by=grid.cast.zhang).value
        on_duty = hold(grid.cast.zhang.officer, grid.cast.wang.post)
        before = state()
        for move in ("pass", "reject"):
            with pytest.raises(Refusal) as refused:
                review(grid, appeal, move, on_duty)
            assert (refused.value.status, refused.value.code) == (403, "own_appeal")
        assert state() == before
        review(grid, appeal, "pass", grid.cast.wang)
        with pytest.raises(Refusal) as refused:
            review(grid, appeal, "uphold", grid.cast.zhang)
        assert refused.value.code == "own_appeal"
        shown = appeal_file(grid.cast.zhang.officer, appeal.number, appeal.opened_at)
        [stands] = shown.open_steps
        assert (stands.moves, [move.code for move in stands.others]) == ([], ["uphold", "reject"])

    def test_nobody_but_the_holder(self, grid: Grid, appeal: Case) -> None:
        before = state()
        for other in grid.cast.officers:
            if other != grid.cast.wang:
                with pytest.raises(NotHolder):
                    review(grid, appeal, "pass", other)
        for outsider in (RESIDENT, SYSTEM):
            with pytest.raises(NotAllowed):
                review(grid, appeal, "reject", outsider)
        assert state() == before

    def test_out_of_turn_or_without_reasons_it_is_refused(self, grid: Grid, appeal: Case) -> None:
        before = state()
        with pytest.raises(MoveNotPossible):
            review(grid, appeal, "uphold", grid.cast.wang)
        with pytest.raises(Missing):
            review(grid, appeal, "reject", grid.cast.wang, reason="")
        assert state() == before

    def test_a_case_of_the_grid_is_no_appeal(self, grid: Grid) -> None:
        case = scene.report(grid)
        for move in actions.APPEAL_MOVES:
            with pytest.raises(MoveNotPossible):
                review(grid, case, move, grid.cast.wang)

    def test_a_case_taken_up_again_meanwhile_is_not_excused(
        self, grid: Grid, about: Case, appeal: Case
    ) -> None:
        review(grid, appeal, "pass", grid.cast.wang)
        reopen(
            number=about.number,
            move="reopen_by_office",
            by=grid.cast.wang,
            at=appeal.opened_at + DAY,
            given={"reason": "又坏了"},
        )
        before = state()
        with pytest.raises(Refusal) as refused:
            review(grid, appeal, "uphold", grid.cast.zhang)
        assert (refused.value.status, refused.value.code) == (409, "end_changed")
        assert state() == before
        review(grid, appeal, "reject", grid.cast.zhang)

    def test_words_are_erased_and_the_numbers_stay(
        self, grid: Grid, about: Case, appeal: Case
    ) -> None:
        review(grid, appeal, "reject", grid.cast.wang, reason="理由不足")
        erase_personal(subject=appeal.subject, by=OPERATOR, at=clock.read(), reason="本人申请")

        for entry in entries_of(appeal.subject).filter(event__startswith="grid.appeal"):
            assert personal_of(entry) == {}
            assert json.loads(entry.payload)["about"] == about.number
