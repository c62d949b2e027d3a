"""Ids, queries and methods on every registered route: a new one is swept without a word here."""

import re
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.bad_input.door import ask, codes, query_of, refused, taken_back, unchanged
from tests.bad_input.routes import Route, routes
from tests.bad_input.town import Town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed")]
ROUTES = routes()
# How many of the bad words each route and each parameter gets: which ones, the dice decide, and
# other dice (``DICE=7``) other ones.
OF_EACH = 2
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
        "what": "ranking",
        "step": "1",
        "ledger": "projects",
        "duty": "monthly",
        "start": "2026-01-01",
    }
    if route.name in ("desk:grid:grid", "public:grid:feed"):
        known["code"] = next(iter(town.grid.cells.values())).code
    if route.name.startswith("desk:figure"):
        known["code"] = "grid.reported"
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
    "public:board",
    "public:board-feed",
    "public:notice",
    "public:object",
    "public:comment",
    "public:poster",
    "public:notice-text",
    "public:voice-receipt",
}
# Boards, bulletins, reviews and projects: the town has none.
NOT_HERE = (
    "desk:bulletins:",
    "desk:boards:",
    "desk:reviews:",
    "desk:secretary_projects:",
    "public:secretary_projects:",
)
OF_SOMETHING_ELSE |= {route.name for route in with_parameters if route.name.startswith(NOT_HERE)}
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
        "what",
        "step",
        "ledger",
        "duty",
        "start",
    }
    assert {route.name for route in with_parameters} >= OF_SOMETHING_ELSE


def test_a_right_id_is_found(town: Town) -> None:
    for route in found:
        answer = reader(town, route).get(route.at(**given(town, route)))
        b"".join(answer)
        assert answer.status_code == 200, route.name


class TestIds:
    def test_a_wrong_one_is_absent(self, town: Town, dice: Random) -> None:
        for route in with_parameters:
            right, client = given(town, route), reader(town, route)
            with taken_back():
                posts = client.post(route.at(**right)).status_code != 405
            with unchanged():
                for parameter in route.parameters:
                    for wrong in dice.sample(BAD_IDS, OF_EACH):
                        address = route.at(**right | {parameter: quote(wrong, safe="%")})
                        answers = [client.get(address)]
                        answers += [client.post(address)] if posts else []
                        for answer in answers:
                            self.check(answer, route, parameter)

    def check(self, answer: Any, route: Route, parameter: str) -> None:
        if answer.status_code == 302:  # whose number it is not is asked for both
            # …and a poster that is gone still leads to the report.
            assert answer["Location"].startswith(("/track/", "/report/?spot="))
            return
        # A move that is not offered is a conflict; a slash is another address.
        of_else = CLOSED if route.name in OF_SOMETHING_ELSE else {404}
        refused(answer, {404, 409} if parameter == "move" else of_else)

    def test_one_that_is_no_text_is_refused(self, town: Town, dice: Random) -> None:
        with unchanged():
            for route in with_parameters:
                right, client = given(town, route), reader(town, route)
                for parameter in route.parameters:
                    wrong = dice.choice(BROKEN_IDS)
                    answer = client.get(route.at(**right | {parameter: wrong}))
                    refused(answer, 400, "bad_encoding")
                    assert "Set-Cookie" not in answer.headers

    def test_a_suffix_that_looks_static_is_another_address(self, town: Town) -> None:
        for route in with_parameters:
            answer = reader(town, route).get(f"{route.at(**given(town, route))}a.css")
            # Who may not open the page at all is told so before what is asked for is looked at.
            refused(answer, {404, 403} if route.name in OF_SOMETHING_ELSE else 404)
            assert "no-store" in answer["Cache-Control"], route.name


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


# Whoever asks would be another method, and comes from a page of elsewhere.
OF_ELSEWHERE = {
    "X-HTTP-Method-Override": "POST",
    "X-HTTP-Method": "POST",
    "X-Method-Override": "POST",
    "Origin": "null",
}


class TestQueries:
    def test_what_nobody_asked_for_changes_nothing(self, town: Town, dice: Random) -> None:
        """Not a query, nor a header that names another method, nor one of a page of elsewhere."""
        for route in ROUTES:
            address, client = route.at(**given(town, route)), reader(town, route)
            plain = ask(client, address)
            b"".join(plain)
            assert plain.status_code in {200, 302} | CLOSED
            with unchanged():
                for query in [*dice.sample(QUERIES, OF_EACH - 1), "_method=POST"]:
                    answer = client.get(address, QUERY_STRING=query, headers=OF_ELSEWHERE)
                    self.check(answer, plain.status_code, f"{route.name}?{query[:60]}")

    def check(self, answer: Any, plain: int, said: str) -> None:
        body = b"".join(answer).decode(errors="replace")
        # A list that is asked for what there is not says so.
        assert answer.status_code in {plain, 302, 404, 422}, said
        if answer.status_code == 404:
            assert codes(answer) <= {"not_found"}, said
        assert "<script>alert" not in body, said
        assert "argon2" not in body, said
        assert "evil.example" not in answer.get("Location", "").split("?")[0], said
        shared = [name for name in answer.headers if name.lower().startswith("access-control")]
        assert not shared, said

    def test_one_that_is_no_text_is_refused(self, town: Town, dice: Random) -> None:
        with unchanged():
            for route in ROUTES:
                address = route.at(**given(town, route))
                refused(ask(town.wang, address, dice.choice(BROKEN_QUERIES)), 400)


# Methods that no route of ours knows, and those that some do.
UNKNOWN = ["DELETE", "PATCH", "PROPFIND", "PUT", "TRACE"]
KNOWN = ["GET", "HEAD", "OPTIONS"]


def test_every_method_a_route_does_not_know(town: Town, dice: Random) -> None:
    for route in ROUTES:
        address, client = route.at(**given(town, route)), reader(town, route)
        if route.name == "desk:logout":
            client = Client()
        with unchanged():
            for method in ["POST", dice.choice(KNOWN), dice.choice(UNKNOWN)]:
                answer: Any = client.generic(method, address)
                body = b"".join(answer)
                assert answer.status_code < 500, (method, route.name)
                assert answer.status_code == 405 or method not in UNKNOWN, (method, route.name)
                if answer.status_code == 405:
                    assert b"method_not_allowed" in body or method == "HEAD"
                    assert "POST" in answer.get("Allow", "POST") or "GET" in answer["Allow"]


def test_routes_take_text_and_check_it_themselves() -> None:
    """Another converter would answer another page for what it cannot read."""
    for route in ROUTES:
        assert set(re.findall(r"<(\w+):", route.text)) <= {"str"}
