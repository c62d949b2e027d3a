"""Requests thrown by dice at every registered route: nothing they hold may break the laws.

There is no OpenAPI schema to draw requests from; the routes, the forms and the names that pages
read from a query are the schema. A run throws ``REQUESTS`` of them, the same in every run;
``DICE=7`` throws others.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.test import Client

from jiceng.systems.grid.tests.sending import desk
from tests.bad_input.absence import fields_of
from tests.bad_input.cases import LONGEST, codes_of
from tests.bad_input.chapters.asking import NO_DAYS
from tests.bad_input.chapters.text import CONTROLS, DECEPTIVE, HOSTILE
from tests.bad_input.door import CHINESE, escaped, multipart, query_of, taken_back
from tests.bad_input.routes import routes
from tests.bad_input.test_addresses import BAD_IDS, given
from tests.bad_input.test_http import HEADERS
from tests.bad_input.town import Town
from tests.conformance.sweep import query_names

REQUESTS = 120
NUMBERS = ["-1", "0", "1.5", "１２", "٣", str(2**31), str(2**63), "9" * 5_000, "1e400", "NaN", ""]
NASTY = [*HOSTILE, *DECEPTIVE, *CONTROLS, *NO_DAYS, *NUMBERS, "的", "𠮷" * 600, "x" * 3_000]
PEOPLE = ["stranger", "reporter", "wang", "qian", "zhao"]


@dataclass(frozen=True)
class Thrown:
    """A request: who sends what where."""

    who: str
    method: str
    address: str
    query: str
    words: dict[str, str]
    files: bool
    headers: dict[str, str]


def throw(dice: Random, town: Town) -> Thrown:
    """Return a request of a route with some of its parts right and the others nasty."""
    route = dice.choice(routes())
    right = given(town, route)
    for name in right:
        if dice.random() < 0.3:
            right[name] = quote(dice.choice(BAD_IDS), safe="%")
    asked = dice.sample([*query_names(), "page", "sort", "fields"], 2)
    typed = dice.sample(sorted(fields_of(forms.BaseForm) | {"step", "key", "next", "move"}), 6)
    return Thrown(
        who=dice.choice(PEOPLE),
        method=dice.choice(["GET", "GET", "POST", "POST", "HEAD", "PUT"]),
        address=route.at(**right),
        query=query_of(**{name: dice.choice(NASTY) for name in asked if dice.random() < 0.5}),
        words={name: dice.choice(NASTY) for name in typed},
        files=dice.random() < 0.3,
        headers=dice.choice(HEADERS) if dice.random() < 0.2 else {},
    )


def thrown(town: Town, what: Thrown) -> Any:
    """Send it; return the answer."""
    people = {"zhao": desk(town.grid.cast.zhao), "stranger": Client()}
    client = people.get(what.who) or getattr(town, what.who)
    more = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in what.headers.items()}
    more["QUERY_STRING"] = what.query
    if what.method in ("GET", "HEAD"):
        return client.generic(what.method, what.address, **more)
    fields = [(name, value.encode("utf-8", "surrogatepass")) for name, value in what.words.items()]
    body = multipart(fields, [("photos", "a.jpg", b"x")]) if what.files else escaped(fields)
    return client.generic(what.method, what.address, body["data"], body["content_type"], **more)


def broken_laws(answer: Any, what: Thrown, spent: float) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    body = b"".join(answer).decode(errors="replace")
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    if spent > LONGEST:
        yield f"{spent:.1f} s"
    if "Traceback" in body or "<script>alert" in body:
        yield "it says too much"
    if answer.status_code >= 400 and what.method != "HEAD":
        if not CHINESE.search(body):
            yield "no Chinese"
        if not codes_of(answer, body):
            yield "no code"


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_that_is_thrown_breaks_a_law(town: Town, sealed: None, dice: Random) -> None:
    for number in range(REQUESTS):
        what = throw(dice, town)
        with taken_back() as changed:
            begun = time.process_time()
            answer = thrown(town, what)
            spent = time.process_time() - begun
        wrong = list(broken_laws(answer, what, spent))
        reads = what.method in ("GET", "HEAD")
        wrong += sorted(changed) if reads or answer.status_code >= 400 else []
        assert not wrong, f"request {number}: {wrong} {what}"
