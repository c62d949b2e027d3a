"""Every route answers strangers as the table says, and nobody with a server error."""

from collections import deque
from dataclasses import dataclass

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.testing.cast import Cast
from jiceng.systems.grid.tests.scene import CLAIM, Grid, kept_photo, report
from tests.conformance.routes import ELSEWHERE, HOSTILE, LONG, ROWS, SIGN_IN, Answer, Row
from tests.conformance.sweep import query_names, routes

pytestmark = pytest.mark.django_db
MARK = "placeholder"


@dataclass(frozen=True)
class Known:
    """A case of the street of 王 with a photo, and who asks for it."""

    cast: Cast
    number: str
    photo: str

    def client(self, who: str) -> Client:
        """Return the browser of ``anonymous``, ``zhao`` or ``wang``."""
        client = Client(raise_request_exception=False)
        if who != "anonymous":
            officer = getattr(self.cast, who).officer
            client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def address(self, row: Row) -> str:
        """Return the address of a row."""
        given = {"number": self.number, "photo": self.photo}
        return reverse(row.name, args=[part.format(**given) for part in row.arguments])


@pytest.fixture
def known(grid: Grid) -> Known:
    """Return a case that waits for 王."""
    photo = kept_photo(RESIDENT, grid.cast.at)
    case = report(grid, photos=[photo], claim=CLAIM)
    return Known(grid.cast, case.number, photo.uid)


def ask(client: Client, method: str, address: str, data: object = None) -> HttpResponseBase:
    """Return the answer of the site, read to its end: a file is closed only then."""
    if data:
        return client.post(address, data)
    response: HttpResponseBase = client.generic(method, address)
    if response.streaming:
        deque(response, maxlen=0)
    return response


def answer(response: HttpResponseBase) -> Answer:
    """Return a response in the words of the table."""
    if response.status_code != 302:
        return response.status_code
    return SIGN_IN if response["Location"].startswith(reverse("desk:login")) else ELSEWHERE


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {row.name for row in ROWS} == set(routes())


@pytest.mark.parametrize("who", ["anonymous", "zhao", "wang"])
def test_answers_as_the_table_says(known: Known, who: str) -> None:
    told, meant, reader = {}, {}, known.client(who)
    for row in ROWS:
        # A reader stays who they are; what is sent may sign out or change the language.
        client = reader if row.method == "GET" else known.client(who)
        response = ask(client, row.method, known.address(row), row.data)
        told[row.label, str(row.data)] = answer(response)
        meant[row.label, str(row.data)] = getattr(row, who)
    assert told == meant


def test_what_is_forbidden_answers_like_what_is_not_there(known: Known) -> None:
    client, absent = known.client("zhao"), "0" * 13
    for row in ROWS:
        if row.zhao == 404 and row.method == "GET":
            there = known.address(row)
            nowhere = there.replace(known.number, absent).replace(known.photo, "0" * 32)
            pages = [ask(client, "GET", address) for address in (there, nowhere)]
            assert [page.status_code for page in pages] == [404, 404]
            assert wording(pages[0]) == wording(pages[1]), row.label


def wording(response: HttpResponseBase) -> list[str]:
    """Return the lines of a page that do not name the request itself."""
    text = response.content.decode()  # type: ignore[attr-defined]
    return [line for line in text.splitlines() if "查询号" not in line and "csrf" not in line]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_method_that_a_route_does_not_know_is_refused(known: Known, method: str) -> None:
    """Nothing is done: the answer is 405, or the redirect of a page that has nothing to show."""
    expected = {row.name for row in ROWS if row.method == method}
    client = known.client("wang")
    wrong = {
        row.label: status
        for row in ROWS
        if row.name not in expected
        and (status := ask(client, method, known.address(row)).status_code) not in (302, 405)
    }
    assert wrong == {}


@pytest.mark.parametrize("who", ["anonymous", "wang"])
def test_no_address_is_hostile_enough_for_a_server_error(known: Known, who: str) -> None:
    client = known.client(who)
    broken = {
        f"{address[:120]} {status}"
        for row in {row.name: row for row in ROWS if row.method == "GET"}.values()
        for address in hostile_addresses(row)
        if (status := ask(client, "GET", address).status_code) >= 500
    }
    assert broken == set()


def hostile_addresses(row: Row) -> list[str]:
    """Return addresses of a route in which every part is something that it never meant."""
    bare = reverse(row.name, args=[MARK for _part in row.arguments])
    if row.arguments:
        return [bare.replace(MARK, value) for value in HOSTILE]
    names = query_names()
    each = [f"{bare}?{name}={LONG}" for name in names]
    return [*each, *(f"{bare}?{'&'.join(f'{n}={value}' for n in names)}" for value in HOSTILE[::3])]


def test_the_sweep_knows_what_pages_read() -> None:
    assert {"after", "number", "thumb"} <= set(query_names())
