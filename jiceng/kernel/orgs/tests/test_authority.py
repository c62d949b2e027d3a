"""Who acts and who sees, to the second."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.service import (
    Capacity,
    Scope,
    capacities,
    current,
    holders,
    posts_for,
    settle,
    vacant_posts,
    visible_to,
)
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def may_act(who: Officer, where: Post, at: datetime) -> bool:
    """Ask every way there is, and make sure that they agree."""
    answers = {
        where in [capacity.post for capacity in capacities(who, at)],
        who in holders(where, at),
        where.pk in visible_to(who, at).posts,
    }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        pytest.param(-SECOND, False, id="a second before the start"),
        pytest.param(-TICK, False, id="just before the start"),
        pytest.param(0 * DAY, True, id="at the start"),
        pytest.param(SECOND, True, id="a second after the start"),
        pytest.param(10 * DAY - SECOND, True, id="a second before the end"),
        pytest.param(10 * DAY - TICK, True, id="just before the end"),
        pytest.param(10 * DAY, False, id="at the end"),
        pytest.param(10 * DAY + SECOND, False, id="a second after the end"),
    ],
)
class TestToTheSecond:
    def test_of_a_tenure(self, cast: Cast, offset: timedelta, expected: bool) -> None:
        Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + 10 * DAY)
        assert may_act(cast.wang.officer, cast.wang.post, MONDAY + offset) is expected

    def test_of_a_delegation(self, cast: Cast, offset: timedelta, expected: bool) -> None:
        Delegation.objects.create(
            post=cast.zhang.post,
            giver=cast.zhang.officer,
            taker=cast.li.officer,
            starts_at=MONDAY,
            ends_at=MONDAY + 10 * DAY,
            reason="休假",
        )
        assert may_act(cast.li.officer, cast.zhang.post, MONDAY + offset) is expected

    def test_of_what_is_seen(self, cast: Cast, offset: timedelta, expected: bool) -> None:
        Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + 10 * DAY)
        scope = visible_to(cast.wang.officer, MONDAY + offset)
        assert scope.sees(cast.community) is expected
        assert scope.empty is not expected
        seen = scope.filter(Unit.objects.all(), unit="")
        assert (cast.community in seen) is expected


def test_a_capacity_goes_stale_with_its_post(cast: Cast) -> None:
    Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + DAY)
    assert current(cast.wang, MONDAY + DAY - TICK) == cast.wang
    assert current(cast.wang, MONDAY + DAY) is None
    assert current(Capacity(cast.wang.officer, cast.zhang.post), MONDAY) is None
    assert current(Capacity(cast.wang.officer, cast.wang.post, delegated=True), MONDAY) is None
    assert current(cast.crowd, MONDAY) is None


def test_whoever_is_deactivated_does_nothing(cast: Cast) -> None:
    Officer.objects.filter(pk=cast.wang.officer.pk).update(is_active=False)
    gone = Officer.objects.get(pk=cast.wang.officer.pk)
    assert not may_act(gone, cast.wang.post, MONDAY)
    assert visible_to(gone, MONDAY) == Scope()
    assert current(cast.wang, MONDAY) is None
    # …even where the page still holds the row of before.
    assert posts_for("duty_officer", cast.community, MONDAY) is None


@pytest.mark.parametrize("who", [None, AnonymousUser(), "1001", 1])
def test_whoever_is_no_officer_sees_nothing(cast: Cast, who: object) -> None:
    assert capacities(who, MONDAY) == []
    assert visible_to(who, MONDAY).empty


def test_a_dissolved_unit_gives_no_power(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.street.pk).update(dissolved_on=legal_day(MONDAY + DAY))
    assert capacities(cast.wang.officer, MONDAY) == [cast.wang]
    assert capacities(cast.wang.officer, MONDAY + DAY) == []
    assert posts_for("duty_officer", cast.community, MONDAY + DAY) is None


def test_ref_and_title_name_the_post_and_not_the_person(cast: Cast) -> None:
    assert cast.wang.ref == "officer:1001"
    assert cast.wang.title == "东湖街道 值班员"
    assert (
        Capacity(cast.li.officer, cast.wang.post, delegated=True).title == "东湖街道 值班员（代）"
    )
    assert cast.wang.officer.name not in cast.wang.title
    assert (cast.wang.unit, cast.wang.role) == (cast.street, "duty_officer")


def test_own_posts_come_first_and_once(cast: Cast) -> None:
    for who in (cast.zhang, cast.wang):
        Delegation.objects.create(
            post=who.post,
            giver=who.officer,
            taker=cast.qian.officer,
            starts_at=MONDAY,
            ends_at=MONDAY + DAY,
            reason="休假",
        )
    hold(cast.qian.officer, cast.wang.post)
    found = [(held.post, held.delegated) for held in capacities(cast.qian.officer, MONDAY)]
    assert found == [(cast.qian.post, False), (cast.wang.post, False), (cast.zhang.post, True)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("wang", {"street", "community", "village"}),
        ("zhang", {"street", "community", "village"}),
        ("li", {"community"}),
        ("qian", {"street"}),
        ("sun", {"street"}),
        ("zhao", {"other_street", "other_community"}),
        (
            "zhou",
            {"zone", "street", "community", "village", "other_street", "other_community"},
        ),
    ],
)
def test_what_each_of_the_cast_sees(cast: Cast, who: str, expected: set[str]) -> None:
    scope = visible_to(getattr(cast, who).officer, MONDAY)
    names = ["zone", "street", "community", "village", "other_street", "other_community"]
    units = {name: getattr(cast, name) for name in names}
    assert {name for name, unit in units.items() if scope.sees(unit)} == expected
    assert set(scope.filter(Unit.objects.all(), unit="")) == {units[name] for name in expected}
    posts = scope.filter(Post.objects.all())
    assert {row.unit for row in posts} <= {units[name] for name in expected}
    assert scope.posts == {getattr(cast, who).post.pk}


def test_a_role_of_no_installed_system_shows_its_post_alone(cast: Cast) -> None:
    strange = Post.objects.create(unit=cast.zone, role="vanished", name="旧岗位")
    hold(cast.li.officer, strange)
    scope = visible_to(cast.li.officer, MONDAY)
    assert strange.pk in scope.posts
    assert not scope.sees(cast.zone)


def test_an_empty_scope_matches_nothing(cast: Cast) -> None:
    assert not Scope().filter(Unit.objects.all(), unit="").exists()
    assert not Scope().filter(Post.objects.all()).exists()
    assert not Scope(posts=frozenset({1})).filter(Post.objects.all()).exists()
    assert Scope().empty
    assert not Scope(posts=frozenset({1})).empty


def test_sight_costs_one_query_whatever_one_holds(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    who = officer("2000", "吴小多")
    for unit in (cast.zone, cast.street, cast.community, cast.village, cast.other_street):
        for role in ("unit_head", "handler", "grid_member"):
            hold(who, _of(unit, role))
    visible_to(who, MONDAY)
    with django_assert_num_queries(1):
        scope = visible_to(who, MONDAY)
    with django_assert_num_queries(1):
        assert len(scope.filter(Unit.objects.all(), unit="")) == 6
    with django_assert_num_queries(0):
        assert scope.sees(cast.other_community)


def test_once_a_request_is_enough(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    capacities(cast.wang.officer, MONDAY)
    with django_assert_num_queries(1):
        asking = Officer.objects.get(pk=cast.wang.officer.pk)
        assert [held.post for held in settle(asking, MONDAY)] == [cast.wang.post]
        assert visible_to(asking, MONDAY).posts == {cast.wang.post.pk}
        assert capacities(asking, MONDAY)
    assert not capacities(asking, MONDAY - DAY)


def test_an_act_asks_again_what_was_settled_for_the_request(cast: Cast) -> None:
    asking = Officer.objects.get(pk=cast.wang.officer.pk)
    (held,) = settle(asking, MONDAY)
    Tenure.objects.filter(officer=asking).update(ends_at=MONDAY)
    assert capacities(asking, MONDAY) == [held]
    assert current(held, MONDAY) is None
    assert not capacities(Officer.objects.get(pk=asking.pk), MONDAY)


def _of(unit: Unit, role: str) -> Post:
    return Post.objects.create(unit=unit, role=role, name=f"{role} 二")


def test_the_nearest_filled_post_is_found_in_one_query(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    zone_head = hold(officer("2001", "郑小主"), post(cast.zone, "unit_head"))
    community_head = post(cast.community, "unit_head")
    assert posts_for("unit_head", cast.community, MONDAY) == cast.zhang.post
    with django_assert_num_queries(1):
        assert posts_for("unit_head", cast.community, MONDAY) == cast.zhang.post
    assert posts_for("unit_head", cast.other_community, MONDAY) == zone_head.post
    assert posts_for("unit_head", cast.zone, MONDAY) == zone_head.post
    assert posts_for("verifier", cast.other_community, MONDAY) is None
    hold(officer("2002", "冯小书"), community_head, at=MONDAY + DAY)
    assert posts_for("unit_head", cast.community, MONDAY) == cast.zhang.post
    assert posts_for("unit_head", cast.community, MONDAY + DAY) == community_head


def test_a_deputy_fills_a_post(cast: Cast) -> None:
    Tenure.objects.filter(officer=cast.zhang.officer).update(ends_at=MONDAY + DAY)
    Delegation.objects.create(
        post=cast.zhang.post,
        giver=cast.zhang.officer,
        taker=cast.wang.officer,
        starts_at=MONDAY,
        ends_at=MONDAY + 2 * DAY,
        reason="调离前交接",
    )
    assert holders(cast.zhang.post, MONDAY) == [cast.wang.officer, cast.zhang.officer]
    assert holders(cast.zhang.post, MONDAY + DAY) == [cast.wang.officer]
    assert cast.zhang.post not in vacant_posts(MONDAY + 2 * DAY - TICK)
    assert cast.zhang.post in vacant_posts(MONDAY + 2 * DAY)


def test_vacant_are_posts_that_somebody_held(cast: Cast) -> None:
    never = post(cast.zone, "handler")
    Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + DAY)
    assert list(vacant_posts(MONDAY)) == []
    assert list(vacant_posts(MONDAY + DAY)) == [cast.wang.post]
    assert never not in vacant_posts(MONDAY + DAY)


@st.composite
def trees(draw: st.DrawFn) -> list[Unit]:
    """Draw a tree of up to 30 units whose ids share digits, so that prefixes could collide."""
    ids = draw(st.lists(st.integers(1, 400), min_size=1, max_size=30, unique=True))
    units: list[Unit] = []
    for pk in ids:
        parent = draw(st.sampled_from(units)) if units else None
        path = f"{parent.path if parent else '/'}{pk}/"
        units.append(Unit(pk=pk, path=path, parent=parent, code=str(pk)))
    return units


@given(units=trees(), data=st.data())
def test_a_scope_sees_a_unit_and_its_descendants_only(
    units: list[Unit], data: st.DataObject
) -> None:
    tops = data.draw(st.sets(st.sampled_from(range(len(units))), max_size=3))
    singles = data.draw(st.sets(st.sampled_from(range(len(units))), max_size=3))
    scope = Scope(frozenset(units[n].path for n in tops), frozenset(units[n].pk for n in singles))

    def seen(unit: Unit) -> bool:
        above: Unit | None = unit
        while above is not None:
            if above in [units[n] for n in tops]:
                return True
            above = above.parent
        return unit in [units[n] for n in singles]

    assert [scope.sees(unit) for unit in units] == [seen(unit) for unit in units]
