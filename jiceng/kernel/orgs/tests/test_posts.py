"""Appointments, ends, delegations and vacancies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Delegation, Officer, Post, Tenure, Unit
from jiceng.kernel.orgs.posts import VACANCY
from jiceng.kernel.orgs.service import (
    Capacity,
    appoint,
    capacities,
    create_post,
    delegate,
    end_tenure,
    holders,
    on_vacancy,
    revoke_delegation,
)
from jiceng.kernel.orgs.terms import LONGEST_DELEGATION
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def rows() -> list[Any]:
    tables = (Post, Tenure, Delegation, Entry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refusal(function: Any, **keywords: Any) -> str:
    """Return the code of the refusal, and make sure that nothing was written."""
    before = rows()
    with pytest.raises(Refusal) as refused:
        function(**keywords)
    assert rows() == before
    assert str(refused.value.sentence)
    return refused.value.code


@pytest.fixture
def told() -> Iterator[list[tuple[Post, datetime]]]:
    """Return the vacancies that were told, in order."""
    heard: list[tuple[Post, datetime]] = []

    @on_vacancy
    def hear(*, post: Post, by: Any, at: datetime) -> None:
        heard.append((post, at))

    yield heard
    VACANCY._things.popitem()


@pytest.fixture
def local(cast: Cast) -> Capacity:
    """An administrator of the street."""
    return hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))


def test_a_post_is_created_with_one_entry(cast: Cast) -> None:
    keywords = {"by": cast.zhou, "at": MONDAY, "unit": cast.village, "role": "grid_member"}
    done = create_post(**keywords, name="网格员")
    assert done.value == Post.objects.get(unit=cast.village)
    assert Entry.objects.get(event__startswith="orgs.").event == "orgs.post.created"
    assert refusal(create_post, **keywords, name="网格员") == "post_exists"
    assert create_post(**keywords, name="网格员（二）").value


def test_posts_that_are_refused(cast: Cast, local: Capacity) -> None:
    good = {"by": local, "at": MONDAY, "unit": cast.village, "role": "handler", "name": "处置员"}
    assert refusal(create_post, **good | {"role": "emperor"}) == "unknown_role"
    assert refusal(create_post, **good | {"name": "+1"}) == "bad_name"
    assert refusal(create_post, **good | {"unit": cast.other_street}) == "outside_scope"
    for other in (cast.wang, cast.zhao, cast.crowd):
        assert refusal(create_post, **good | {"by": other}) == "outside_scope"
    Unit.objects.filter(pk=cast.village.pk).update(dissolved_on=MONDAY.date())
    assert refusal(create_post, **good) == "unit_dissolved"


def test_an_appointment_is_one_entry_without_personal_name(cast: Cast) -> None:
    new = officer("2002", "郑小新")
    done = appoint(by=cast.zhou, at=MONDAY, post=cast.li.post, officer=new)
    assert done.value is not None
    assert (done.value.starts_at, done.value.ends_at) == (MONDAY, None)
    assert holders(cast.li.post, MONDAY) == [cast.li.officer, new]
    entry = Entry.objects.get(event__startswith="orgs.")
    assert entry.event == "orgs.tenure.began"
    assert entry.subject == f"orgs.post:990000001001.{cast.li.post.pk}"
    assert '"officer":"2002"' in entry.payload
    assert "郑小新" not in entry.payload


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"officer": "li"}, "already_held", id="holds it already"),
        pytest.param({"starts_at": MONDAY - SECOND}, "bad_period", id="backdated"),
        pytest.param(
            {"starts_at": MONDAY + DAY, "ends_at": MONDAY + DAY}, "bad_period", id="empty"
        ),
        pytest.param({"ends_at": MONDAY - DAY}, "bad_period", id="ends before"),
        pytest.param({"starts_at": datetime(2026, 4, 1)}, "no_time_zone", id="no zone"),  # noqa: DTZ001
        pytest.param({"ends_at": datetime(2026, 4, 1)}, "no_time_zone", id="end without"),  # noqa: DTZ001
        pytest.param({"by": "wang"}, "outside_scope", id="by the duty officer"),
        pytest.param({"by": "zhang"}, "outside_scope", id="by the head"),
        pytest.param({"by": "crowd"}, "outside_scope", id="by a resident"),
        pytest.param({"officer": "zhou"}, "self_dealing", id="oneself"),
    ],
)
def test_appointments_that_are_refused(cast: Cast, changes: dict[str, Any], expected: str) -> None:
    keywords = {"by": cast.zhou, "at": MONDAY, "post": cast.li.post, "officer": cast.qian.officer}
    if isinstance(changes.get("officer"), str):
        changes = changes | {"officer": getattr(cast, changes["officer"]).officer}
    if isinstance(changes.get("by"), str):
        changes = changes | {"by": getattr(cast, changes["by"])}
    assert refusal(appoint, **keywords | changes) == expected


def test_nobody_appoints_outside_the_own_subtree(cast: Cast, local: Capacity) -> None:
    someone = officer("2002", "郑小新")
    keywords = {"by": local, "at": MONDAY, "officer": someone}
    for held in (cast.zhao.post, cast.zhou.post, post(cast.zone, "unit_head")):
        assert refusal(appoint, **keywords, post=held) == "outside_scope"
    assert appoint(**keywords, post=cast.li.post).value


def test_whoever_left_is_not_appointed(cast: Cast) -> None:
    gone = officer("2002", "郑小新")
    Officer.objects.filter(pk=gone.pk).update(is_active=False)
    keywords = {"by": cast.zhou, "at": MONDAY, "post": cast.li.post, "officer": gone}
    assert refusal(appoint, **keywords) == "officer_inactive"


def test_a_deputy_does_not_make_administrators(cast: Cast) -> None:
    Delegation.objects.create(
        post=cast.zhou.post,
        giver=cast.zhou.officer,
        taker=cast.wang.officer,
        starts_at=MONDAY,
        ends_at=MONDAY + DAY,
        reason="休假",
    )
    deputy = Capacity(cast.wang.officer, cast.zhou.post, delegated=True)
    assert deputy in capacities(cast.wang.officer, MONDAY)
    keywords = {"by": deputy, "at": MONDAY, "officer": officer("2002", "郑小新")}
    street_admin = post(cast.street, "org_admin")
    assert refusal(appoint, **keywords, post=street_admin) == "cannot_grant"
    assert appoint(**keywords, post=cast.li.post).value
    late = keywords | {"at": MONDAY + DAY, "officer": officer("2003", "冯小书")}
    assert refusal(appoint, **late, post=cast.li.post) == "outside_scope"


def test_the_end_of_the_last_holder_is_told_at_once(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    tenure = Tenure.objects.get(officer=cast.wang.officer)
    later = MONDAY + DAY
    done = end_tenure(by=cast.zhou, at=later, tenure=tenure)
    assert done.value is not None
    assert done.value.ends_at == later
    assert told == [(cast.wang.post, later)]
    assert capacities(cast.wang.officer, later) == []
    assert capacities(cast.wang.officer, later - SECOND) == [cast.wang]
    assert Entry.objects.get(event__startswith="orgs.").event == "orgs.tenure.ended"
    keywords = {"by": cast.zhou, "at": later + DAY, "tenure": tenure}
    assert refusal(end_tenure, **keywords) == "already_ended"


def test_a_failing_listener_undoes_the_end(cast: Cast) -> None:
    @on_vacancy
    def fail(*, post: Post, by: Any, at: datetime) -> None:
        raise RuntimeError("no")

    try:
        with pytest.raises(RuntimeError):
            end_tenure(
                by=cast.zhou, at=MONDAY + DAY, tenure=Tenure.objects.get(officer=cast.wang.officer)
            )
    finally:
        VACANCY._things.popitem()
    assert capacities(cast.wang.officer, MONDAY + DAY) == [cast.wang]
    assert not Entry.objects.filter(event__startswith="orgs.").exists()


def test_a_post_with_another_holder_is_not_vacant(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    hold(officer("2002", "郑小新"), cast.wang.post)
    end_tenure(by=cast.zhou, at=MONDAY, tenure=Tenure.objects.get(officer=cast.wang.officer))
    assert told == []


def lend(cast: Cast, **changes: Any) -> dict[str, Any]:
    """The keywords of a delegation that succeeds: 张 lets 钱 act for her."""
    values: dict[str, Any] = {
        "by": cast.zhang,
        "at": MONDAY,
        "post": cast.zhang.post,
        "giver": cast.zhang.officer,
        "taker": cast.qian.officer,
        "starts_at": MONDAY,
        "ends_at": MONDAY + 10 * DAY,
        "reason": "学习培训",
    }
    return values | changes


def test_a_deputy_keeps_the_post_from_being_vacant(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    given = delegate(**lend(cast)).value
    assert given is not None
    tenure = Tenure.objects.get(officer=cast.zhang.officer)
    end_tenure(by=cast.zhou, at=MONDAY + SECOND, tenure=tenure)
    assert told == []
    assert holders(cast.zhang.post, MONDAY + SECOND) == [cast.qian.officer]
    revoke_delegation(by=cast.zhou, at=MONDAY + DAY, delegation=given)
    assert told == [(cast.zhang.post, MONDAY + DAY)]


def test_an_end_in_the_future_is_told_by_nobody_yet(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    tenure = Tenure.objects.get(officer=cast.wang.officer)
    end_tenure(by=cast.zhou, at=MONDAY, tenure=tenure, ends_at=MONDAY + DAY)
    assert told == []
    assert capacities(cast.wang.officer, MONDAY + DAY) == []
    keywords = {"by": cast.zhou, "tenure": tenure}
    later = {"at": MONDAY, "ends_at": MONDAY + 2 * DAY}
    assert refusal(end_tenure, **keywords, **later) == "cannot_extend"
    past = {"at": MONDAY, "ends_at": MONDAY - SECOND}
    assert refusal(end_tenure, **keywords, **past) == "bad_period"
    assert end_tenure(**keywords, at=MONDAY).value


def test_an_appointment_can_be_called_off_before_it_begins(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    new = officer("2002", "郑小新")
    keywords = {"by": cast.zhou, "at": MONDAY}
    planned = appoint(**keywords, post=cast.wang.post, officer=new, starts_at=MONDAY + DAY).value
    assert planned is not None
    end_tenure(**keywords, tenure=planned)
    assert capacities(new, MONDAY + 2 * DAY) == []
    assert told == []
    assert refusal(end_tenure, **keywords, tenure=planned) == "already_ended"
    assert appoint(**keywords, post=cast.wang.post, officer=new).value


def test_calling_off_does_not_tell_an_old_vacancy_again(
    cast: Cast, told: list[tuple[Post, datetime]]
) -> None:
    Tenure.objects.filter(officer=cast.wang.officer).update(ends_at=MONDAY + DAY)
    keywords = {"by": cast.zhou, "at": MONDAY + 2 * DAY}
    new = officer("2002", "郑小新")
    planned = appoint(
        **keywords, post=cast.wang.post, officer=new, starts_at=MONDAY + 3 * DAY
    ).value
    assert planned is not None
    end_tenure(**keywords, tenure=planned)
    assert told == []


def test_only_administrators_of_the_unit_end_a_tenure(cast: Cast, local: Capacity) -> None:
    keywords = {"at": MONDAY, "tenure": Tenure.objects.get(officer=cast.zhao.officer)}
    for other in (cast.zhao, cast.wang, cast.crowd, local):
        assert refusal(end_tenure, **keywords, by=other) == "outside_scope"


def test_a_holder_hands_over_and_takes_back(cast: Cast) -> None:
    given = delegate(**lend(cast)).value
    assert given is not None
    deputy = Capacity(cast.qian.officer, cast.zhang.post, delegated=True)
    assert deputy in capacities(cast.qian.officer, MONDAY)
    assert cast.zhang in capacities(cast.zhang.officer, MONDAY)
    done = revoke_delegation(by=cast.zhang, at=MONDAY + DAY, delegation=given)
    assert done.value is not None
    assert done.value.ends_at == MONDAY + DAY
    assert deputy in capacities(cast.qian.officer, MONDAY + DAY - SECOND)
    assert deputy not in capacities(cast.qian.officer, MONDAY + DAY)
    events = list(
        Entry.objects.filter(event__startswith="orgs.")
        .order_by("id")
        .values_list("event", flat=True)
    )
    assert events == ["orgs.delegation.began", "orgs.delegation.revoked"]
    again = {"by": cast.zhang, "at": MONDAY + 2 * DAY, "delegation": given}
    assert refusal(revoke_delegation, **again) == "already_ended"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"taker": "zhang"}, "self_delegation", id="to oneself"),
        pytest.param({"ends_at": MONDAY}, "bad_period", id="empty"),
        pytest.param({"ends_at": MONDAY - DAY}, "bad_period", id="backwards"),
        pytest.param({"starts_at": MONDAY - SECOND}, "bad_period", id="backdated"),
        pytest.param({"ends_at": datetime(2026, 4, 1)}, "no_time_zone", id="no zone"),  # noqa: DTZ001
        pytest.param({"ends_at": MONDAY + 3653 * DAY}, "period_too_long", id="ten years"),
        pytest.param(
            {"ends_at": MONDAY + LONGEST_DELEGATION + SECOND}, "period_too_long", id="a second more"
        ),
        pytest.param({"giver": "wang", "by": "zhou"}, "not_the_holder", id="not the giver's"),
        pytest.param({"giver": "wang", "by": "wang"}, "outside_scope", id="somebody else's"),
        pytest.param({"by": "wang"}, "outside_scope", id="by another officer"),
        pytest.param({"by": "zhao"}, "outside_scope", id="by an outsider"),
        pytest.param({"by": "crowd"}, "outside_scope", id="by a resident"),
        pytest.param({"by": "zhou", "taker": "zhou"}, "self_dealing", id="admin to himself"),
        pytest.param({"reason": "\ud800"}, "bad_char", id="a lone surrogate"),
        pytest.param({"reason": "长" * 201}, "too_long", id="a long reason"),
    ],
)
def test_delegations_that_are_refused(cast: Cast, changes: dict[str, Any], expected: str) -> None:
    for name in {"giver", "taker"} & changes.keys():
        changes = changes | {name: getattr(cast, changes[name]).officer}
    if "by" in changes:
        changes = changes | {"by": getattr(cast, changes["by"])}
    assert refusal(delegate, **lend(cast, **changes)) == expected


def test_a_delegation_of_a_whole_year_is_allowed(cast: Cast) -> None:
    assert delegate(**lend(cast, ends_at=MONDAY + LONGEST_DELEGATION)).value


def test_no_loop_in_the_same_time(cast: Cast) -> None:
    delegate(**lend(cast))
    back = lend(
        cast,
        by=cast.qian,
        post=cast.qian.post,
        giver=cast.qian.officer,
        taker=cast.zhang.officer,
    )
    assert refusal(delegate, **back) == "delegation_loop"
    last = back | {"starts_at": MONDAY + 10 * DAY - SECOND, "ends_at": MONDAY + 20 * DAY}
    assert refusal(delegate, **last) == "delegation_loop"
    assert delegate(**back | {"starts_at": MONDAY + 10 * DAY, "ends_at": MONDAY + 20 * DAY}).value


def test_no_loop_through_a_third_officer(cast: Cast) -> None:
    delegate(**lend(cast))
    on = {"by": cast.qian, "post": cast.qian.post, "giver": cast.qian.officer}
    delegate(**lend(cast, **on, taker=cast.sun.officer))
    back = {"by": cast.sun, "post": cast.sun.post, "giver": cast.sun.officer}
    assert refusal(delegate, **lend(cast, **back, taker=cast.zhang.officer)) == "delegation_loop"


def test_what_was_taken_is_not_passed_on(cast: Cast) -> None:
    delegate(**lend(cast))
    deputy = Capacity(cast.qian.officer, cast.zhang.post, delegated=True)
    on = lend(cast, by=deputy, giver=cast.qian.officer, taker=cast.sun.officer)
    assert refusal(delegate, **on) == "outside_scope"
    assert refusal(delegate, **on | {"by": cast.zhou}) == "not_the_holder"


def test_a_delegation_needs_the_post_when_it_begins(cast: Cast) -> None:
    tenure = Tenure.objects.get(officer=cast.zhang.officer)
    end_tenure(by=cast.zhou, at=MONDAY, tenure=tenure, ends_at=MONDAY + 5 * DAY)
    late = lend(cast, starts_at=MONDAY + 5 * DAY)
    assert refusal(delegate, **late) == "not_the_holder"
    assert delegate(**late | {"starts_at": MONDAY + 5 * DAY - SECOND}).value


def test_what_would_begin_after_the_end_is_called_off(cast: Cast) -> None:
    delegate(**lend(cast, starts_at=MONDAY + 5 * DAY))
    end_tenure(by=cast.zhou, at=MONDAY, tenure=Tenure.objects.get(officer=cast.zhang.officer))
    row = Delegation.objects.get()
    assert row.ends_at == row.starts_at
    assert holders(cast.zhang.post, MONDAY + 6 * DAY) == []


def test_revoking_is_for_the_giver_and_the_administrator(cast: Cast, local: Capacity) -> None:
    given = delegate(**lend(cast)).value
    assert given is not None
    for other in (cast.qian, cast.wang, cast.zhao, cast.crowd):
        keywords = {"by": other, "at": MONDAY, "delegation": given}
        assert refusal(revoke_delegation, **keywords) == "outside_scope"
    assert revoke_delegation(by=local, at=MONDAY, delegation=given).value


def test_the_system_may_do_what_an_administrator_may(cast: Cast) -> None:
    given = delegate(**lend(cast, by=SYSTEM)).value
    assert given is not None
    revoke_delegation(by=SYSTEM, at=MONDAY, delegation=given)
    end_tenure(by=SYSTEM, at=MONDAY, tenure=Tenure.objects.get(officer=cast.wang.officer))
    assert appoint(by=SYSTEM, at=MONDAY, post=cast.wang.post, officer=cast.sun.officer).value
