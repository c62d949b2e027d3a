"""The pages of routing rules: who sees what, from the form over the trial into force."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.tests.scene import Grid, report

pytestmark = pytest.mark.django_db


def browser(who: Capacity) -> Client:
    client = Client()
    client.force_login(who.officer)
    return client


def drafted(grid: Grid, code: str = "R1", position: int = 10, **asked: Any) -> None:
    actions.draft_rule(
        by=SYSTEM,
        at=grid.cast.at,
        code=code,
        name=f"规则{code}",
        position=position,
        conditions=asked,
        unit=grid.street,
    )


def enforced(grid: Grid, code: str = "R1", position: int = 10, **asked: Any) -> None:
    drafted(grid, code, position, **asked)
    actions.activate_rule(by=SYSTEM, at=grid.cast.at, code=code)


def typed(grid: Grid, **changes: Any) -> dict[str, Any]:
    words = {"code": "R1", "name": "夜间井盖", "position": "10", "unit": grid.street.code}
    words |= {"categories": ["C101"], "hour_from": "22", "hour_until": "6", "key": new_uid()}
    return {name: value for name, value in (words | changes).items() if value is not None}


def test_from_the_form_over_the_trial_into_force(grid: Grid) -> None:
    zhou = browser(grid.cast.zhou)
    answer = zhou.post(reverse("desk:grid:routing-new"), typed(grid, weekdays=["1", "7"]))
    there = reverse("desk:grid:routing-try", args=["R1"])
    assert (answer.status_code, answer["Location"]) == (302, there)
    row = RoutingRule.objects.get()
    assert row.valid_from is None
    assert row.conditions == {"categories": ["C101"], "weekdays": [1, 7], "hours": [22, 6]}

    assert "启用" in zhou.get(there).content.decode()
    answer = zhou.post(there, {"key": new_uid()}, follow=True)
    assert "规则已启用" in answer.content.decode()
    row.refresh_from_db()
    assert row.valid_from is not None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "规则"}, "字母、数字"),
        ({"code": None}, "请填写“规则编码”"),
        ({"name": ""}, "请填写“名称”"),
        ({"position": "0"}, 'data-code="min_value"'),
        ({"position": "x"}, 'data-code="invalid"'),
        ({"unit": "404"}, 'data-code="invalid_choice"'),
        ({"categories": ["X9"]}, 'data-code="invalid_choice"'),
        ({"weekdays": ["8"]}, 'data-code="invalid_choice"'),
        ({"hour_until": ""}, "half_hours"),
        ({"hour_until": "22"}, "整点"),
    ],
)
def test_what_cannot_be_a_rule_is_said_at_its_field(
    changes: dict[str, Any], told: str, grid: Grid
) -> None:
    answer = browser(grid.cast.zhou).post(reverse("desk:grid:routing-new"), typed(grid, **changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not RoutingRule.objects.exists()


def test_the_form_begins_with_the_rule_in_force(grid: Grid) -> None:
    enforced(grid, categories=["C101"], hours=[22, 6], weekdays=[2])
    zhou = browser(grid.cast.zhou)
    here = reverse("desk:grid:routing-edit", args=["R1"])
    form = zhou.get(here).context["form"]
    assert (form["categories"].value(), form["weekdays"].value()) == (["C101"], ["2"])
    assert (form["hour_from"].value(), form["hour_until"].value()) == ("22", "6")
    zhou.post(here, typed(grid, code=None, name="改名"))
    assert set(RoutingRule.objects.values_list("code", "name")) == {
        ("R1", "规则R1"),
        ("R1", "改名"),
    }


def test_who_may_not_change_sees_no_button_and_is_refused(grid: Grid) -> None:
    enforced(grid)
    drafted(grid, "R2", 20)
    wang = browser(grid.cast.wang)
    listed = wang.get(reverse("desk:grid:routing")).content.decode()
    assert "规则R1" in listed
    assert "起草规则" not in listed
    tried = wang.get(reverse("desk:grid:routing-try", args=["R2"]))
    assert ">启用<" not in tried.content.decode()
    assert wang.post(reverse("desk:grid:routing-try", args=["R2"])).status_code == 403
    assert wang.post(reverse("desk:grid:routing-end", args=["R1"])).status_code == 403
    assert RoutingRule.objects.filter(valid_from__isnull=False, valid_until=None).count() == 1


def test_who_neither_leads_nor_watches_reads_no_rules(grid: Grid) -> None:
    li = browser(grid.cast.li)
    assert li.get(reverse("desk:grid:routing")).status_code == 403
    assert "派遣规则" not in li.get(reverse("desk:inbox")).content.decode()


def test_a_broken_rule_is_an_alarm_and_stays_listed(grid: Grid) -> None:
    enforced(grid, categories=["E201"])
    actions.retire_category(by=SYSTEM, at=grid.cast.at.replace(hour=10), code="E201")
    wang = browser(grid.cast.wang)
    listed = wang.get(reverse("desk:grid:routing")).content.decode()
    assert 'role="alert"' in listed
    assert "失灵" in listed
    assert "E201" in wang.get(reverse("desk:grid:routing-rule", args=["R1"])).content.decode()


def test_a_conflict_and_a_dead_rule_are_told_above(grid: Grid) -> None:
    enforced(grid, "R1", 10)
    enforced(grid, "R2", 20, categories=["C101"])
    listed = browser(grid.cast.wang).get(reverse("desk:grid:routing")).content.decode()
    assert "无用" in listed


def test_a_place_that_is_taken_is_said_on_the_trial(grid: Grid) -> None:
    enforced(grid, "R1", 10)
    drafted(grid, "R2", 10)
    here = reverse("desk:grid:routing-try", args=["R2"])
    answer = browser(grid.cast.zhou).post(here, {"key": new_uid()})
    assert answer.status_code == 409
    assert "换一个次序" in answer.content.decode()


def test_the_trial_shows_hits_and_what_goes_elsewhere(grid: Grid) -> None:
    case = report(grid)
    type(case.incident).objects.update(routed_unit=None)
    drafted(grid, categories=["C101"])
    answer = browser(grid.cast.wang).get(reverse("desk:grid:routing-try", args=["R1"]))
    assert [hit.count for hit in answer.context["trial"].hits] == [1]
    assert case.title in answer.content.decode()


def test_a_rule_is_ended_and_a_draft_thrown_away_after_asking(grid: Grid) -> None:
    enforced(grid)
    drafted(grid)
    zhou = browser(grid.cast.zhou)
    here = reverse("desk:grid:routing-end", args=["R1"])
    assert "删除这份草稿" in zhou.get(f"{here}?draft=1").content.decode()
    assert zhou.post(f"{here}?draft=1").status_code == 302
    assert "停用这条规则" in zhou.get(here).content.decode()
    assert zhou.post(here).status_code == 302
    assert not RoutingRule.objects.filter(valid_until=None).exists()
    assert zhou.get(here).status_code == 404
