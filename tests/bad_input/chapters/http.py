"""Chapter D: hosts, proxies, methods, sessions, passwords, addresses to go on to."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import deactivate_officer, issue_password
from jiceng.systems.grid.tests import sending
from tests.bad_input.cases import Answer, Case, Row
from tests.bad_input.knocks import case, got, sent, typed
from tests.bad_input.town import Town

RIGHT, OTHER = "Xinyue-如钩-0815", "Manyue-如盘-0915"
COOKIE = settings.SESSION_COOKIE_NAME
SIGNING_IN = "jiceng/faces/desk/tests/test_signing_in.py::"
HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example#127.0.0.1",
    "127.0.0.1@evil.example",
    "127.0.0.1, evil.example",
    "a b",
    "",
    "x" * 400,
    "[::1",
    "127.0.0.1:abc",
    "井盖.example",
]


def foreign(host: str, address: str) -> Case:
    """Return a page asked of a host that is not ours."""

    def ready(town: Town) -> Any:
        path = address.replace("{number}", town.case.number)
        return lambda: town.reporter.get(path, HTTP_HOST=host, SERVER_NAME="evil.example")

    return case(f"host {host[:30]!r} {address}", ready, 400, "malformed", secrets=("evil.example",))


def forwarded(story: str, **headers: str) -> Case:
    """Return the page of a case with headers that only a proxy may write."""

    def check(town: Town, answer: Answer) -> None:
        assert answer.thing.context["track_url"].startswith("http://testserver/")
        assert answer.thing.wsgi_request.is_secure() is False

    return sent(
        story,
        lambda town: town.reporter.get(f"/cases/{town.case.number}/", **headers),
        200,
        secrets=("evil.example",),
        check=check,
    )


def signed_in(town: Town, password: str = RIGHT) -> Client:
    """Return a browser in which 王 has signed in with a password."""
    officer = Officer.objects.get(pk=town.grid.cast.wang.officer.pk)
    officer.set_password(password)
    officer.save(update_fields=["password"])
    client = Client()
    client.post("/desk/login/", {"username": "1001", "password": password})
    return client


def nobody(town: Town, answer: Answer) -> None:
    """Check that whoever asked is shown the way in."""
    assert "登录办公端" in answer.body
    assert town.case.number not in answer.body


def session(story: str, spoil: Callable[[Town, Client], object]) -> Case:
    """Return the desk asked for with a session that was spoilt after signing in."""

    def ready(town: Town) -> Any:
        client = signed_in(town)
        assert client.get("/desk/grid/cases/").status_code == 200
        asking = spoil(town, client)
        browser = asking if isinstance(asking, Client) else client
        return lambda: browser.get("/desk/")

    return case(f"session: {story}", ready, 200, check=nobody)


def with_cookie(value: str) -> Client:
    """Return a browser that sends a session of its own making."""
    client = Client()
    client.cookies[COOKIE] = value
    return client


def before_signing_in(town: Town, client: Client) -> Client:
    """Return a browser with the session that another had before it signed in."""
    other = Client()
    sending.send_report(other)
    before = other.cookies[COOKIE].value
    other.post("/desk/login/", {"username": "1001", "password": RIGHT})
    assert other.cookies[COOKIE].value != before
    return with_cookie(before)


def signed_out(town: Town, client: Client) -> Client:
    """Return a browser with the session of one who signed out."""
    key = client.cookies[COOKIE].value
    client.post("/desk/logout/")
    return with_cookie(key)


def flipped(place: int) -> Callable[[Town, Client], Client]:
    """Return what makes a browser with a session of which one bit is flipped."""

    def spoil(town: Town, client: Client) -> Client:
        key = client.cookies[COOKIE].value
        return with_cookie(key[:place] + chr(ord(key[place]) ^ 1) + key[place + 1 :])

    return spoil


def disabled(town: Town, client: Client) -> None:
    """Disable the officer."""
    deactivate_officer(by=SYSTEM, at=clock.read(), officer=town.grid.cast.wang.officer)


def new_password(town: Town, client: Client) -> None:
    """Issue another password to the officer."""
    issue_password(by=SYSTEM, at=clock.read(), officer=town.grid.cast.wang.officer, new=OTHER)


def refused_alike(name: str, password: str = RIGHT) -> Case:
    """Return a sign-in that has to be refused as a wrong password is."""

    def ready(town: Town) -> Any:
        signed_in(town)
        return lambda: Client().post("/desk/login/", {"username": name, "password": password})

    def check(town: Town, answer: Answer) -> None:
        assert "工号或密码不正确" in answer.body

    return case(f"sign-in as {name!r}, {password!r}", ready, 422, secrets=(password,), check=check)


def the_same(name: str) -> Case:
    """Return a sign-in by a staff number typed otherwise: it is the same number."""

    def ready(town: Town) -> Any:
        signed_in(town)
        return lambda: Client().post("/desk/login/", {"username": name, "password": RIGHT})

    return case(f"sign-in as {name!r}", ready, 302)


def long_password(password: str) -> Case:
    """Return a sign-in with a long password that is the right one."""

    def ready(town: Town) -> Any:
        signed_in(town, password)
        return lambda: Client().post("/desk/login/", {"username": "1001", "password": password})

    return case(f"{len(password)} signs {password[:1]}", ready, 302)


def leads(wanted: str) -> Case:
    """Return a sign-in that would lead on to another site."""

    def ready(town: Town) -> Any:
        signed_in(town)
        words = {"username": "1001", "password": RIGHT, "next": wanted}
        return lambda: Client().post("/desk/login/", words)

    def check(town: Town, answer: Answer) -> None:
        assert answer.thing["Location"] == "/desk/", answer.thing["Location"]

    return case(f"next={wanted!r}", ready, 302, check=check)


def switched(wanted: str) -> Case:
    """Return a change of the language that would lead on to another site."""

    def check(town: Town, answer: Answer) -> None:
        assert answer.thing["Location"] == "/", answer.thing["Location"]

    return sent(
        f"language, next={wanted!r}",
        lambda town: Client().post("/language/", {"language": "zh-hans", "next": wanted}),
        302,
        check=check,
    )


def eleventh(tail: str) -> Case:
    """Return one try more than a number has, with digits that are right."""

    def ready(town: Town) -> Any:
        words = {"number": town.case.number, "phone_tail": "0001"}
        for turn in range(10):
            Client().post("/track/", words, REMOTE_ADDR=f"198.51.100.{turn}")
        right = words | {"phone_tail": tail}
        return lambda: Client().post("/track/", right, REMOTE_ADDR="203.0.113.1")

    return case(f"the eleventh try, {tail}", ready, 429, "too_many")


def tail_in_full_width(town: Town) -> Any:
    """Return the right end of the telephone number in full-width digits."""
    words = {"number": town.case.number, "phone_tail": "８０００"}
    return lambda: Client().post("/track/", words)


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https:evil.example",
    "https://evil.example/desk/",
    "\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\t//evil.example",
    "http://[",
]
HOST_PAGES = ["/", "/report/", "/desk/", "/cases/{number}/"]

ROWS: dict[str, Row] = {
    "D01": Row(
        "hosts that are not ours",
        (
            *(foreign(host, "/") for host in HOSTS),
            *(foreign("evil.example", address) for address in HOST_PAGES[1:]),
            forwarded(
                "a forwarded host",
                HTTP_X_FORWARDED_HOST="evil.example",
                HTTP_FORWARDED="host=evil.example",
            ),
        ),
        waits="two Host headers are the server's to refuse, see tests/test_production.py",
    ),
    "D02": Row(
        "addresses of clients that were invented",
        tests=("test_http.TestAddresses",),
    ),
    "D03": Row(
        "a scheme and a host from outside",
        (
            forwarded(
                "a forwarded scheme", HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_PORT="1"
            ),
            forwarded("a forwarded server", HTTP_X_FORWARDED_SERVER="evil.example"),
            forwarded("another path", HTTP_X_ORIGINAL_URL="/desk/", HTTP_X_REWRITE_URL="/desk/"),
        ),
    ),
    "D04": Row(
        "methods",
        tests=(
            "test_addresses.test_every_method_a_route_does_not_know",
            "test_addresses.TestQueries.test_what_nobody_asked_for_changes_nothing",
        ),
    ),
    "D05": Row(
        "headers of every kind",
        tests=("test_http.test_headers_of_any_kind_do_no_harm",),
        waits="CL with TE is the server's to refuse, see tests/test_production.py",
    ),
    "D06": Row("forged forms", tests=("test_http.TestForgedForms",)),
    "D07": Row(
        "sessions that should have ended",
        (
            session("of before signing in", before_signing_in),
            session("of one who signed out", signed_out),
            session("of one who was disabled", disabled),
            session("of the password before", new_password),
        ),
        elsewhere=(f"{SIGNING_IN}TestSessions", f"{SIGNING_IN}TestPassword"),
    ),
    "D08": Row(
        "sessions that nobody began",
        (
            *(session(f"bit {place} flipped", flipped(place)) for place in (0, 15, 31)),
            *(
                session(f"{bad[:10]!r}", lambda town, client, bad=bad: with_cookie(bad))
                for bad in ("", "x" * 16_000, "\x01", "' OR 1=1", "../../etc", "a" * 32)
            ),
        ),
    ),
    "D09": Row(
        "names that look alike",
        (
            *map(refused_alike, ["а1001", "1οο1", "10\u200b01", "10 01", "9999", "100%"]),
            refused_alike("1001", RIGHT.upper()),
            refused_alike("1001", f"{RIGHT} "),
            *map(the_same, ["１００１", " 1001 ", "1001\u3000"]),
        ),
        elsewhere=(f"{SIGNING_IN}TestSigningIn",),
    ),
    "D10": Row(
        "codes tried too often",
        (
            eleventh("8000"),
            case("full-width digits", tail_in_full_width, 302),
            typed("track", "phone_tail", "8000"[::-1]),
        ),
        tests=("test_races.TestAtTheSameTime.test_tries_are_counted_to_the_last",),
        waits="no code is sent to a telephone yet; the end of the number is what one gives",
    ),
    "D11": Row(
        "passwords of any length",
        (
            *(
                typed(
                    "sign-in",
                    "password",
                    "x" * length,
                    422,
                    "max_length",
                    secrets=("x" * 129,),
                    longest=0.5,
                )
                for length in (129, 4_096, 100_000)
            ),
            *(long_password(good) for good in ("😀" * 64, "密" * 64, "x" * 128)),
            *(typed("password", "new", "短" * size, secrets=("短" * size,)) for size in (3, 4_096)),
        ),
        elsewhere=(f"{SIGNING_IN}TestSigningIn",),
    ),
    "D12": Row(
        "addresses to go on to",
        (*map(leads, ELSEWHERE), *map(switched, ELSEWHERE)),
        elsewhere=(f"{SIGNING_IN}TestNext",),
    ),
    "D13": Row(
        "a suffix that looks static",
        (
            got("/cases/{number}/a.css", 404, "not_found", "reporter"),
            got("/desk/grid/cases/{number}/a.css", 404, "not_found", "wang"),
            got("/desk/a.css", 404, "not_found", "wang"),
        ),
        tests=("test_addresses.TestIds.test_a_suffix_that_looks_static_is_another_address",),
    ),
    "D14": Row(
        "origins of elsewhere",
        tests=("test_addresses.TestQueries.test_what_nobody_asked_for_changes_nothing",),
    ),
}
