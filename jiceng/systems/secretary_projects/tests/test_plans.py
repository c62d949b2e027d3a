"""The acts of a plan: its steps, how far they are, its place on the board."""

from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.service import RESIDENT, entries_of
from jiceng.kernel.notices.service import latest
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Missing
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.actions.refusals import (
    BadPercent,
    BadStepWeight,
    NotRunning,
    NotTheOwner,
    OutsideDates,
    PlanSettled,
    StepIncomplete,
    StepsNotDone,
)
from jiceng.systems.secretary_projects.models import PlanStep
from jiceng.systems.secretary_projects.tests.scene import (
    CLAIM,
    PHONE,
    Party,
    evidence,
    filed,
    made,
    photo,
    proposed,
    registered,
    row,
    with_step,
)


def claim(party: Party, case: Case, step: PlanStep, percent: object, **changes: Any) -> Any:
    """Let the owner say how far a step is."""
    given: dict[str, Any] = {
        "by": party.chen,
        "at": party.at,
        "number": case.number,
        "step": step.pk,
        "percent": percent,
        "photos": [photo(party, "progress")],
        "claim": CLAIM,
    }
    return actions.claim_progress(**given | changes)


def steps_of(case: Case) -> list[PlanStep]:
    return list(PlanStep.objects.standing().filter(project=case.pk))


class TestSteps:
    @pytest.mark.parametrize(
        ("changes", "refusal", "field"),
        [
            ({"due_on": -1}, OutsideDates, "due_on"),
            ({"due_on": 201}, OutsideDates, "due_on"),
            ({"expected": ""}, StepIncomplete, "expected"),
            ({"owner": ""}, StepIncomplete, "owner"),
            ({"name": ""}, StepIncomplete, "name"),
            *(({"weight": w}, BadStepWeight, "weight") for w in ("0", "-1", "NaN", "1e999")),
            ({"by": "wu"}, NotTheOwner, ""),
            ({"by": "office"}, NotTheOwner, ""),
            ({"by": RESIDENT}, NotAllowed, ""),
        ],
        ids=str,
    )
    def test_refuses_and_writes_nothing(
        self, party: Party, changes: dict[str, Any], refusal: type[Refusal], field: str
    ) -> None:
        case = proposed(party)
        before = entries_of(case.subject).count()
        given = dict(changes)
        if "due_on" in given:
            given["due_on"] = party.at.date() + timedelta(days=given["due_on"])
        if isinstance(given.get("by"), str):
            given["by"] = getattr(party, given["by"])
        with pytest.raises(refusal) as refused:
            with_step(party, case, **given)
        assert refused.value.field == field
        assert (entries_of(case.subject).count(), len(steps_of(case))) == (before, 0)

    def test_a_change_says_why_and_history_keeps_what_was(self, party: Party) -> None:
        case = proposed(party)
        step = with_step(party, case)
        words = {"name": "改造", "expected": "两处", "owner": "王委员"}
        given = {"by": party.chen, "at": party.at, "number": case.number, "step": step.pk, **words}
        later = step.due_on + timedelta(days=30)
        with pytest.raises(StepIncomplete):
            actions.change_step(**given, due_on=later, reason="")
        actions.change_step(**given, due_on=later, reason="设备到货推迟")
        changed = PlanStep.objects.get(pk=step.pk)
        assert (changed.name, changed.due_on, changed.weight) == ("改造", later, None)
        last = entries_of(case.subject).last()
        assert last is not None
        assert '"was":{"due_on":"2026-05-01","weight":"3.000"}' in last.payload

    def test_a_step_is_dropped_and_the_last_one_stays(self, party: Party) -> None:
        later, case = registered(party)
        first, second = steps_of(case)
        given = {"by": party.chen, "at": later.at, "number": case.number}
        actions.drop_step(**given, step=first.pk, reason="合并")
        with pytest.raises(Absent):
            actions.drop_step(**given, step=first.pk, reason="合并")
        with pytest.raises(PlanSettled):
            actions.drop_step(**given, step=second.pk, reason="合并")
        assert steps_of(case) == [second]

    def test_nothing_changes_while_the_office_looks(self, party: Party) -> None:
        case = filed(party)
        with pytest.raises(PlanSettled):
            with_step(party, case)

    def test_the_step_of_another_project_is_not_there(self, party: Party) -> None:
        mine, other = proposed(party), proposed(party)
        step = with_step(party, other)
        with pytest.raises(Absent):
            actions.drop_step(
                by=party.chen, at=party.at, number=mine.number, step=step.pk, reason="x"
            )


class TestProgress:
    def test_is_claimed_by_the_owner_while_it_runs(self, party: Party) -> None:
        later, case = registered(party)
        step = steps_of(case)[0]
        claim(later, case, step, "60.5", photos=[])
        with pytest.raises(NotTheOwner):
            claim(later, case, step, 70, by=party.wu)
        step.refresh_from_db()
        assert (step.claimed, step.done_at) == (60.5, None)
        assert row(case).milestone == terms.PROGRESS_CLAIMED

    def test_whole_needs_a_photo_and_is_dated_once(self, party: Party) -> None:
        later, case = registered(party)
        step = steps_of(case)[0]
        with pytest.raises(Missing):
            claim(later, case, step, 100, photos=[])
        claim(later, case, step, 100)
        claim(later.later(days=3), case, step, 100)
        step.refresh_from_db()
        assert (step.done_at, step.claimed_at) == (later.at, later.later(days=3).at)
        claim(later, case, step, 90)
        step.refresh_from_db()
        assert step.done_at is None

    @pytest.mark.parametrize("percent", ["-1", "100.01", "NaN", "1e999", "12.345", ""])
    def test_refuses_what_is_no_percentage(self, party: Party, percent: str) -> None:
        later, case = registered(party)
        step = steps_of(case)[0]
        with pytest.raises(BadPercent):
            claim(later, case, step, percent)
        step.refresh_from_db()
        assert step.claimed == 0

    def test_nothing_is_claimed_before_it_is_registered(self, party: Party) -> None:
        case = proposed(party)
        step = with_step(party, case)
        with pytest.raises(NotRunning):
            claim(party, case, step, 10)

    def test_only_a_plan_that_is_done_is_accepted(self, party: Party) -> None:
        later, case = registered(party)
        given = {"by": party.chen, "number": case.number, **evidence(later, "submit")}
        del given["day"]
        with pytest.raises(StepsNotDone):
            actions.PROJECT_MOVES["submit"](**given)
        for step in steps_of(case):
            claim(later, case, step, 100)
        actions.PROJECT_MOVES["submit"](**given)
        made(later, case, "accept", note="现场核查属实")
        made(later, case, "complete")
        project = row(case)
        assert (project.accepted_at, project.completed_at) == (later.at, later.at)
        case.refresh_from_db()
        assert case.outcome == "closed"


class TestBoard:
    def test_the_plan_hangs_from_the_registration_on(self, party: Party) -> None:
        later, case = registered(party)
        notice = latest(case.subject, terms.BOARD_PLAN)
        assert notice is not None
        assert list(notice.boards.all()) == [party.branch]
        assert notice.shown["filing_no"] == row(case).filing_no
        assert len(notice.shown["steps"]) == 2
        assert notice.takes_words(later.later(days=60).at)

    def test_a_changed_plan_takes_its_place_and_says_why(self, party: Party) -> None:
        later, case = registered(party)
        with_step(later, case, name=f"联系人{PHONE}", owner=f"陈某 {PHONE}")
        given = {"by": party.chen, "at": later.at, "number": case.number}
        with pytest.raises(StepIncomplete):
            actions.hang_plan(**given, reason="")
        before = latest(case.subject, terms.BOARD_PLAN)
        done = actions.hang_plan(**given, reason=f"增加一步，请联系{PHONE}")
        notice = done.value
        assert notice is not None
        assert notice.replaces == before
        assert len(notice.shown["steps"]) == 3
        assert PHONE not in str(notice.shown) + notice.correction

    def test_nothing_hangs_before(self, party: Party) -> None:
        case = proposed(party)
        with pytest.raises(NotRunning):
            actions.hang_plan(by=party.chen, at=party.at, number=case.number, reason="x")
