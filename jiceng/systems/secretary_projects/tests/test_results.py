"""Outcomes, exemplars, coverage, and both ends, by the cast."""

from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.reviews.models import Review
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.actions.refusals import (
    AdoptedAtHome,
    AlreadyAchieved,
    AlreadyRaised,
    BadAmount,
    BadResultDay,
    DayToCome,
    IndicatorIncomplete,
    IndicatorTaken,
    NoArticle,
    NoResultName,
    NoSuchIndicator,
    NotACandidate,
    NothingTold,
    NotRunning,
    WrongMeasure,
)
from jiceng.systems.secretary_projects.models import Exemplar, PlanStep, Result
from jiceng.systems.secretary_projects.queries.overview import (
    both_ends,
    coverage,
    exemplars,
    outcomes_of,
)
from jiceng.systems.secretary_projects.tests.scene import (
    Party,
    filed,
    made,
    proposed,
    registered,
    registered_item,
)


def indicator(party: Party, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "by": party.office,
        "at": party.at,
        "code": "rent",
        "label": "园区租金",
        "kind": "income",
        "measure": "万元",
        "counted_in": "笔",
        "aggregation": "sum",
        "definition": "当期实际到账租金",
        "baseline": "0",
        "baseline_on": party.at.date(),
    }
    return actions.set_indicator(**given | changes)


def result(party: Party, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "by": party.chen,
        "at": party.at,
        "unit": party.branch,
        "indicator": "rent",
        "name": "一季度租金",
        "opened_on": party.at.date(),
        "achieved_on": party.at.date(),
        "measure": "万元",
        "amount": "2500",
    }
    return actions.record_result(**given | changes)


class TestIndicator:
    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"measure": ""}, IndicatorIncomplete),
            ({"counted_in": ""}, IndicatorIncomplete),
            ({"definition": ""}, IndicatorIncomplete),
            ({"aggregation": "mean"}, IndicatorIncomplete),
            ({"kind": "x"}, IndicatorIncomplete),
            ({"baseline": "-1"}, BadAmount),
            ({"baseline": ""}, BadAmount),
            ({"by": "chen"}, NotAllowed),
        ],
    )
    def test_refuses(self, party: Party, changes: dict[str, Any], refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            indicator(party, **changes | ({"by": party.chen} if "by" in changes else {}))

    def test_a_code_is_set_once(self, party: Party) -> None:
        indicator(party)
        with pytest.raises(IndicatorTaken):
            indicator(party)


class TestResult:
    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"amount": "-1"}, BadAmount),
            ({"amount": "1e999"}, BadAmount),
            ({"amount": None}, BadAmount),
            ({"measure": ""}, WrongMeasure),
            ({"measure": "元", "amount": "25000000"}, WrongMeasure),
            ({"indicator": "x"}, NoSuchIndicator),
            ({"name": ""}, NoResultName),
            ({"opened_on": 1}, BadResultDay),
            ({"achieved_on": -1}, BadResultDay),
            ({"achieved_on": 1}, BadResultDay),
            ({"by": "wu"}, NotAllowed),
            ({"by": "lin"}, NotAllowed),
        ],
        ids=str,
    )
    def test_refuses_and_writes_nothing(
        self, party: Party, changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        indicator(party)
        given = dict(changes)
        for name in ("opened_on", "achieved_on"):
            if name in given:
                given[name] = party.at.date() + timedelta(days=given[name])
        if "by" in given:
            given["by"] = getattr(party, given["by"])
        with pytest.raises(refusal):
            result(party, **given)
        assert not Result.objects.exists()

    def test_is_added_up_within_its_indicator_alone(self, party: Party) -> None:
        indicator(party)
        indicator(
            party,
            code="problems",
            label="企业诉求",
            kind="problem",
            measure="件",
            counted_in="件",
            aggregation="count",
        )
        indicator(party, code="rate", label="满意率", measure="%", aggregation="none")
        result(party, amount="1200.50")
        result(party, amount="1299.50")
        result(party, indicator="rate", measure="%", amount="98")
        open_one = {"indicator": "problems", "measure": "件", "amount": None, "achieved_on": None}
        problem = result(party, name="用工难", **open_one).value
        found = {each.indicator.code: each for each in outcomes_of(party.office.officer, party.at)}
        assert {code: each.value for code, each in found.items()} == {
            "rent": 2500,
            "problems": 0,
            "rate": None,
        }
        assert (found["problems"].open, found["problems"].measure) == (1, "件")
        actions.achieve_result(
            by=party.chen, at=party.at, result=problem, achieved_on=party.at.date()
        )
        with pytest.raises(AlreadyAchieved):
            actions.achieve_result(
                by=party.chen, at=party.at, result=problem, achieved_on=party.at.date()
            )
        again = {each.indicator.code: each for each in outcomes_of(party.office.officer, party.at)}
        assert again["problems"].value == 1
        assert outcomes_of(party.wu.officer, party.at)[0].results == []

    def test_belongs_to_a_project_where_it_names_one(self, party: Party) -> None:
        later, case = registered(party)
        indicator(party)
        done = result(later, number=case.number)
        assert done.entry.subject == case.subject
        with pytest.raises(NotAllowed):
            result(later, by=later.wu, unit=later.other_branch, number=case.number)


class TestExemplar:
    def test_goes_from_the_column_to_the_roadshow_and_elsewhere(self, party: Party) -> None:
        later, case = registered(party)
        office = {"by": party.office, "at": later.at, "number": case.number}
        with pytest.raises(Absent):
            actions.write_column(**office, article="做法")
        actions.raise_exemplar(**office, title="厂房变客厅", summary="先算账再改造")
        with pytest.raises(AlreadyRaised):
            actions.raise_exemplar(**office, title="厂房变客厅", summary="先算账再改造")
        roadshow = {"by": party.office, "at": later.at, "unit": party.cast.zone}
        with pytest.raises(NoArticle):
            actions.open_roadshow(**roadshow, title="路演", numbers=[case.number])
        assert not Review.objects.exists()
        actions.write_column(**office, article="三步做法")
        review = actions.open_roadshow(**roadshow, title="路演", numbers=[case.number])
        assert Exemplar.objects.get().review == review.uid
        assert review.candidates.get().subject == case.subject
        away = {"by": party.wu, "at": later.at, "number": case.number, "words": "照着做"}
        today = later.at.date()
        actions.adopt(**away, unit=party.other_branch, day=today)
        with pytest.raises(AlreadyRaised):
            actions.adopt(**away, unit=party.other_branch, day=today)
        (shown,) = exemplars(party.wu.officer, later.at)
        assert shown.adopted == 1

    def test_refuses(self, party: Party) -> None:
        later, case = registered(party)
        office = {"by": party.office, "at": later.at, "number": case.number}
        with pytest.raises(NothingTold):
            actions.raise_exemplar(**office, title="", summary="x")
        with pytest.raises(NotAllowed):
            actions.raise_exemplar(**office | {"by": party.chen}, title="x", summary="x")
        other = {**office, "number": filed(party).number}
        with pytest.raises(NotRunning):
            actions.raise_exemplar(**other, title="x", summary="x")
        actions.raise_exemplar(**office, title="x", summary="x")
        home = {"by": party.chen, "at": later.at, "number": case.number, "words": "x"}
        day = later.at.date()
        with pytest.raises(AdoptedAtHome):
            actions.adopt(**home, unit=party.branch, day=day)
        with pytest.raises(AdoptedAtHome):
            actions.adopt(**home | {"by": party.office}, unit=party.cast.street, day=day)
        with pytest.raises(NotAllowed):
            actions.adopt(**home, unit=party.other_branch, day=day)
        away = {"by": party.wu, "unit": party.other_branch}
        with pytest.raises(DayToCome):
            actions.adopt(**home | away, day=day + timedelta(days=1))

    def test_a_review_of_others_is_no_roadshow_of_this(self, party: Party) -> None:
        later, case = registered(party)
        _later, other = registered(party)
        for each in (case, other):
            office = {"by": party.office, "at": later.at, "number": each.number}
            actions.raise_exemplar(**office, title="x", summary="x")
            actions.write_column(**office, article="x")
        roadshow = {"by": party.office, "at": later.at, "unit": party.cast.zone, "title": "路演"}
        review = actions.open_roadshow(**roadshow, numbers=[case.number])
        with pytest.raises(NotACandidate):
            actions.enter_roadshow(by=party.office, at=later.at, number=other.number, review=review)


class TestCoverage:
    def test_lists_who_has_nothing_first(self, party: Party) -> None:
        registered_item(party)
        lines = coverage(party.office.officer, party.at)
        assert [(line.unit, line.covered) for line in lines] == [
            (party.bare_branch, False),
            (party.other_branch, False),
            (party.branch, True),
        ]
        assert [line.unit for line in coverage(party.chen.officer, party.at)] == [party.branch]

    def test_what_was_refused_covers_nobody(self, party: Party) -> None:
        case = filed(party)
        made(party, case, "refuse", reason="重复")
        assert not any(line.covered for line in coverage(party.office.officer, party.at))
        proposed(party)
        assert any(line.covered for line in coverage(party.office.officer, party.at))


def test_both_ends_say_why(party: Party) -> None:
    later, ahead = registered(party)
    _later, behind = registered(party, title="背街小巷")
    PlanStep.objects.filter(project=ahead.pk).update(claimed=100, done_at=later.at)
    found = both_ends(party.office.officer, later.later(days=75).at)
    assert found.among == 2
    (lag,) = found.laggards
    assert lag.line.project.case == behind
    codes = {code: many for code, many, _points in lag.scored.reasons}
    assert codes == {"behind": 50, "late_step": 1, "missing_report": 3}
    # Nobody reported, so nobody is without a fault.
    assert found.best == []
    assert both_ends(party.wu.officer, later.at).among == 0


def test_history_is_told_of_each(party: Party) -> None:
    indicator(party)
    case: Case = registered(party)[1]
    result(party.later(days=10), number=case.number)
    events = [entry.event for entry in entries_of(case.subject)]
    assert events[-1] == terms.OUTCOME_RECORDED
