"""How a failure reaches a person, a program and htmx."""

import logging

import pytest
from django.contrib.messages import constants
from django.test import Client, RequestFactory

from jiceng.ui import errors
from jiceng.ui.errors import HEADINGS, server_error

pytestmark = pytest.mark.urls("jiceng.ui.tests.refusing_urls")

TABLE = [
    ("bad-input", 422, "too_short"),
    ("conflict", 409, "conflict"),
    ("not-allowed", 403, "not_allowed"),
    ("too-many", 429, "too_many"),
    ("unavailable", 503, "unavailable"),
    ("absent", 404, "not_found"),
    ("denied", 403, "not_allowed"),
    ("suspicious", 400, "malformed"),
    ("too-big", 413, "too_large"),
    ("undecodable", 400, "bad_encoding"),
    ("disk-full-sqlite", 507, "storage_full"),
    ("disk-full-postgres", 507, "storage_full"),
    ("disk-full-files", 507, "storage_full"),
    ("locked-sqlite", 503, "busy"),
    ("deadlock-postgres", 503, "busy"),
    ("database-away", 503, "database_unavailable"),
    ("socket-away", 503, "database_unavailable"),
    ("our-mistake", 500, "internal"),
    ("our-missing-table", 500, "internal"),
]


@pytest.fixture
def caller():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("name", "status", "code"), TABLE)
class TestEachFailure:
    def test_as_a_page(self, caller, name, status, code):
        answer = caller.get(f"/fail/{name}/")
        page = answer.content.decode()

        assert answer.status_code == status
        assert f"<code>{code}</code>" in page
        assert str(HEADINGS[status]) in page
        assert answer.wsgi_request.reference in page
        assert answer["Cache-Control"] == "no-store"

    def test_as_json(self, caller, name, status, code):
        answer = caller.get(f"/fail/{name}/", headers={"accept": "application/json"})
        body = answer.json()

        assert answer.status_code == status
        assert body["code"] == code
        assert body["message"]
        assert body["reference"] == answer.wsgi_request.reference

    def test_as_an_htmx_notice(self, caller, name, status, code):
        answer = caller.get(f"/fail/{name}/", headers={"hx-request": "true"})
        part = answer.content.decode()

        assert answer.status_code == status
        assert "<html" not in part
        assert code in part
        assert answer["HX-Retarget"] == "#notices"

    def test_says_nothing_of_the_inside(self, caller, name, status, code):
        page = caller.get(f"/fail/{name}/").content.decode()

        for leak in ("SELECT", "/home/jiceng", "Traceback", "grid_case", "connection refused"):
            assert leak not in page


def test_json_is_answered_to_json(caller):
    answer = caller.post("/fail/conflict/", "{}", content_type="application/json")

    assert answer.json()["details"] == {"allowed": {"return": "退回", "close": "办结"}}


def test_json_names_the_field(caller):
    answer = caller.get("/fail/bad-input/", headers={"accept": "application/json"})

    assert answer.json()["field"] == "title"
    assert answer.json()["details"] == {"least": 3}


def test_a_conflict_lists_what_can_be_done_now(caller):
    page = caller.get("/fail/conflict/").content.decode()

    assert "<li>退回</li><li>办结</li>" in page


def test_a_wait_is_told_in_seconds(caller):
    assert caller.get("/fail/too-many/")["Retry-After"] == "900"
    assert caller.get("/fail/unavailable/")["Retry-After"] == "60"


@pytest.mark.parametrize(
    ("came_from", "shown"),
    [
        ("http://testserver/desk/?page=2", 'href="/desk/?page=2"'),
        ("http://evil.example/desk/", ""),
        ("http://testserver//evil.example", ""),
        ("javascript:alert(1)", ""),
        ("http://testserver/fail/conflict/", ""),  # back to the same page is no way back
        ("http://[", ""),
    ],
)
def test_the_way_back_is_ours_or_none(caller, settings, came_from, shown):
    settings.ALLOWED_HOSTS = ["testserver"]
    page = caller.get(
        "/fail/conflict/", headers={"referer": came_from, "host": "testserver"}
    ).content.decode()

    assert shown in page
    assert ("返回刚才的页面" in page) is bool(shown)
    assert "evil" not in page
    assert "javascript:" not in page


def test_one_log_line_names_the_reference(caller, caplog):
    with caplog.at_level(logging.INFO, "jiceng.ui.errors"):
        answer = caller.get("/fail/conflict/", PATH_INFO="/fail/none/\n2026")

    lines = [record.getMessage() for record in caplog.records if record.name == "jiceng.ui.errors"]
    assert [answer.wsgi_request.reference in line and "\n" not in line for line in lines] == [True]


def test_a_mistake_of_ours_leaves_its_trace_in_the_log(caller, caplog):
    answer = caller.get("/fail/our-mistake/")

    assert answer.wsgi_request.reference in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("path", ["/fail/our-mistake/", "/fail/database-away/"])
def test_the_error_page_asks_neither_database_nor_session(caller, path):
    # Without the django_db mark every query raises.
    assert caller.get(path).status_code in (500, 503)


def test_last_words_where_even_the_templates_fail(monkeypatch):
    def broken(*arguments, **options):
        raise ValueError("no manifest entry")

    monkeypatch.setattr(errors, "render_to_string", broken)
    request = RequestFactory().get("/")
    request.reference = "ABCD-2345"

    answer = server_error(request)

    assert answer.status_code == 500
    assert "ABCD-2345" in answer.content.decode()


def test_an_absent_address(caller):
    answer = caller.get("/no-such-page/")

    assert answer.status_code == 404
    assert "<code>not_found</code>" in answer.content.decode()


def test_every_level_of_messages_has_a_tone():
    from jiceng.ui.templatetags.ui import NOTICE_ICONS, TONES

    for tag in constants.DEFAULT_TAGS.values():
        assert TONES.get(tag, tag) in NOTICE_ICONS
