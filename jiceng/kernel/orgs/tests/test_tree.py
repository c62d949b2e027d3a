"""Units are founded, moved and dissolved; the tree stays one tree."""

from typing import Any

import pytest

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM
from jiceng.kernel.orgs.models import Tenure, Unit
from jiceng.kernel.orgs.service import (
    Scope,
    ancestors,
    dissolve_unit,
    found_unit,
    move_unit,
    subtree,
    unit_tree,
    visible_to,
)
from jiceng.kernel.orgs.terms import MAX_DEPTH, Kind
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post, unit


def new(cast: Cast, **changes: Any) -> dict[str, Any]:
    """The keywords of a founding that succeeds."""
    values: dict[str, Any] = {
        "by": cast.zhou,
        "at": MONDAY,
        "code": "990000001002",
        "name": "荷塘居委会",
        "short_name": "荷塘社区",
        "kind": "community",
        "parent": cast.street,
        "division_code": "990000001002",
    }
    return values | changes


def refusal(function: Any, **keywords: Any) -> str:
    """Return the code of the refusal, and make sure that nothing was written."""
    before = list(Unit.objects.order_by("pk").values()), Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        function(**keywords)
    assert (list(Unit.objects.order_by("pk").values()), Entry.objects.count()) == before
    assert str(refused.value.sentence)
    return refused.value.code


def assert_sound() -> None:
    """Every path is the parent's path and the own id, and every depth counts it."""
    for row in Unit.objects.select_related("parent"):
        above = row.parent.path if row.parent else "/"
        assert row.path == f"{above}{row.pk}/"
        assert row.depth == len(row.lineage) - 1


def test_a_unit_is_founded_with_one_entry(cast: Cast) -> None:
    done = found_unit(**new(cast))
    row = Unit.objects.get(code="990000001002")
    assert done.value == row
    assert (row.short_name, row.kind, row.parent) == ("荷塘社区", "community", cast.street)
    assert row.founded_on == legal_day(MONDAY)
    assert_sound()
    entry = Entry.objects.get(event__startswith="orgs.")
    assert (entry.event, entry.subject) == ("orgs.unit.founded", "orgs.unit:990000001002")
    assert (entry.by, entry.by_title) == ("officer:1007", "示范经济开发区 组织管理员")
    assert '"parent":"990000001"' in entry.payload


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("wang", "outside_scope"),
        ("zhang", "outside_scope"),
        ("zhao", "outside_scope"),
        ("crowd", "outside_scope"),
    ],
)
def test_only_administrators_found_units(cast: Cast, who: str, expected: str) -> None:
    assert refusal(found_unit, **new(cast, by=getattr(cast, who))) == expected


def test_an_administrator_stays_in_the_own_subtree(cast: Cast) -> None:
    local = hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))
    assert refusal(found_unit, **new(cast, by=local, parent=cast.other_street)) == "outside_scope"
    assert refusal(found_unit, **new(cast, by=local, parent=cast.zone)) == "outside_scope"
    assert found_unit(**new(cast, by=local)).value


def test_an_administrator_of_yesterday_is_none(cast: Cast) -> None:
    Tenure.objects.filter(officer=cast.zhou.officer).update(ends_at=MONDAY)
    assert refusal(found_unit, **new(cast)) == "outside_scope"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"code": "990000001"}, "code_taken", id="a code twice"),
        pytest.param({"code": "1 2"}, "bad_code", id="a space in the code"),
        pytest.param({"code": ""}, "bad_code", id="no code"),
        pytest.param({"code": "９９"}, "bad_code", id="wide digits"),
        pytest.param({"code": "9" * 41}, "bad_code", id="a long code"),
        pytest.param({"name": ""}, "bad_name", id="no name"),
        pytest.param({"name": " \t "}, "bad_name", id="a blank name"),
        pytest.param({"name": "=HYPERLINK(1)"}, "bad_name", id="a formula"),
        pytest.param({"short_name": "@甲"}, "bad_name", id="a formula in the short name"),
        pytest.param({"name": "甲\u202e乙"}, "bad_char", id="a turned name"),
        pytest.param({"name": "甲\x00"}, "bad_char", id="nul"),
        pytest.param({"name": "\ud800"}, "bad_char", id="a lone surrogate"),
        pytest.param({"name": "长" * 101}, "too_long", id="a long name"),
        pytest.param({"kind": "empire"}, "bad_kind", id="a kind of its own"),
        pytest.param({"parent": None, "kind": "zone", "by": SYSTEM}, "second_root", id="a root"),
        pytest.param({"parent": None, "by": SYSTEM}, "second_root", id="a community as root"),
        pytest.param({"parent": None, "kind": "zone"}, "outside_scope", id="a root by an officer"),
    ],
)
def test_foundings_that_are_refused(cast: Cast, changes: dict[str, Any], expected: str) -> None:
    assert refusal(found_unit, **new(cast, **changes)) == expected


@pytest.mark.django_db
def test_the_system_founds_the_root_and_the_tree_has_an_end() -> None:
    deep = found_unit(by=OPERATOR, at=MONDAY, code="r", name="示范区", kind="zone").value
    for depth in range(1, MAX_DEPTH + 1):
        deep = found_unit(
            by=OPERATOR, at=MONDAY, code=f"r{depth}", name=f"第{depth}层", kind="grid", parent=deep
        ).value
    assert deep is not None
    assert (deep.depth, Unit.objects.count()) == (MAX_DEPTH, MAX_DEPTH + 1)
    keywords = {"by": SYSTEM, "at": MONDAY, "code": "r50", "name": "更深", "kind": "grid"}
    assert refusal(found_unit, **keywords, parent=deep) == "too_deep"
    assert_sound()


def test_a_unit_moves_with_all_that_lies_below_it(cast: Cast) -> None:
    grid = unit("g1", "柳岸第一网格", Kind.GRID, cast.community)
    done = move_unit(by=cast.zhou, at=MONDAY, unit=cast.community, parent=cast.other_street)
    assert done.value is not None
    assert done.value.parent == cast.other_street
    assert_sound()
    assert visible_to(cast.zhao.officer, MONDAY).sees(Unit.objects.get(pk=grid.pk))
    assert not visible_to(cast.wang.officer, MONDAY).sees(Unit.objects.get(pk=grid.pk))
    assert Entry.objects.get(event__startswith="orgs.").event == "orgs.unit.moved"


def test_administration_follows_a_move_although_the_page_is_old(cast: Cast) -> None:
    local = hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))
    stale = Unit.objects.get(pk=cast.community.pk)
    move_unit(by=cast.zhou, at=MONDAY, unit=cast.community, parent=cast.other_street)
    assert refusal(dissolve_unit, by=local, at=MONDAY, unit=stale) == "outside_scope"


@pytest.mark.parametrize(
    ("moved", "under", "expected"),
    [
        pytest.param("street", "community", "under_itself", id="under its child"),
        pytest.param("street", "street", "under_itself", id="under itself"),
        pytest.param("zone", "street", "under_itself", id="the root"),
    ],
)
def test_no_unit_comes_under_itself(cast: Cast, moved: str, under: str, expected: str) -> None:
    keywords = {"unit": getattr(cast, moved), "parent": getattr(cast, under)}
    assert refusal(move_unit, by=cast.zhou, at=MONDAY, **keywords) == expected


def test_a_move_cannot_make_the_tree_too_deep(cast: Cast) -> None:
    low = cast.other_community
    for n in range(MAX_DEPTH - 3):
        low = unit(f"d{n}", f"第{n}层", Kind.GRID, low)
    assert low.depth == MAX_DEPTH - 1
    assert move_unit(by=SYSTEM, at=MONDAY, unit=cast.village, parent=low).value
    keywords = {"unit": cast.street, "parent": low}
    assert refusal(move_unit, by=SYSTEM, at=MONDAY, **keywords) == "too_deep"


@pytest.mark.parametrize(("who", "home"), [("2001", "street"), ("2002", "other_street")])
def test_moving_needs_power_at_both_ends(cast: Cast, who: str, home: str) -> None:
    local = hold(officer(who, "吴小组"), post(getattr(cast, home), "org_admin"))
    keywords = {"unit": cast.community, "parent": cast.other_street}
    assert refusal(move_unit, by=local, at=MONDAY, **keywords) == "outside_scope"


def test_an_empty_unit_is_dissolved_once(cast: Cast) -> None:
    done = dissolve_unit(by=cast.zhou, at=MONDAY, unit=cast.village)
    assert done.value is not None
    assert done.value.dissolved_on == legal_day(MONDAY)
    assert refusal(dissolve_unit, by=cast.zhou, at=MONDAY, unit=cast.village) == "unit_dissolved"
    assert refusal(found_unit, **new(cast, parent=cast.village)) == "unit_dissolved"
    assert cast.village not in unit_tree(visible_to(cast.wang.officer, MONDAY), MONDAY)


def test_a_unit_in_use_is_not_dissolved(cast: Cast) -> None:
    for used in (cast.street, cast.community, cast.zone):
        assert refusal(dissolve_unit, by=SYSTEM, at=MONDAY, unit=used) == "unit_in_use"
    Tenure.objects.filter(officer=cast.li.officer).update(ends_at=MONDAY)
    assert dissolve_unit(by=SYSTEM, at=MONDAY, unit=cast.community).value


def test_a_tree_is_read_depth_first_in_one_query(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        rows = unit_tree(Scope(paths=frozenset({"/"})), MONDAY)
    assert rows == [
        cast.zone,
        cast.street,
        cast.community,
        cast.village,
        cast.other_street,
        cast.other_community,
    ]
    below = unit_tree(visible_to(cast.wang.officer, MONDAY), MONDAY)
    assert below == [cast.street, cast.community, cast.village]
    assert unit_tree(Scope(), MONDAY) == []


def test_above_and_below(cast: Cast) -> None:
    assert list(ancestors(cast.community)) == [cast.zone, cast.street]
    assert list(ancestors(cast.zone)) == []
    assert set(subtree(cast.street)) == {cast.street, cast.community, cast.village}
