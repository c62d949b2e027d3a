"""Ids and query strings on every registered route (rows B01–B04, A11, A24, D04, D13)."""

import re
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.bad_input.conftest import Town
from tests.bad_input.door import ask, codes, query_of, refused, unchanged
from tests.bad_input.routes import Route, routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed")]
ROUTES = routes()
each_route = pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
with_parameters = [route for route in ROUTES if route.parameters]

BAD_IDS = [
    "1'",
    "1.0",
    "-1",
    "0",
    "９９",
    "٣",
    "9" * 23,
    "9" * 5_000,
    str(2**31),
    str(2**63),
    "1e5",
    "0x10",
    "None",
    "null",
    "..",
    "%2e%2e",
    "%252e",
    "a b",
    "' OR 1=1--",
    "井盖",
    "𠮷",
    "\u202egpj",
    "<script>",
    "{{7*7}}",
    "a" * 3_000,
    "*",
    "%",
    "__class__",
]
BROKEN_IDS = ["%00", "%FF", "%ED%A0%80", "%0a", "%0d%0aSet-Cookie:x=1", "\x7f"]


def given(town: Town, route: Route) -> dict[str, str]:
    """Return parameters under which a route is found."""
    known = {
        "number": town.case.number,
        "uid": town.photo.uid,
        "move": "judge",
        "code": "grid.case",
        "version": "2026-2",
        "plan": "1",
        "ref": "x",
        "kind": "csv",
    }
    if route.name in ("desk:grid:grid", "public:grid:feed"):
        known["code"] = next(iter(town.grid.cells.values())).code
    if route.name.startswith("desk:grid_appeal:"):
        known |= {"number": town.appeal.number, "move": "pass"}
    if route.name == "desk:grid:appeal":
        known["number"] = town.late.number
    return {name: known[name] for name in route.parameters}


# Pages of what the town does not have, or of a state that its case is not in: what a wrong id, a
# query and a method do to them is tried here, what a right one shows in the tests of each page.
OF_SOMETHING_ELSE = {
    "public:grid:answer",
    "public:grid:rate",
    "public:grid:spot",
    "public:grid:join",
    "desk:grid:phone-filed",
    "desk:grid:end-spot",
    "desk:grid:poster",
    "desk:grid:hand-over",
    "desk:grid:end-plan",
    "desk:grid:walk",
    "desk:grid:watch",
    "desk:grid:routing-rule",
    "desk:grid:routing-edit",
    "desk:grid:routing-try",
    "desk:grid:routing-end",
}
found = [route for route in with_parameters if route.name not in OF_SOMETHING_ELSE]
# What an answer to a visitor of such a page may be instead.
CLOSED = {403, 404, 405, 409, 422}


def reader(town: Town, route: Route) -> Client:
    """Return a browser of somebody who may open a route."""
    if route.name == "desk:grid:appeal":
        return town.qian
    return town.wang if route.name.startswith("desk:") else town.reporter


def test_there_are_routes_to_try() -> None:
    assert len(ROUTES) > 20
    assert {name for route in with_parameters for name in route.parameters} == {
        "number",
        "uid",
        "move",
        "code",
        "version",
        "plan",
        "ref",
        "kind",
    }
    assert {route.name for route in with_parameters} >= OF_SOMETHING_ELSE


@pytest.mark.parametrize("route", found, ids=[route.name for route in found])
def test_a_right_id_is_found(town: Town, route: Route) -> None:
    client = reader(town, route)
    answer = client.get(route.at(**given(town, route)))
    b"".join(answer)

    assert answer.status_code == 200


@pytest.mark.parametrize("route", with_parameters, ids=[route.name for route in with_parameters])
class TestIds:
    def test_a_wrong_one_is_absent(self, town: Town, route: Route) -> None:
        right, client = given(town, route), reader(town, route)
        right_answer = client.post(route.at(**right))
        methods = [client.get] if right_answer.status_code == 405 else [client.get, client.post]
        with unchanged():
            for parameter, wrong in product(route.parameters, BAD_IDS):
                address = route.at(**right | {parameter: quote(wrong, safe="%")})
                for answer in [method(address) for method in methods]:
                    if answer.status_code == 302:  # whose number it is not is asked for both
                        # …and a poster that is gone still leads to the report.
                        assert answer["Location"].startswith(("/track/", "/report/?spot="))
                    else:
                        # A move that is not offered is a conflict; a slash is another address.
                        of_else = CLOSED if route.name in OF_SOMETHING_ELSE else {404}
                        refused(answer, {404, 409} if parameter == "move" else of_else)

    def test_one_that_is_no_text_is_refused(self, town: Town, route: Route) -> None:
        right = given(town, route)
        client = reader(town, route)
        with unchanged():
            for parameter in route.parameters:
                for wrong in BROKEN_IDS:
                    answer = client.get(route.at(**right | {parameter: wrong}))
                    refused(answer, 400, "bad_encoding")
                    assert "Set-Cookie" not in answer.headers

    def test_a_suffix_that_looks_static_is_another_address(self, town: Town, route: Route) -> None:
        client = reader(town, route)
        answer = client.get(f"{route.at(**given(town, route))}a.css")

        refused(answer, 404)
        assert "no-store" in answer["Cache-Control"]


QUERIES = [
    query_of(page=0),
    query_of(page="abc"),
    query_of(page=10**21),
    query_of(page_size=100_000),
    query_of(sort="password"),
    query_of(sort="owner__phone", order="-id"),
    query_of(fields="__class__", expand="officer"),
    query_of(status=["a", "b"]),
    query_of(after=-1),
    query_of(after="1.5"),
    query_of(after="１２"),
    query_of(after=2**63),
    query_of(after="9" * 5_000),
    query_of(after=[1, 2]),
    query_of(after="1' OR '1'='1"),
    query_of(number="9" * 3_000),
    query_of(number=["1", "2"]),
    query_of(number="<script>alert(1)</script>"),
    query_of(thumb="../../etc/passwd"),
    query_of(next="//evil.example"),
    query_of(next="javascript:alert(1)"),
    query_of(q="的"),
    query_of(q="(a+)+$" * 50),
    query_of(q="x" * 7_000),
    query_of(password__startswith="a"),
    query_of(format="json", callback="alert"),
    "&&&=&=1&" * 20,
    "a[]=1&a[b]=2",
    "?" * 100,
    ";".join("abc"),
]
BROKEN_QUERIES = [
    b"q=%00",
    b"q=%FF",
    b"q=%ED%A0%80",
    b"q=%",
    b"q=%zz",
    b"q=\xff",
    b"q=" + b"x" * 8_000,
]


@each_route
class TestQueries:
    def test_a_query_that_nobody_asked_for_changes_nothing(self, town: Town, route: Route) -> None:
        address = route.at(**given(town, route))
        client = reader(town, route)
        plain = ask(client, address)
        b"".join(plain)
        with unchanged():
            for query in QUERIES:
                answer = ask(client, address, query)
                body = b"".join(answer).decode(errors="replace")
                # A list that is asked for what there is not says so.
                assert answer.status_code in {plain.status_code, 302, 404, 422}, query
                if answer.status_code == 404:
                    assert codes(answer) <= {"not_found"}
                assert "<script>alert" not in body
                assert "argon2" not in body
                assert "evil.example" not in answer.get("Location", "").split("?")[0]

    def test_one_that_is_no_text_is_refused(self, town: Town, route: Route) -> None:
        address = route.at(**given(town, route))
        with unchanged():
            for query in BROKEN_QUERIES:
                refused(ask(town.wang, address, query), 400)


@pytest.mark.parametrize(
    "typed", ["-1", "1.5", "１２", str(2**63), "9" * 5_000, "abc", "", "1&after=2"]
)
def test_a_page_of_the_inbox_that_cannot_be_one(town: Town, typed: str) -> None:
    refused(ask(town.wang, "/desk/", f"after={quote(typed, safe='&=')}"), 404, "not_found")


# Every route with the methods it knows; what is not listed answers 405.
# Methods that no route of ours knows, and those that some do.
UNKNOWN = {"PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"}
KNOWN = {"GET", "HEAD", "POST", "OPTIONS"}


@each_route
def test_every_method_a_route_does_not_know(town: Town, route: Route) -> None:
    address, client = route.at(**given(town, route)), reader(town, route)
    if route.name == "desk:logout":
        client = Client()
    with unchanged():
        for method in sorted(UNKNOWN | KNOWN):
            answer: Any = client.generic(method, address)
            body = b"".join(answer)
            assert answer.status_code < 500
            assert answer.status_code == 405 or method in KNOWN, method
            if answer.status_code == 405:
                assert b"method_not_allowed" in body or method == "HEAD"
                assert "POST" in answer.get("Allow", "POST") or "GET" in answer["Allow"]


@each_route
def test_an_override_of_the_method_is_not_heard(town: Town, route: Route) -> None:
    address, client = route.at(**given(town, route)), reader(town, route)
    plain = client.get(address)
    b"".join(plain)
    assert plain.status_code in {200, 302} | CLOSED
    with unchanged():
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            answer = client.get(f"{address}?_method=POST", headers={header: "POST"})
            b"".join(answer)
            assert answer.status_code == plain.status_code


def test_no_route_answers_an_origin_of_elsewhere(town: Town) -> None:
    for route in ROUTES:
        for origin in ("null", "https://evil.example"):
            answer = town.reporter.get(route.at(**given(town, route)), headers={"origin": origin})
            b"".join(answer)
            assert not [
                name for name in answer.headers if name.lower().startswith("access-control")
            ]


def test_routes_take_text_and_check_it_themselves() -> None:
    """Another converter would answer another page for what it cannot read."""
    for route in ROUTES:
        assert set(re.findall(r"<(\w+):", route.text)) <= {"str"}
