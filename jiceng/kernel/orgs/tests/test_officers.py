"""Officers come, sign in, change their password and leave."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user, login, update_session_auth_hash
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import ActKey, Entry
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, personal_of
from jiceng.kernel.orgs.models import Delegation, Officer, Tenure, _hashable
from jiceng.kernel.orgs.posts import VACANCY
from jiceng.kernel.orgs.service import (
    Capacity,
    Oneself,
    appoint,
    capacities,
    change_password,
    deactivate_officer,
    delegate,
    holders,
    issue_password,
    on_vacancy,
    register_officer,
    visible_to,
)
from jiceng.kernel.orgs.terms import PASSWORD_MAX
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MD5 = "django.contrib.auth.hashers.MD5PasswordHasher"
PASSWORD = "荷塘-月色-4711"


def refusal(function: Any, **keywords: Any) -> str:
    """Return the code of the refusal, and make sure that nothing was written."""
    before = list(Officer.objects.order_by("pk").values()), Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        function(**keywords)
    assert (list(Officer.objects.order_by("pk").values()), Entry.objects.count()) == before
    assert str(refused.value.sentence)
    return refused.value.code


def entry() -> Entry:
    return Entry.objects.get(event__startswith="orgs.")


def request_of(session_key: str | None = None) -> HttpRequest:
    request = RequestFactory().post("/", REMOTE_ADDR="127.0.0.1")
    request.session = SessionStore(session_key)
    return request


def signed_in(who: Officer) -> str:
    """Sign ``who`` in and return the key of the session."""
    request = request_of()
    login(request, who, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


def user_of(session_key: str) -> Any:
    return get_user(request_of(session_key))


def sign_in(staff_no: str, password: str) -> Any:
    return ModelBackend().authenticate(request_of(), username=staff_no, password=password)


@pytest.fixture(autouse=True)
def real_hashers(settings: Settings) -> list[str]:
    """Argon2 takes a tenth of a second on purpose; return what the installation uses."""
    real, settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS, [MD5]
    return real


@pytest.fixture
def wang(cast: Cast) -> Officer:
    issue_password(by=SYSTEM, at=MONDAY, officer=cast.wang.officer, new=PASSWORD, must_change=False)
    return Officer.objects.get(pk=cast.wang.officer.pk)


def test_a_registration_keeps_names_out_of_the_payload(cast: Cast) -> None:
    keywords = {"staff_no": " １００８ ", "name": "吴·小新", "phone": "１３８ 0000-0001"}
    done = register_officer(by=cast.zhou, at=MONDAY, **keywords)
    assert done.value is not None
    assert (done.value.staff_no, done.value.phone) == ("1008", "13800000001")
    assert not done.value.has_usable_password()
    assert (entry().event, entry().subject) == ("orgs.officer.registered", "orgs.officer:1008")
    assert "吴" not in entry().payload
    assert "13800000001" not in entry().payload
    assert personal_of(entry()) == {"name": "吴·小新", "phone": "13800000001"}
    assert capacities(done.value, MONDAY) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"staff_no": "аdmin"}, "bad_staff_no", id="cyrillic"),
        pytest.param({"staff_no": ""}, "bad_staff_no", id="empty"),
        pytest.param({"staff_no": "1\x00"}, "bad_staff_no", id="nul"),
        pytest.param({"staff_no": "1" * 33}, "bad_staff_no", id="long"),
        pytest.param({"staff_no": "1001"}, "staff_no_taken", id="taken"),
        pytest.param({"name": " "}, "bad_name", id="no name"),
        pytest.param({"name": "王\u200b"}, "bad_char", id="zero width"),
        pytest.param({"name": "王" * 101}, "too_long", id="long name"),
        pytest.param({"phone": "12345"}, "bad_phone", id="no telephone"),
    ],
)
def test_registrations_that_are_refused(cast: Cast, changes: dict[str, str], expected: str) -> None:
    keywords = {"staff_no": "1008", "name": "吴小新", "phone": ""}
    assert refusal(register_officer, by=cast.zhou, at=MONDAY, **keywords | changes) == expected


@pytest.mark.parametrize("name", ["𰻝", "阿凡提·买买提", "王", "长" * 100, "𠮷" * 100])
def test_rare_and_long_names_are_kept_whole(cast: Cast, name: str) -> None:
    register_officer(by=cast.zhou, at=MONDAY, staff_no="1008", name=name)
    assert Officer.objects.get(staff_no="1008").name == name


def test_a_number_in_other_case_is_taken(cast: Cast) -> None:
    register_officer(by=cast.zhou, at=MONDAY, staff_no="w1", name="甲")
    keywords = {"by": cast.zhou, "at": MONDAY, "staff_no": "W1", "name": "乙"}
    assert refusal(register_officer, **keywords) == "staff_no_taken"


def test_only_administrators_register(cast: Cast) -> None:
    for other in (cast.wang, cast.zhang, cast.zhao, cast.crowd, Oneself(cast.zhou.officer)):
        keywords = {"by": other, "at": MONDAY, "staff_no": "1008", "name": "吴小新"}
        assert refusal(register_officer, **keywords) == "outside_scope"


def test_deactivation_ends_everything_at_once(cast: Cast, wang: Officer) -> None:
    told = []

    @on_vacancy
    def hear(*, post: Any, by: Any, at: Any) -> None:
        told.append(post)

    later = MONDAY + DAY
    hold(wang, cast.li.post)
    appoint(by=cast.zhou, at=MONDAY, post=cast.qian.post, officer=wang, starts_at=later + DAY)
    for giver in (cast.zhang, cast.sun):
        delegate(
            by=giver,
            at=MONDAY,
            post=giver.post,
            giver=giver.officer,
            taker=wang,
            starts_at=MONDAY if giver is cast.zhang else later + DAY,
            ends_at=later + 9 * DAY,
            reason="休假",
        )
    key = signed_in(wang)
    assert user_of(key) == wang
    try:
        deactivate_officer(by=cast.zhou, at=later, officer=wang)
    finally:
        VACANCY._things.popitem()
    assert told == [cast.wang.post]
    assert user_of(key).is_anonymous
    assert sign_in("1001", PASSWORD) is None
    gone = Officer.objects.get(pk=wang.pk)
    for at in (later, later + SECOND, later + 5 * DAY):
        assert capacities(gone, at) == []
        assert visible_to(gone, at).empty
    assert not Tenure.objects.unfinished(later).filter(officer=wang).exists()
    assert not Delegation.objects.unfinished(later).filter(taker=wang).exists()
    assert holders(cast.li.post, later) == [cast.li.officer]
    keywords = {"by": cast.zhou, "at": later, "officer": gone}
    assert refusal(deactivate_officer, **keywords) == "officer_inactive"


def test_sessions_of_before_stay_dead(cast: Cast, wang: Officer) -> None:
    key = signed_in(wang)
    deactivate_officer(by=cast.zhou, at=MONDAY, officer=wang)
    Officer.objects.filter(pk=wang.pk).update(is_active=True)
    assert user_of(key).is_anonymous


def test_an_administrator_does_not_reach_beyond_the_own_subtree(cast: Cast) -> None:
    local = hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))
    hold(cast.zhou.officer, cast.qian.post)
    for function in (deactivate_officer, issue_password):
        for target in (cast.zhao, cast.zhou):
            keywords = {"by": local, "at": MONDAY, "officer": target.officer}
            assert refusal(function, **keywords) == "outside_scope"
        for other in (cast.wang, cast.zhang, cast.crowd):
            keywords = {"by": other, "at": MONDAY, "officer": cast.li.officer}
            assert refusal(function, **keywords) == "outside_scope"
    assert deactivate_officer(by=local, at=MONDAY, officer=cast.li.officer).value


def test_a_planned_post_outside_counts_too(cast: Cast) -> None:
    local = hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))
    head = post(cast.zone, "unit_head")
    appoint(by=SYSTEM, at=MONDAY, post=head, officer=cast.li.officer, starts_at=MONDAY + DAY)
    keywords = {"by": local, "at": MONDAY, "officer": cast.li.officer}
    assert refusal(issue_password, **keywords) == "outside_scope"


def test_a_post_taken_outside_counts_too(cast: Cast) -> None:
    local = hold(officer("2001", "吴小组"), post(cast.street, "org_admin"))
    delegate(
        by=cast.zhao,
        at=MONDAY,
        post=cast.zhao.post,
        giver=cast.zhao.officer,
        taker=cast.li.officer,
        starts_at=MONDAY + DAY,
        ends_at=MONDAY + 2 * DAY,
        reason="休假",
    )
    keywords = {"by": local, "officer": cast.li.officer}
    assert refusal(issue_password, **keywords, at=MONDAY) == "outside_scope"
    assert issue_password(**keywords, at=MONDAY + 2 * DAY)


def test_an_issued_password_opens_once_it_is_typed(cast: Cast) -> None:
    password = issue_password(by=cast.zhou, at=MONDAY, officer=cast.li.officer)
    assert len(password) == 19
    found = sign_in("1002", password)
    assert found == cast.li.officer
    assert found is not None
    assert found.must_change_password
    assert password not in entry().payload
    assert entry().payload == '{"must_change":true}'


def test_no_trace_of_a_password_in_the_ledger(cast: Cast, wang: Officer) -> None:
    texts = [*Entry.objects.values_list("payload", flat=True)]
    texts += [str(row) for row in ActKey.objects.values()]
    for secret in (PASSWORD, wang.password, wang.password.rpartition("$")[2]):
        assert not any(secret in text for text in texts)


def test_nobody_issues_the_own_password(cast: Cast) -> None:
    keywords = {"by": cast.zhou, "at": MONDAY, "officer": cast.zhou.officer}
    assert refusal(issue_password, **keywords) == "self_dealing"
    assert issue_password(by=OPERATOR, at=MONDAY, officer=cast.zhou.officer)


def test_a_changed_password_ends_every_other_session(cast: Cast, wang: Officer) -> None:
    here, elsewhere = signed_in(wang), signed_in(wang)
    me = Oneself(wang)
    fresh = change_password(by=me, at=MONDAY, officer=wang, old=PASSWORD, new="新月-如钩-0815")
    request = request_of(here)
    request.user = fresh
    update_session_auth_hash(request, fresh)
    request.session.save()
    assert user_of(str(request.session.session_key)) == wang
    assert user_of(elsewhere).is_anonymous
    assert sign_in("1001", PASSWORD) is None
    assert sign_in("1001", "新月-如钩-0815") == wang
    last = Entry.objects.filter(event__startswith="orgs.").latest("id")
    assert (last.event, last.by, last.by_title) == (
        "orgs.officer.password_changed",
        "officer:1001",
        "本人",
    )


def test_the_session_id_of_before_signing_in_is_worth_nothing(wang: Officer) -> None:
    request = request_of()
    request.session["language"] = "en"
    request.session.save()
    before = str(request.session.session_key)
    login(request, wang, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    assert request.session.session_key != before
    assert user_of(before).is_anonymous
    assert user_of(str(request.session.session_key)) == wang


def test_two_sessions_do_not_mix(cast: Cast, wang: Officer) -> None:
    first, second = signed_in(wang), signed_in(cast.li.officer)
    assert first != second
    assert (user_of(first), user_of(second)) == (wang, cast.li.officer)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"old": "nope"}, "wrong_password", id="another old one"),
        pytest.param({"old": "x" * 4096}, "wrong_password", id="a very long old one"),
        pytest.param({"old": "\ud800"}, "wrong_password", id="a surrogate as old one"),
        pytest.param({"new": "short"}, "weak_password", id="short"),
        pytest.param({"new": "password"}, "weak_password", id="common"),
        pytest.param({"new": "x" * (PASSWORD_MAX + 1)}, "password_too_long", id="one too long"),
        pytest.param({"new": "x" * 4096}, "password_too_long", id="4,096 signs"),
        pytest.param({"new": "ab\x00cdefgh1"}, "bad_char", id="nul"),
        pytest.param({"new": "abcdefgh\ud800"}, "bad_char", id="a lone surrogate"),
        pytest.param({"by": "li"}, "outside_scope", id="by somebody else"),
        pytest.param({"by": "zhou"}, "outside_scope", id="by the administrator"),
        pytest.param({"by": "crowd"}, "outside_scope", id="by a resident"),
    ],
)
def test_passwords_that_are_refused(
    cast: Cast, wang: Officer, changes: dict[str, Any], expected: str
) -> None:
    keywords = {"by": cast.wang, "officer": wang, "old": PASSWORD, "new": "新月-如钩-0815"}
    if "by" in changes:
        changes = {"by": getattr(cast, changes["by"])}
    assert refusal(change_password, at=MONDAY, **keywords | changes) == expected


def test_the_common_word_is_refused_in_chinese(cast: Cast, wang: Officer) -> None:
    with pytest.raises(Refusal, match="密码"):
        change_password(by=cast.wang, at=MONDAY, officer=wang, old=PASSWORD, new="password")


@pytest.mark.parametrize("new", ["🦊" * 64, "x1-" * 42, "   月 亮 之 上   "])
def test_long_passwords_of_any_script_are_kept_whole(cast: Cast, wang: Officer, new: str) -> None:
    change_password(by=cast.wang, at=MONDAY, officer=wang, old=PASSWORD, new=new)
    assert sign_in("1001", new) == wang
    assert sign_in("1001", new[:-1]) is None


@pytest.mark.parametrize(
    ("typed", "opens"),
    [
        pytest.param("1001", True, id="as it is"),
        pytest.param("1001 ", True, id="trailing space"),
        pytest.param("１００１", True, id="full-width digits"),
        pytest.param("l001", False, id="a letter for a digit"),
        pytest.param("10O1", False, id="an O for a nought"),
        pytest.param("1001\x00", False, id="nul"),
        pytest.param("1001\u200b", False, id="zero width"),
        pytest.param("\ud800", False, id="a lone surrogate"),
        pytest.param("1" * 5000, False, id="very long"),
        pytest.param("", False, id="empty"),
        pytest.param("' OR 1=1--", False, id="quotes"),
    ],
)
def test_who_may_sign_in_under_what_was_typed(wang: Officer, typed: str, opens: bool) -> None:
    assert (sign_in(typed, PASSWORD) == wang) is opens
    assert sign_in(typed, "wrong") is None


def test_lookalikes_and_other_case_are_somebody_else(cast: Cast) -> None:
    admin = officer("admin", "吴小组")
    issue_password(by=SYSTEM, at=MONDAY, officer=admin, new=PASSWORD)
    assert sign_in("admin", PASSWORD) == admin
    for typed in ("аdmin", "Admin", "ADMIN", "admın"):
        assert sign_in(typed, PASSWORD) is None


@pytest.mark.slow
def test_an_overlong_password_costs_no_more_than_a_wrong_one(
    cast: Cast, settings: Settings, real_hashers: list[str]
) -> None:
    settings.PASSWORD_HASHERS = real_hashers
    issue_password(by=SYSTEM, at=MONDAY, officer=cast.wang.officer, new=PASSWORD)
    wang = Officer.objects.get(pk=cast.wang.officer.pk)
    assert wang.password.startswith("argon2")

    def seconds(password: str) -> float:
        began = time.process_time()
        for _try in range(3):
            assert not wang.check_password(password)
        return time.process_time() - began

    assert len(_hashable("x" * 5_000_000)) == PASSWORD_MAX + 1
    wrong, overlong = seconds("x" * 20), seconds("x" * 5_000_000)
    assert overlong < 2 * wrong + 0.1
    assert wang.check_password(PASSWORD)
    assert not wang.check_password(PASSWORD + "x" * PASSWORD_MAX)


def test_a_session_outlives_no_authority(cast: Cast, wang: Officer) -> None:
    """The session goes on, for the person is the same; what they may do ends with the post."""
    key = signed_in(wang)
    Tenure.objects.filter(officer=wang).update(ends_at=MONDAY + DAY)
    user = user_of(key)
    assert user == wang
    assert capacities(user, MONDAY + DAY - SECOND) == [Capacity(wang, cast.wang.post)]
    assert capacities(user, MONDAY + DAY) == []
