"""Reading changes nothing: a crawl over every page that a resident and an officer can reach."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from jiceng.systems.grid.tests import scene, sending
from tests.bad_input.door import unchanged
from tests.bad_input.routes import routes
from tests.bad_input.town import Town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed")]

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
OF_A_KIND = 6
PHOTO_POLICY = "default-src 'none'; sandbox"
FETCHING = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "embed": "src",
    "use": "href",
}


class Page(HTMLParser):
    """What a page links to, fetches, and should not contain."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.forms: list[str] = []
        self.inline: list[str] = []
        self.language, self.titles, self.headings = "", 0, 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        self.titles += tag == "title"
        self.headings += tag == "h1"
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        if tag == "form":
            self.forms.append(urljoin(self.address, given.get("action", "")))
        if tag in FETCHING and FETCHING[tag] in given:
            self.fetched.append(urljoin(self.address, given[FETCHING[tag]]))
        # The numbers of a chart stand in the page as data, which no browser runs.
        data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [
            name for name, value in given.items() if value.lower().startswith("javascript:")
        ]


def check_headers(answer: Any, address: str) -> None:
    policy = answer["Content-Security-Policy"]
    if policy != PHOTO_POLICY:
        told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert told == POLICY, address
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["X-Frame-Options"] == "DENY", address
    assert answer["Referrer-Policy"] == "same-origin", address
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
    assert not {"Server", "X-Powered-By"} & set(answer.headers), address
    for cookie in filter(lambda cookie: cookie.value, answer.cookies.values()):
        assert cookie["httponly"], f"{address}: {cookie.key}"
        assert cookie["samesite"] == "Lax", f"{address}: {cookie.key}"


def check_page(page: Page, language: str) -> None:
    assert page.language == language, page.address
    assert (page.titles, page.headings) == (1, 1), page.address
    assert page.inline == [], page.address
    for address in [*page.fetched, *page.forms]:
        assert urlsplit(address).netloc in ("", "testserver"), (page.address, address)
    for link in page.links:
        assert urlsplit(link).scheme in ("http", "https", "tel", "mailto"), (page.address, link)


def crawl(client: Client, starts: list[str], language: str = "zh-hans") -> set[str]:
    """Follow the links from ``starts``, up to ``OF_A_KIND`` of each route; return the paths of
    the pages that answered 200."""
    waiting, seen = [f"http://testserver{start}" for start in starts], set()
    kinds: Counter[str] = Counter()
    while waiting:
        address = waiting.pop().split("#")[0]
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.netloc != "testserver" or path in seen or path.startswith("/static/"):
            continue
        kind = "".join(names_of({path}))
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND:
            continue
        answer = client.get(path)
        body = b"".join(answer)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        check_headers(answer, path)
        if answer.status_code == 302:
            waiting.append(urljoin(address, answer["Location"]))
            continue
        seen.add(path)
        if answer["Content-Type"].startswith("text/html"):
            page = Page(body.decode(), address)
            check_page(page, language)
            waiting += [*page.links, *(a for a in page.fetched if "/static/" not in a)]
    return seen


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Return how the paths of each route look."""
    return {
        route.name: re.compile(re.sub(r"<str:\w+>", "[^/]+", f"/{route.text}"))
        for route in routes()
    }


def names_of(paths: set[str]) -> set[str]:
    """Return the names of the routes that paths belong to."""
    bare = {path.split("?")[0] for path in paths}
    return {name for name, one in patterns().items() if any(map(one.fullmatch, bare))}


@pytest.fixture
def busy(town: Town) -> Town:
    """Return the town with a case at every step, and enough for a second page of the inbox."""
    for moves in (scene.PATH[:1], scene.PATH[:2], scene.PATH[:3], scene.PATH[:4], scene.PATH):
        scene.walk(town.grid, scene.report(town.grid), moves)
    for _more in range(51):
        scene.report(town.grid)
    return town


OPEN = ["/", "/gallery/", "/healthz", "/readyz", "/grid/cells.json", "/desk/", "/desk/login/"]


def test_what_anybody_can_reach(busy: Town) -> None:
    with unchanged():
        seen = crawl(Client(), OPEN)

    assert names_of(seen) >= {
        "public:home",
        "public:verify",
        "public:verifier",
        "public:boards",
        "public:grid:report",
        "public:grid:track",
        "public:grid:cells",
        "desk:login",
        "ui:gallery",
    }
    assert not any(path.startswith("/desk/grid") for path in seen)


def test_what_a_reporter_can_reach(busy: Town) -> None:
    number = busy.case.number
    with unchanged():
        seen = crawl(busy.reporter, [*OPEN, f"/cases/{number}/"])

    assert names_of(seen) >= {"public:grid:status", "public:grid:receipt", "public:grid:photo"}


# A number leads to its case, and who has signed in is led past the door.
LED_ON = {"desk:cases", "desk:login"}
# What a button does, or a script fetches; no link leads there.
POSTED = {
    "desk:logout",
    "desk:grid:bulk",
    "desk:grid:drop-filter",
    "desk:grid:keep-filter",
    "desk:grid:points",
    "desk:grid:walk",
    "desk:grid:watch",
}
# Spots, plans, rules and calls that the town does not have, or that are somebody else's.
OF_WHAT_THE_TOWN_LACKS = {
    "desk:grid:appeal",
    "desk:grid:end-plan",
    "desk:grid:end-spot",
    "desk:grid:hand-over",
    "desk:grid:patrols",
    "desk:grid:phone-filed",
    "desk:grid:poster",
    "desk:grid:routing-edit",
    "desk:grid:routing-end",
    "desk:grid:routing-new",
    "desk:grid:routing-rule",
    "desk:grid:routing-try",
}

# Boards are kept, reviews and projects led, by others; each has journeys of its own.
OF_WHAT_NOBODY_BEGAN = (
    "desk:boards:",
    "desk:bulletins:",
    "desk:reviews:",
    "desk:secretary_projects:",
)


@pytest.mark.slow
def test_what_the_duty_officer_can_reach(busy: Town) -> None:
    with unchanged():
        found = f"/desk/cases/?number={busy.case.number}"
        seen = crawl(busy.wang, [*OPEN, "/desk/password/", found])

    reached = names_of(seen)
    assert f"/desk/grid/cases/{busy.case.number}/" in seen
    every = {route.name for route in routes() if route.name.startswith("desk:")}
    every = {name for name in every if not name.startswith(OF_WHAT_NOBODY_BEGAN)}
    assert every - reached == LED_ON | POSTED | OF_WHAT_THE_TOWN_LACKS
    assert any("?after=" in path for path in seen)
    assert sum("/moves/" in path for path in seen) >= OF_A_KIND


def test_in_english_too(busy: Town) -> None:
    client = Client()
    client.post("/language/", {"language": "en"})
    with unchanged():
        crawl(client, OPEN, "en")
    officer = busy.wang
    officer.post("/language/", {"language": "en"})
    number = busy.case.number
    for path in ("/desk/", f"/desk/grid/cases/{number}/", "/desk/procedures/", "/desk/password/"):
        answer = officer.get(path)
        check_page(Page(answer.content.decode(), f"http://testserver{path}"), "en")
        check_headers(answer, path)


def test_the_crawl_would_notice() -> None:
    """A page with everything that is forbidden is found out."""
    bad = Page(
        '<html lang="zh-hans"><style></style><script>go()</script><p style="x" onclick="y">'
        '<a href="javascript:z"><img src="https://evil.example/a.png">',
        "http://testserver/",
    )

    assert sorted(bad.inline) == ["href", "onclick", "script", "style", "style"]
    with pytest.raises(AssertionError):
        check_page(bad, "zh-hans")


def test_refusals_carry_the_same_headers(town: Town) -> None:
    wrong = [
        town.stranger.get("/no-such-page/"),
        town.stranger.get("/report/", QUERY_STRING="q=%FF"),
        town.stranger.post("/report/", sending.words_of_report(phone="")),
        town.stranger.put("/report/"),
        sending.desk(town.grid.cast.zhao).get(f"/desk/grid/cases/{town.case.number}/"),
        town.stranger.get("/", HTTP_HOST="evil.example"),
    ]

    assert [answer.status_code for answer in wrong] == [404, 400, 422, 405, 404, 400]
    for answer in wrong:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy, answer.wsgi_request.path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
