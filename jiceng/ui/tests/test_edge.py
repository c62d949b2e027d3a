"""What the edge refuses, and what it lets through."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language

pytestmark = pytest.mark.urls("jiceng.ui.tests.refusing_urls")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("q=%E4%BA%95%E7%9B%96", 200, ""),  # 井盖
        ("q=a+b&q=c", 200, ""),
        ("q=%F0%A0%AE%B7", 200, ""),  # 𠮷, four bytes
        ("q=" + "a" * 7000, 200, ""),
        ("", 200, ""),
        ("q=%", 400, "bad_encoding"),
        ("q=%zz", 400, "bad_encoding"),
        ("q=100%25%4", 400, "bad_encoding"),
        ("q=%FF", 400, "bad_encoding"),
        ("q=%C0%80", 400, "bad_encoding"),  # NUL in two bytes
        ("q=%ED%A0%80", 400, "bad_encoding"),  # a lone surrogate
        ("q=%BE%AE%B8%C7", 400, "bad_encoding"),  # 井盖 in GB18030
        ("q=\xff", 400, "bad_encoding"),  # raw, as the server hands it over
        ("q=%00", 400, "bad_char"),
        ("q=" + "a" * 8000, 400, "query_too_long"),
        ("q=" + "%41" * 3000, 400, "query_too_long"),
    ],
)
def test_query_strings(client, query, status, code):
    answer = client.get("/moment/", QUERY_STRING=query)

    assert answer.status_code == status
    assert code in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/moment/", 200, ""),
        ("/\u00e4\u00ba\u0095/", 404, "not_found"),  # 井, as WSGI writes it
        ("/\xff/", 400, "bad_encoding"),
        ("/\xed\xa0\x80/", 400, "bad_encoding"),
        ("/moment\0/", 400, "bad_encoding"),
        ("/moment/\n", 400, "bad_encoding"),
        ("/100%/", 404, "not_found"),
    ],
)
def test_paths(client, path, status, code):
    answer = client.get("/moment/", PATH_INFO=path)

    assert answer.status_code == status
    assert code in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"a=1&b=%E4%BA%95", 200, "2 "),
        (b"", 200, "0 "),
        (b"a=\xbe\xae", 400, "bad_encoding"),  # GB18030, raw
        (b"a=%BE%AE", 400, "bad_encoding"),  # GB18030, escaped: Django alone stores U+FFFD
        (b"a=%ED%A0%80", 400, "bad_encoding"),
        (b"a=%00", 400, "bad_char"),
        (b"a=%4", 400, "bad_encoding"),
        (b"a=" + b"x" * 1_100_000, 413, "too_large"),
        (b"&".join(b"f%d=1" % number for number in range(201)), 400, "too_many_fields"),
    ],
)
def test_form_bodies(client, body, status, code):
    answer = client.post("/write/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == status
    assert code in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("TRACE", "/moment/", 405),
        ("PROPFIND", "/moment/", 405),
        ("POST", "/moment/", 405),
        ("GET", "/write/", 405),
        ("HEAD", "/write/", 405),
        ("OPTIONS", "/write/", 405),
        ("HEAD", "/moment/", 200),
    ],
)
def test_methods(client, method, path, status):
    assert client.generic(method, path).status_code == status


def test_an_override_header_is_not_heard(client):
    answer = client.get("/write/", HTTP_X_HTTP_METHOD_OVERRIDE="POST")

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "method_not_allowed" in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b", "", "x" * 400])
def test_a_foreign_host_is_refused(client, host):
    answer = client.get("/moment/", HTTP_HOST=host, SERVER_NAME="evil.example")

    assert answer.status_code == 400
    assert "malformed" in answer.content.decode()


def test_a_forwarded_host_is_ignored(client):
    answer = client.get("/moment/", HTTP_X_FORWARDED_HOST="evil.example")

    assert answer.status_code == 200


def test_the_clock_is_read_once_and_the_request_gets_a_reference(client):
    zone, reference = client.get("/moment/").content.decode().split()

    assert zone == "UTC"
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", reference)


def test_a_form_without_token_is_refused():
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(reverse("ui:large"), {"large": "1"})

    assert answer.status_code == 403
    assert "csrf" in answer.content.decode()
    assert "large" not in answer.cookies


class TestCaches:
    def test_a_page_for_somebody_signed_in_is_not_stored(self, client, settings):
        client.cookies[settings.SESSION_COOKIE_NAME] = "whatever"

        assert client.get("/moment/")["Cache-Control"] == "private, no-store"

    def test_nor_is_one_with_a_suffix_that_looks_static(self, client, settings):
        client.cookies[settings.SESSION_COOKIE_NAME] = "whatever"

        answer = client.get("/moment/a.css")

        assert answer.status_code == 404
        assert answer["Cache-Control"] == "no-store"

    def test_a_page_for_everybody_says_nothing(self, client):
        assert "Cache-Control" not in client.get("/moment/")

    @pytest.mark.parametrize("cookie", ["", "x" * 4000, "\x01\xff", "{}", "eyJ9.x:y"])
    @pytest.mark.django_db
    def test_a_broken_session_cookie_is_nobody(self, client, settings, cookie):
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie

        assert client.get(reverse("ui:gallery")).status_code == 200


class TestLanguage:
    """The edge refuses before Django has read the language, in a thread that served others."""

    def test_a_refusal_speaks_to_its_own_reader(self, client):
        english, chinese = {"accept-language": "en"}, {"accept-language": "zh-CN"}
        said = [
            client.get("/moment/", QUERY_STRING="q=%", headers=reader).content.decode()
            for reader in (english, chinese, english)
        ]

        assert ["The encoding of the address" in page for page in said] == [True, False, True]
        assert ["编码不完整" in page for page in said] == [False, True, False]

    def test_a_request_leaves_no_language_behind(self, client):
        before = get_language()
        client.get("/moment/", headers={"accept-language": "en"})

        assert get_language() == before

    @pytest.mark.parametrize(
        "cookie", ["x" * 4000, "qq" + "-x" * 900, "\x00", "../../en", "\xff", "-"]
    )
    def test_a_language_that_is_none_is_chinese(self, client, settings, cookie):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie

        answer = client.get("/moment/", QUERY_STRING="q=%", headers={"accept-language": cookie[:9]})

        assert answer.status_code == 400
        assert "编码不完整" in answer.content.decode()
