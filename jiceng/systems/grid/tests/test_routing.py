"""Routing rules at work: drafted, in force, broken, mended; tried on past reports; at filing."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, entries_of
from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import Cast, hold, officer, post
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.actions.routing import check_routing
from jiceng.systems.grid.models import Category, RoutingRule
from jiceng.systems.grid.queries.routing import route_for, rules_at
from jiceng.systems.grid.queries.routing_trials import (
    draft_of,
)
from jiceng.systems.grid.queries.routing_trials import (
    report as standing_report,
)
from jiceng.systems.grid.terms import Source
from jiceng.systems.grid.tests.routing_scene import draft, enforce, founded_team
from jiceng.systems.grid.tests.scene import (
    Grid,
    report,
    square,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def team(grid: Grid) -> Unit:
    return founded_team(grid, 1)


@pytest.fixture
def other_team(grid: Grid) -> Unit:
    return founded_team(grid, 2)


def routed(grid: Grid, at: datetime | None = None, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "category": grid.cover,
        "cell": grid.cells[grid.cast.community.code],
        "unit": grid.cast.community,
        "source": Source.RESIDENT,
    }
    return route_for(at=at or grid.cast.at, **given | changes)


def test_the_first_rule_that_holds_decides_and_says_why(grid: Grid, team: Unit) -> None:
    enforce(grid, grid.cast.street, "R2", 20)
    rule = enforce(grid, team, "R1", 10, categories=["C101"], units=["990000001"], hours=[8, 17])
    found = routed(grid)
    assert (found.unit, found.rule) == (team, rule)
    for word in ("R1", "井盖缺失、移位", "东湖街道", "8时至17时"):
        assert word in found.reason
    assert routed(grid, category=grid.rubbish).rule.code == "R2"
    assert routed(grid, at=grid.cast.at + 9 * HOUR).rule.code == "R2"


def test_the_reason_is_chinese_for_a_reader_of_english(grid: Grid, team: Unit) -> None:
    enforce(grid, team, weekdays=[1])
    with override("en"):
        assert "周一" in routed(grid).reason


def test_a_draft_decides_nothing_and_neither_does_what_has_ended(grid: Grid, team: Unit) -> None:
    draft(grid, team)
    assert routed(grid).rule is None
    actions.activate_rule(by=grid.cast.zhou, at=grid.cast.at, code="R1")
    actions.retire_rule(by=grid.cast.zhou, at=grid.cast.at + HOUR, code="R1")
    assert routed(grid).rule is not None
    assert routed(grid, at=grid.cast.at + HOUR).rule is None


def test_without_a_rule_the_category_s_unit_then_the_nearest(grid: Grid) -> None:
    found = routed(grid)
    assert (found.unit, found.rule) == (grid.street, None)
    Category.objects.filter(pk=grid.cover.pk).update(responsible_unit=grid.cast.zone)
    grid.cover.refresh_from_db()
    assert routed(grid).unit == grid.street  # the zone has nobody who handles
    hold(officer("2009", "丁小总"), post(grid.cast.zone, "handler"), at=grid.cast.at)
    assert routed(grid).unit == grid.cast.zone


def test_two_equally_near_units_are_left_to_a_person(
    grid: Grid, team: Unit, other_team: Unit
) -> None:
    Tenure.objects.filter(post=grid.cast.qian.post).update(ends_at=grid.cast.at)
    found = routed(grid)
    assert found.unit is None
    assert "2家" in found.reason


def test_a_street_without_anybody_who_handles_does_not_send_to_another(grid: Grid) -> None:
    found = routed(grid, unit=grid.cast.other_community, cell=None)
    assert (found.unit, found.rule) == (None, None)
    assert "值班员" in found.reason


def vacate(grid: Grid, team: Unit, at: datetime) -> None:
    Tenure.objects.filter(post__unit=team).update(ends_at=at)


def dissolve(grid: Grid, team: Unit, at: datetime) -> None:
    Unit.objects.filter(pk=team.pk).update(dissolved_on=at.date())


def retire_category(grid: Grid, team: Unit, at: datetime) -> None:
    actions.retire_category(by=SYSTEM, at=at, code="C101")


def spoil(grid: Grid, team: Unit, at: datetime) -> None:
    RoutingRule.objects.update(conditions={"hours": "night"})


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (vacate, "没有在任的处置员"),
        (dissolve, "已撤销"),
        (retire_category, "C101"),
        (spoil, "整点"),
    ],
)
def test_a_broken_rule_is_skipped_marked_once_and_stays_visible(
    breaks: Callable[..., None], told: str, grid: Grid, team: Unit
) -> None:
    enforce(grid, team, categories=["C101"])
    later = grid.cast.at + timedelta(days=1)
    breaks(grid, team, later)

    found = routed(grid, at=later)
    assert (found.unit, found.rule) == (grid.street, None)
    assert "R1" in found.reason
    assert told in found.reason
    assert [check_routing(later), check_routing(later + HOUR)] == [1, 0]
    row = RoutingRule.objects.get()
    assert row.broken_since == later
    assert told in row.broken_reason
    assert Entry.objects.filter(event=terms.ROUTING_BROKEN).count() == 1
    assert [rule.row for rule in standing_report(later).broken] == [row]


def test_a_rule_that_works_again_is_mended_once(grid: Grid, team: Unit) -> None:
    enforce(grid, team)
    later = grid.cast.at + timedelta(days=1)
    vacate(grid, team, later)
    check_routing(later)
    hold(officer("2003", "许小新"), team.posts.get(), at=later + HOUR)
    assert [check_routing(later + HOUR), check_routing(later + HOUR)] == [1, 0]
    assert (routed(grid, at=later + HOUR).unit, RoutingRule.objects.get().broken_since) == (
        team,
        None,
    )
    assert Entry.objects.filter(event=terms.ROUTING_MENDED).count() == 1


def test_a_new_grid_counts_at_once(grid: Grid, team: Unit) -> None:
    cell = actions.draw_cell(
        by=SYSTEM,
        at=grid.cast.at,
        code="990000002001002",
        name="枫林第二网格",
        unit=grid.cast.other_community,
        boundary=square(117.20, 117.25),
    ).value
    enforce(grid, team, cells=["990000002001002"])
    found = routed(grid, cell=cell, unit=grid.cast.other_community)
    assert found.unit == team
    assert "枫林第二网格" in found.reason


def test_the_rules_are_read_once_until_somebody_changes_something(grid: Grid, team: Unit) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            routed(grid)
        return len(seen)

    cell = [f"{grid.cast.community.code}001"]
    enforce(grid, team, "R0", 100, cells=cell, categories=["E201"])
    first = asked()
    assert asked() == 1
    for number in range(1, 9):
        weekdays = [number % 7 + 1]
        enforce(
            grid, team, f"R{number}", number, cells=cell, categories=["E201"], weekdays=weekdays
        )
    assert asked() == first > 1
    assert asked() == 1


def test_a_report_keeps_where_it_was_routed_and_by_what(grid: Grid, team: Unit) -> None:
    rule = enforce(grid, team, categories=["C101"])
    case = report(grid)
    incident = case.incident
    assert (incident.routed_unit, incident.routed_by) == (team, rule)
    assert "R1" in incident.routing_reason
    told = json.loads(entries_of(case.subject).get().payload)
    assert (told["routed_unit"], told["rule"]) == (team.code, "R1")
    assert told["rule_since"]


def test_a_report_that_no_rule_meets_keeps_the_default(grid: Grid) -> None:
    incident = report(grid).incident
    assert (incident.routed_unit, incident.routed_by) == (grid.street, None)
    assert incident.routing_reason


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"code": ""}, "bad_routing_code", "code"),
        ({"code": "规则"}, "bad_routing_code", "code"),
        ({"code": "A" * 21}, "bad_routing_code", "code"),
        ({"code": "-A"}, "bad_routing_code", "code"),
        ({"code": "A/B"}, "bad_routing_code", "code"),
        ({"name": "　"}, "no_routing_name", "name"),
        ({"name": "甲\u202e"}, "bad_char", ""),
        ({"name": "甲" * 61}, "too_long", ""),
        ({"position": 0}, "bad_routing_position", "position"),
        ({"position": 10_000}, "bad_routing_position", "position"),
        ({"position": True}, "bad_routing_position", "position"),
        ({"conditions": None}, "bad_routing_rule", "conditions"),
        ({"conditions": {"street": ["1"]}}, "bad_routing_rule", "street"),
        ({"conditions": {"categories": []}}, "bad_routing_rule", "categories"),
        ({"conditions": {"categories": ["X9"]}}, "bad_routing_rule", "categories"),
        ({"conditions": {"cells": ["1"]}}, "bad_routing_rule", "cells"),
        ({"conditions": {"hours": [9, 9]}}, "bad_routing_rule", "hours"),
    ],
)
def test_a_draft_that_cannot_work_is_refused(
    changes: dict[str, Any], code: str, field: str, grid: Grid, team: Unit
) -> None:
    given = {"code": "R1", "name": "规则", "position": 1, "conditions": {}, "unit": team}
    with pytest.raises(Refusal) as refused:
        actions.draft_rule(by=grid.cast.zhou, at=grid.cast.at, **given | changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert str(refused.value)
    assert not RoutingRule.objects.exists()


def test_a_target_without_a_handler_is_refused(grid: Grid) -> None:
    with pytest.raises(Refusal) as refused:
        draft(grid, grid.cast.village)
    assert (refused.value.code, refused.value.field) == ("bad_routing_rule", "unit")


def test_an_invalid_draft_cannot_be_activated(grid: Grid, team: Unit) -> None:
    draft(grid, team, categories=["C101"])
    later = grid.cast.at + HOUR
    actions.retire_category(by=SYSTEM, at=later, code="C101")
    with pytest.raises(Refusal) as refused:
        actions.activate_rule(by=grid.cast.zhou, at=later, code="R1")
    assert refused.value.code == "bad_routing_rule"
    assert rules_at(later) == []


def test_a_version_replaces_the_one_before_and_both_are_kept(
    grid: Grid, team: Unit, other_team: Unit
) -> None:
    enforce(grid, team)
    later = grid.cast.at + HOUR
    draft(grid, other_team)
    actions.activate_rule(by=grid.cast.zhou, at=later, code="R1")
    assert routed(grid, at=later - timedelta(seconds=1)).unit == team
    assert routed(grid, at=later).unit == other_team
    assert RoutingRule.objects.count() == 2


def test_two_rules_in_force_do_not_share_a_place(grid: Grid, team: Unit) -> None:
    enforce(grid, team, "R1", 5)
    draft(grid, team, "R2", 5)
    with pytest.raises(Refusal) as refused:
        actions.activate_rule(by=grid.cast.zhou, at=grid.cast.at, code="R2")
    assert refused.value.code == "routing_position_taken"
    assert [rule.code for rule in rules_at(grid.cast.at)] == ["R1"]


def test_what_is_not_there_is_not_put_in_force_or_ended(grid: Grid) -> None:
    for act in (actions.activate_rule, actions.retire_rule):
        with pytest.raises(Absent):
            act(by=grid.cast.zhou, at=grid.cast.at, code="R9")


def test_a_draft_is_thrown_away(grid: Grid, team: Unit) -> None:
    draft(grid, team)
    actions.retire_rule(by=grid.cast.zhou, at=grid.cast.at, code="R1", draft=True)
    with pytest.raises(Absent):
        draft_of("R1")


def allowed(cast: Cast) -> list[Capacity]:
    heads = hold(officer("2004", "冯小总"), post(cast.zone, "unit_head"), at=cast.at)
    duty = hold(officer("2005", "卫小总"), post(cast.zone, "duty_officer"), at=cast.at)
    return [cast.zhou, heads, duty]


def test_who_leads_the_whole_or_administers_it_may_change_rules(grid: Grid, team: Unit) -> None:
    for number, by in enumerate(allowed(grid.cast), start=1):
        actions.draft_rule(
            by=by,
            at=grid.cast.at,
            code=f"R{number}",
            name="规则",
            position=number,
            conditions={},
            unit=team,
        )
    assert RoutingRule.objects.count() == 3


def test_nobody_else_may(grid: Grid, team: Unit) -> None:
    draft(grid, team)
    others = [each for each in grid.cast.officers if each != grid.cast.zhou]
    for by in [*others, RESIDENT]:
        with pytest.raises(NotAllowed):
            actions.activate_rule(by=by, at=grid.cast.at, code="R1")


def test_a_post_that_has_ended_changes_nothing(grid: Grid, team: Unit) -> None:
    draft(grid, team)
    Tenure.objects.filter(post=grid.cast.zhou.post).update(ends_at=grid.cast.at + HOUR)
    with pytest.raises(NotAllowed):
        actions.activate_rule(by=grid.cast.zhou, at=grid.cast.at + HOUR, code="R1")


def test_the_rules_are_read_again_only_when_somebody_changed_them(grid: Grid, team: Unit) -> None:
    enforce(grid, team)
    report(grid)
    with CaptureQueriesContext(connection) as seen:
        report(grid)
    table = RoutingRule._meta.db_table
    assert not [query for query in seen if f'FROM "{table}"' in query["sql"]]
