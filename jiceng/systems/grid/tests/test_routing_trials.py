"""Routing rules against one another, and on past reports before they count."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import visible_to
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.queries.routing import rules_at
from jiceng.systems.grid.queries.routing_trials import draft_of, dry_run, with_draft
from jiceng.systems.grid.queries.routing_trials import report as standing_report
from jiceng.systems.grid.tests.routing_scene import draft, enforce, founded_team
from jiceng.systems.grid.tests.scene import IN_OTHER_COMMUNITY, Grid, report, walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(grid: Grid) -> Unit:
    return founded_team(grid, 1)


@pytest.fixture
def other_team(grid: Grid) -> Unit:
    return founded_team(grid, 2)


def test_conflicts_dead_and_broken_rules_are_reported(
    grid: Grid, team: Unit, other_team: Unit
) -> None:
    enforce(grid, team, "R1", 1, categories=["C101"])
    enforce(grid, other_team, "R2", 2, weekdays=[1])  # both on a Monday: a conflict
    enforce(grid, team, "R3", 3, categories=["C101"], hours=[22, 6])  # R1 leaves it nothing
    enforce(grid, team, "R4", 4)  # the rest: no conflict, the others are its special cases
    found = standing_report(grid.cast.at)
    pairs = [(one.row.code, other.row.code) for one, other in found.conflicts]
    assert pairs == [("R1", "R2"), ("R2", "R3")]
    assert [rule.row.code for rule in found.dead] == ["R3"]
    assert not found.broken
    assert not found.fine


def test_several_earlier_rules_together_kill_one(grid: Grid, team: Unit) -> None:
    enforce(grid, team, "R1", 1, categories=["C101"])
    enforce(grid, team, "R2", 2, categories=["E201"])
    enforce(grid, team, "R3", 3, sources=["patrol"])
    assert [rule.row.code for rule in standing_report(grid.cast.at).dead] == ["R3"]


def snapshot() -> tuple[int, list[Any]]:
    return Entry.objects.count(), list(RoutingRule.objects.order_by("id").values())


def test_a_dry_run_counts_differs_and_writes_nothing(
    grid: Grid, team: Unit, other_team: Unit
) -> None:
    enforce(grid, team, "R1", 10, categories=["C101"])
    sent = walk(grid, report(grid), ("judge", "dispatch"))  # to the street, whatever was suggested
    waiting = report(grid)
    rubbish = report(grid, category=grid.rubbish)
    draft(grid, other_team, "R0", 1, categories=["E201"])
    before = snapshot()

    now = dry_run(at=grid.cast.at)
    assert (now.tried, now.by_default, now.undecided) == (3, 1, 0)
    assert [(hit.rule.row.code, hit.count) for hit in now.hits] == [("R1", 2)]
    assert [(each.case, each.was, each.dispatched) for each in now.differences] == [
        (sent, grid.street, True)
    ]
    rules = with_draft(rules_at(grid.cast.at), draft_of("R0"))
    then = dry_run(at=grid.cast.at, rules=rules)
    assert [(hit.rule.row.code, hit.count) for hit in then.hits] == [("R0", 1), ("R1", 2)]
    assert [each.case for each in then.differences] == [rubbish, sent]
    assert then.differences[0].would.unit == other_team
    assert waiting.incident.routed_unit == team
    assert dry_run(at=grid.cast.at, last=1).tried == 1
    assert dry_run(at=grid.cast.at, last=0).tried == 0
    assert snapshot() == before


def test_a_dry_run_asks_as_often_for_many_as_for_few(grid: Grid, team: Unit) -> None:
    enforce(grid, team, categories=["C101"])
    report(grid)
    with CaptureQueriesContext(connection) as few:
        dry_run(at=grid.cast.at)
    for _number in range(4):
        report(grid, category=grid.rubbish)
    with CaptureQueriesContext(connection) as many:
        dry_run(at=grid.cast.at)
    assert len(many) == len(few)


def test_a_dry_run_shows_the_cases_of_the_reader_alone(grid: Grid, team: Unit) -> None:
    report(grid)
    theirs = report(grid, point=IN_OTHER_COMMUNITY)
    enforce(grid, team)
    scope = visible_to(grid.cast.zhao.officer, grid.cast.at)
    found = dry_run(at=grid.cast.at, scope=scope)
    assert [each.case for each in found.differences] == [theirs]
