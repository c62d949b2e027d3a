"""Proxies, forged forms and headers: rows that take more than one knock."""

import re
from typing import Any

import pytest
from django.conf import settings as installation
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from jiceng.systems.grid.tests import scene, sending
from tests.bad_input.door import refused, unchanged
from tests.bad_input.routes import routes
from tests.bad_input.town import Town

pytestmark = pytest.mark.django_db

MANY = ", ".join(f"10.0.0.{number}" for number in range(100))
# (trusted proxies, how the tries come in, how many are let through of twenty-five)
INVENTED = [
    (0, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}"}, 20),
    (0, lambda turn: {"HTTP_X_REAL_IP": f"10.0.0.{turn}"}, 20),
    (0, lambda turn: {"HTTP_FORWARDED": f"for=10.0.0.{turn}"}, 20),
    (0, lambda turn: {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}"}, 20),
    (0, lambda turn: {"REMOTE_ADDR": f"::ffff:192.0.2.{turn % 2}"}, 25),  # two clients
    (1, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}, 198.51.100.7"}, 20),
    (
        1,
        lambda turn: {"HTTP_X_FORWARDED_FOR": ", ".join(["10.0.0.1"] * 100 + ["198.51.100.7"])},
        20,
    ),
    (1, lambda turn: {"HTTP_X_FORWARDED_FOR": "garbage"}, 20),
    (1, lambda turn: {"HTTP_X_FORWARDED_FOR": f"198.51.100.{turn}"}, 25),  # many true clients
    (2, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}, 198.51.100.7, 192.0.2.1"}, 20),
    (2, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}"}, 20),  # did not pass both
]


class TestAddresses:
    @pytest.mark.parametrize(("proxies", "headers", "allowed"), INVENTED)
    def test_an_invented_address_gets_no_more_tries(
        self, town: Town, settings: Settings, proxies: int, headers: Any, allowed: int
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        told = []
        for turn in range(25):
            number = sending.number_of_no_case(town.case)
            words = {"number": number, "phone_tail": "0000"}
            told.append(Client().post("/track/", words, **headers(turn)).status_code)

        assert told == [422] * allowed + [429] * (25 - allowed)

    @pytest.mark.parametrize(
        ("proxies", "headers"),
        [
            (0, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}"}),
            (1, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}, 198.51.100.7"}),
            (2, lambda turn: {"HTTP_X_FORWARDED_FOR": f"10.0.0.{turn}, 198.51.100.7, 192.0.2.1"}),
            (0, lambda turn: {"REMOTE_ADDR": ""}),
            (0, lambda turn: {"REMOTE_ADDR": "fe80::1%eth0"}),
            (1, lambda turn: {"REMOTE_ADDR": "unix:", "HTTP_X_FORWARDED_FOR": "evil"}),
        ],
    )
    def test_nor_more_passwords(
        self, town: Town, settings: Settings, proxies: int, headers: Any
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        words = {"username": "1001", "password": "wrong"}
        told = [
            Client().post("/desk/login/", words, **headers(turn)).status_code for turn in range(6)
        ]

        assert told == [422] * 4 + [429] * 2

    def test_reports_are_limited_by_address_too(self, town: Town) -> None:
        words = sending.words_of_report(phone="")
        told = [Client().post("/report/", words).status_code for _try in range(61)]

        assert told.count(429) == 2  # the report of the town was the first of this hour
        assert Client().post("/report/", words, REMOTE_ADDR="203.0.113.9").status_code == 422


POSTED = ["/report/", "/track/", "/verify/", "/desk/login/", "/desk/", "/language/", "/large/"]


class TestForgedForms:
    def strict(self, town: Town) -> Client:
        """Return a browser of the duty officer that must prove where its forms come from."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(town.grid.cast.wang.officer)
        return client

    def addresses(self, town: Town) -> list[str]:
        root = f"/desk/grid/cases/{town.case.number}/moves/judge/"
        return [*POSTED, root, "/desk/grid/report/", "/desk/password/", "/desk/logout/"]

    def token(self, client: Client) -> str:
        page = client.get("/desk/password/").content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found
        return found[1]

    @pytest.mark.parametrize("token", ["", "x", "a" * 64, "井" * 64, "a" * 100_000])
    def test_without_our_token_nothing_happens(self, town: Town, token: str) -> None:
        client = self.strict(town)
        self.token(client)
        with unchanged():
            for address in self.addresses(town):
                answer = client.post(address, {"csrfmiddlewaretoken": token})
                refused(answer, 403, "csrf")
                assert "页面已过期" in answer.content.decode()

    def test_without_our_cookie_nothing_happens(self, town: Town) -> None:
        client = self.strict(town)
        token = self.token(client)
        for cookie in (None, "", "x" * 32, "x" * 10_000, "\x01"):
            if cookie is None:
                del client.cookies[installation.CSRF_COOKIE_NAME]
            else:
                client.cookies[installation.CSRF_COOKIE_NAME] = cookie
            with unchanged():
                refused(client.post("/report/", {"csrfmiddlewaretoken": token}), 403, "csrf")

    @pytest.mark.parametrize(
        "origin",
        ["null", "https://evil.example", "http://testserver.evil.example", "http://", "x" * 5_000],
    )
    def test_from_a_page_of_elsewhere_nothing_happens(self, town: Town, origin: str) -> None:
        client = self.strict(town)
        token = self.token(client)
        with unchanged():
            for address in self.addresses(town):
                answer = client.post(
                    address, {"csrfmiddlewaretoken": token}, headers={"origin": origin}
                )
                refused(answer, 403, "csrf")

    @pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/xml", ""])
    def test_a_body_that_a_foreign_page_may_send_is_no_form(self, town: Town, kind: str) -> None:
        client = self.strict(town)
        token = self.token(client)
        body = f"csrfmiddlewaretoken={token}&note=x".encode()
        with unchanged():
            for address in self.addresses(town):
                refused(client.generic("POST", address, body, kind), 403, "csrf")

    def test_with_all_of_it_the_move_is_made(self, town: Town) -> None:
        client = self.strict(town)
        words = sending.words_of_move(town.case, "judge")
        answer = client.post(
            f"/desk/grid/cases/{town.case.number}/moves/judge/",
            words | {"csrfmiddlewaretoken": self.token(client)},
            headers={"origin": "http://testserver"},
        )

        assert answer.status_code == 302
        assert scene.open_step(town.case).step == "judged"

    def test_no_route_is_exempt(self) -> None:
        for route in routes():
            view = resolve(route.at(**dict.fromkeys(route.parameters, "1"))).func
            assert not getattr(view, "csrf_exempt", False), route.name


HEADERS: list[dict[str, str]] = [
    {"user-agent": "x" * 10_000},
    {"user-agent": "井盖 \U0001f600"},
    {"user-agent": ""},
    {"accept": "x" * 10_000},
    {"accept": "*/*;q=nonsense,,,;;"},
    {"accept-language": "x" * 10_000},
    {"accept-language": "../../en,*;q=9"},
    {"accept-encoding": "x" * 10_000},
    {"referer": "javascript:alert(1)"},
    {"referer": "http://[" + "x" * 10_000},
    {"if-modified-since": "yesterday"},
    {"if-none-match": '"' * 1_000},
    {"range": "bytes=0-0,1-1," * 500},
    {"hx-request": "true", "hx-current-url": "javascript:alert(1)"},
    {"hx-request": "nonsense", "hx-boosted": "\u4e95"},
    {"cookie": "a=" + "x" * 16_000},
    {"cookie": "language=" + "x" * 5_000 + "; large=x; csrftoken=x"},
    {"cookie": ";;;=;a;=b"},
    {"x-requested-with": "XMLHttpRequest"},
    {f"x-header-{number}": "x" * 128 for number in range(500)},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_headers_of_any_kind_do_no_harm(town: Town, headers: dict[str, str]) -> None:
    number, uid = town.case.number, town.photo.uid
    pages = ["/", "/report/", "/verify/", f"/cases/{number}/"]
    if "cookie" not in headers:  # another cookie is another person
        pages.append(f"/cases/{number}/photos/{uid}/")
    environment = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
    }
    with unchanged():
        for path in pages:
            answer = town.reporter.get(path, **environment)
            b"".join(answer)
            assert answer.status_code in (200, 206, 302, 304, 416), path
            assert "javascript:" not in str(answer.headers)
        words = {"username": "1001", "password": "wrong"}
        refused(Client().post("/desk/login/", words, **environment), 422)
