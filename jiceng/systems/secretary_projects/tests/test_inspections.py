"""Inspections by the cast: drawn, unannounced, found, put right, confirmed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import hold, post
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyDrawn,
    AlreadyVisited,
    BadDeadline,
    BadPercent,
    BadQuota,
    DayToCome,
    NothingSeen,
    NotRectified,
    NotTheOwner,
    OpenFindings,
    OwnProject,
    TooFewInspectors,
    VisitsWaiting,
    VisitTooEarly,
)
from jiceng.systems.secretary_projects.models import Draw, Finding, PlanStep, Visit
from jiceng.systems.secretary_projects.queries.inspections import (
    draw_for,
    draws_for,
    inspected,
    visit_for,
    visits_of,
)
from jiceng.systems.secretary_projects.rules.drawing import commitment
from jiceng.systems.secretary_projects.tests.scene import (
    CLAIM,
    Party,
    evidence,
    photo,
    registered,
    row,
)


def committed(party: Party, **changes: Any) -> Draw:
    given: dict[str, Any] = {
        "by": party.office,
        "at": party.at,
        "unit": party.cast.zone,
        "quotas": {"project": 1},
    }
    done = actions.commit_draw(**given | changes)
    assert done.value is not None
    return done.value


def drawn(party: Party, **changes: Any) -> Visit:
    draw = committed(party, **changes)
    actions.make_draw(by=party.office, at=party.at, draw=draw)
    return Visit.objects.select_related("project__case", "inspector").get(draw=draw)


def capacity_of(party: Party, visit: Visit) -> Any:
    return party.lin if visit.inspector == party.lin.officer else party.he


def visited(party: Party, visit: Visit, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "by": capacity_of(party, visit),
        "at": party.at,
        "number": visit.project.case.number,
        "visit": visit.uid,
        "visited_on": party.at.date(),
        "words": "现场一处未完工",
        "seen": {},
    }
    return actions.record_visit(**given | changes)


def found(party: Party, visit: Visit, **changes: Any) -> Any:
    by = capacity_of(party, visit)
    given: dict[str, Any] = {
        "by": by,
        "at": party.at,
        "visit": visit,
        "words": "消防通道被占",
        "due_on": party.at.date() + timedelta(days=15),
        "photos": [photo(party, "visit", by=by)],
        "claim": CLAIM,
    }
    return actions.find(**given | changes)


@pytest.fixture
def running(party: Party) -> tuple[Party, Case]:
    """Return a project that runs."""
    return registered(party)


class TestDraw:
    def test_the_hash_is_in_history_before_and_the_seed_after(
        self, running: tuple[Party, Case]
    ) -> None:
        party, _case = running
        draw = committed(party)
        (first,) = entries_of(draw.subject)
        assert commitment(draw.seed) in first.payload
        assert draw.seed not in first.payload
        actions.make_draw(by=party.office, at=party.at, draw=draw)
        visit = Visit.objects.get()
        entries = "".join(entry.payload for entry in entries_of(draw.subject))
        assert draw.seed not in entries
        assert visit.project.case.number not in entries
        with pytest.raises(VisitsWaiting):
            actions.reveal_draw(by=party.office, at=party.at, draw=draw)
        visited(party, visit)
        actions.reveal_draw(by=party.office, at=party.at, draw=draw)
        last = entries_of(draw.subject).last()
        assert last is not None
        assert draw.seed in last.payload
        again = actions.drawn_of(draw, draw.seed)
        assert [each.number for each, _team in again] == [visit.project.case.number]
        with pytest.raises(VisitsWaiting):
            actions.reveal_draw(by=party.office, at=party.at, draw=draw)

    def test_is_made_once(self, running: tuple[Party, Case]) -> None:
        party, _case = running
        visit = drawn(party)
        with pytest.raises(AlreadyDrawn):
            actions.make_draw(by=party.office, at=party.at, draw=visit.draw)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"quotas": {}}, BadQuota),
            ({"quotas": {"project": 2}}, BadQuota),
            ({"quotas": {"project": 0}}, BadQuota),
            ({"quotas": {"project": -1}}, BadQuota),
            ({"quotas": {"project": True}}, BadQuota),
            ({"quotas": {"street": 1}}, BadQuota),
            ({"team_size": 3}, TooFewInspectors),
            ({"team_size": 0}, TooFewInspectors),
            ({"by": "chen"}, NotAllowed),
        ],
    )
    def test_refuses(
        self, running: tuple[Party, Case], changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        party, _case = running
        given = {**changes, **({"by": party.chen} if "by" in changes else {})}
        with pytest.raises(refusal):
            committed(party, **given)
        assert not Draw.objects.exists()

    def test_the_owner_knows_nothing_of_it_before_the_visit(
        self, running: tuple[Party, Case]
    ) -> None:
        party, case = running
        draw = committed(party)
        for inspects in (False, True):
            if inspects:  # the owner is an inspector, too, and still is not told
                hold(party.chen.officer, post(party.cast.street, "inspector"), at=party.at)
            with pytest.raises(Absent):
                draw_for(party.chen.officer, draw.uid, party.at)
            assert draws_for(party.chen.officer, party.at) == []
        actions.make_draw(by=party.office, at=party.at, draw=draw)
        visit = Visit.objects.get()
        with pytest.raises(Absent):
            visit_for(party.chen.officer, visit.uid)
        assert inspected(row(case), party.at).visits == []
        assert draw_for(party.office.officer, draw.uid, party.at) == draw
        visited(party, visit)
        assert inspected(row(case), party.at).visits == [visit]

    def test_only_the_team_knows_of_its_visit(self, running: tuple[Party, Case]) -> None:
        party, _case = running
        visit = drawn(party)
        by = capacity_of(party, visit)
        other = party.he if by is party.lin else party.lin
        assert visits_of(by.officer) == [visit]
        assert visits_of(other.officer) == []
        with pytest.raises(Absent):
            visit_for(other.officer, visit.uid)
        with pytest.raises(Absent):
            visited(party, visit, by=other)


class TestVisit:
    def test_writes_what_is_there_beside_what_is_claimed(self, running: tuple[Party, Case]) -> None:
        party, case = running
        step = PlanStep.objects.standing().filter(project=case.pk)[0]
        PlanStep.objects.filter(pk=step.pk).update(claimed=80)
        done = visited(party, drawn(party), seen={step.pk: "60"})
        step.refresh_from_db()
        assert (step.verified, step.verified_claim) == (60, 80)
        assert step.standing.contradicted
        assert f'"{step.pk}":"60.00/80.00"' in done.entry.payload

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"visited_on": -1}, VisitTooEarly),
            ({"visited_on": 1}, DayToCome),
            ({"words": ""}, NothingSeen),
            ({"seen": {0: "50"}}, Absent),
            ({"seen": "1e999"}, BadPercent),
            ({"by": "office"}, NotAllowed),
            ({"by": "chen"}, NotAllowed),
        ],
    )
    def test_refuses(
        self, running: tuple[Party, Case], changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        party, case = running
        visit = drawn(party)
        given = dict(changes)
        if "visited_on" in given:
            given["visited_on"] = party.at.date() + timedelta(days=given["visited_on"])
        if "by" in given:
            given["by"] = getattr(party, given["by"])
        if given.get("seen") == "1e999":
            given["seen"] = {PlanStep.objects.filter(project=case.pk)[0].pk: "1e999"}
        with pytest.raises(refusal):
            visited(party, visit, **given)
        visit.refresh_from_db()
        assert visit.visited_at is None

    def test_is_recorded_once(self, running: tuple[Party, Case]) -> None:
        party, _case = running
        visit = drawn(party)
        visited(party, visit)
        with pytest.raises(AlreadyVisited):
            visited(party, visit)

    def test_of_ones_own_accord_but_not_to_ones_own(self, running: tuple[Party, Case]) -> None:
        party, case = running
        given = {
            "at": party.at,
            "number": case.number,
            "visited_on": party.at.date(),
            "words": "进度正常",
            "seen": {},
        }
        actions.record_visit(by=party.lin, **given)
        assert Visit.objects.get().draw is None
        owner = hold(party.chen.officer, post(party.cast.street, "inspector"), at=party.at)
        with pytest.raises(OwnProject):
            actions.record_visit(by=owner, **given)

    def test_the_database_knows_it_too(self, running: tuple[Party, Case]) -> None:
        party, _case = running
        visit = drawn(party)
        rows = Visit.objects.filter(pk=visit.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(inspector=party.chen.officer)
        early = party.at - timedelta(days=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(visited_at=early, visited_on=early.date())


class TestFinding:
    def test_is_put_right_and_confirmed_by_who_found_it(self, running: tuple[Party, Case]) -> None:
        party, case = running
        visit = drawn(party)
        visited(party, visit)
        visit.refresh_from_db()
        finding = found(party, visit).value
        by = capacity_of(party, visit)
        given = {"photos": [photo(party, "rectification")], "claim": CLAIM}
        with pytest.raises(NotRectified):
            actions.confirm(by=by, at=party.at, finding=finding)
        with pytest.raises(NotTheOwner):
            actions.rectify(by=party.wu, at=party.at, finding=finding, words="清理", **given)
        with pytest.raises(NothingSeen):
            actions.rectify(by=party.chen, at=party.at, finding=finding, words="清理")
        submit = {**evidence(party, "submit"), "by": party.chen, "number": case.number}
        del submit["day"]
        with pytest.raises(OpenFindings):
            actions.PROJECT_MOVES["submit"](**submit)
        actions.rectify(by=party.chen, at=party.at, finding=finding, words="清理", **given)
        other = party.he if by is party.lin else party.lin
        with pytest.raises(Absent):
            actions.confirm(by=other, at=party.at, finding=finding)
        actions.send_back(by=by, at=party.at, finding=finding, reason="仍有杂物")
        more = {"photos": [photo(party, "rectification", seed=1)], "claim": CLAIM}
        actions.rectify(by=party.chen, at=party.at, finding=finding, words="再清理", **more)
        actions.confirm(by=by, at=party.at, finding=finding)
        finding.refresh_from_db()
        assert finding.state == "confirmed"
        with pytest.raises(NotRectified):
            actions.send_back(by=by, at=party.at, finding=finding, reason="晚了")

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"photos": []}, NothingSeen),
            ({"words": ""}, NothingSeen),
            ({"due_on": 0}, BadDeadline),
            ({"due_on": 181}, BadDeadline),
        ],
    )
    def test_refuses(
        self, running: tuple[Party, Case], changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        party, _case = running
        visit = drawn(party)
        visited(party, visit)
        visit.refresh_from_db()
        given = dict(changes)
        if "due_on" in given:
            given["due_on"] = party.at.date() + timedelta(days=given["due_on"])
        with pytest.raises(refusal):
            found(party, visit, **given)
        assert not Finding.objects.exists()

    def test_nothing_is_found_before_the_visit(self, running: tuple[Party, Case]) -> None:
        party, _case = running
        with pytest.raises(Absent):
            found(party, drawn(party))
