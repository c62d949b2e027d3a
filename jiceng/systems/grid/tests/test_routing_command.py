"""``manage.py routing``: trials that write nothing, checks with an exit code."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.tests.scene import Grid, report

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("routing", *arguments, stdout=out)
    return out.getvalue()


def rule(grid: Grid, code: str, position: int, *, active: bool = True, **asked: Any) -> None:
    by: dict[str, Any] = {"by": SYSTEM, "at": grid.cast.at, "code": code}
    actions.draft_rule(
        **by, name=f"规则{code}", position=position, conditions=asked, unit=grid.street
    )
    if active:
        actions.activate_rule(**by)


def test_a_trial_tells_hits_and_differences_and_writes_nothing(grid: Grid) -> None:
    case = report(grid)
    rule(grid, "R1", 1, active=False, categories=["C101"])
    type(case.incident).objects.update(routed_unit=None)
    before = Entry.objects.count(), list(RoutingRule.objects.values())
    told = said("dry-run", "--last", "5", "--draft", "R1")
    assert "试算 1 件：按规则 1 件" in told
    assert "R1  1  东湖街道" in told
    assert "去向不同 1 件" in told
    assert case.number in told
    assert (Entry.objects.count(), list(RoutingRule.objects.values())) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--last", "0"), "bad_last"),
        (("--last", "5001"), "bad_last"),
        (("--draft", "R9"), "no_routing_rule"),
    ],
)
def test_what_cannot_be_tried_is_refused(arguments: tuple[str, ...], code: str, grid: Grid) -> None:
    with pytest.raises(CommandError, match=code):
        said("dry-run", *arguments)


def test_a_check_of_good_rules_is_quiet(grid: Grid) -> None:
    rule(grid, "R1", 1, categories=["C101"])
    assert "1 条规则生效" in said("check")


def test_a_check_fails_with_two_and_names_what_is_wrong(grid: Grid) -> None:
    rule(grid, "R1", 1)
    rule(grid, "R2", 2, categories=["C101"])
    rule(grid, "R3", 3, categories=["E201"])
    actions.retire_category(by=SYSTEM, at=clock.read(), code="E201")
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("routing", "check", stdout=out)
    assert failed.value.returncode == 2
    assert "无用  R2" in out.getvalue()
    assert "失灵  R3" in out.getvalue()
