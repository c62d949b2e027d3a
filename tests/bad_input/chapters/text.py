"""Chapter A, text: what deceives, what is too much, what looks like a command."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.utils.html import escape

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import personal_of
from jiceng.kernel.procedures.models import Case as Filed
from jiceng.systems.grid.models import Incident, SavedFilter
from jiceng.systems.grid.tests import sending
from tests.bad_input.cases import Answer, Case, Row
from tests.bad_input.door import changed, escaped, multipart
from tests.bad_input.knocks import (
    accepted,
    case,
    every_field,
    got,
    json_body,
    photo,
    receipt,
    reported,
    sent,
    typed,
)
from tests.bad_input.surfaces import SURFACES
from tests.bad_input.town import Town

ALL = {"line", "text", "free"}
# Signs that stand for others, or for none: in paragraphs they are taken out.
DECEPTIVE = ["gpj\u202eexe", "a\u2066b", "a\u200bb", "a\u200db", "\ufeffab"]
CONTROLS = ["a\x1b[2Jb", "a\x85b", "a\x07b", "a\x7fb"]
LINE_BREAKS = ["a\nb", "a\rb", "a\u2028b"]
HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}#{7*7}",
    "{% debug %}",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "' OR 1=1--",
    "1;WAITFOR DELAY '0:0:5'",
    "100%_[a-z]",
    "(a+)+$",
    "=HYPERLINK(1)",
    "\\..\\..\\etc",
    "%00%0d%0a",
    "&lt;b&gt;",
]
FREE_WORDS = {"place", "reporter_name", "name", "title", "reason"}
LIST = "/desk/grid/cases/"


def personal(town: Town, browser: Client, filed: Filed) -> dict[str, Any]:
    """Return the words of a report as history keeps them."""
    return dict(personal_of(Entry.objects.get(subject=filed.subject)))


def keeps(field: str, value: str) -> Any:
    """Return the check that a field was kept as ``value``."""

    def check(town: Town, browser: Client, filed: Filed) -> None:
        assert personal(town, browser, filed)[field] == value

    return check


def name_is_shown(name: str) -> Case:
    """Return a name that people have; it is kept, shown to the office and printed as it is."""

    def check(town: Town, browser: Client, filed: Filed) -> None:
        assert personal(town, browser, filed)["reporter_name"] == name
        shown = town.wang.get(f"/desk/grid/cases/{filed.number}/").content.decode()
        assert escape(name) in shown
        if len(name) < 3:
            printed = town.wang.get(f"/desk/grid/cases/{filed.number}/print/")
            assert printed.status_code == 200

    return accepted(check, reporter_name=name)


def at_the_limit(field: str, limit: int) -> Iterator[Case]:
    """Yield a text of four-byte signs that just fits, and one sign more."""
    yield accepted(keeps(field, "𠮷" * limit), **{field: "𠮷" * limit})
    yield reported(422, "max_length", **{field: "𠮷" * (limit + 1)})


def shown_as_text(text: str) -> Case:
    """Return hostile words that are kept as typed and shown as text, to reporter and office."""

    def check(town: Town, browser: Client, filed: Filed) -> None:
        sending.press(town.wang, filed, "refuse", reason=text)
        assert Incident.objects.get(case=filed).description == text
        for client, address in (
            (browser, f"/cases/{filed.number}/"),
            (town.wang, f"/desk/grid/cases/{filed.number}/"),
        ):
            page = client.get(address).content.decode()
            assert escape(text) in page
            assert text not in page or escape(text) == text
            assert "onerror=alert(1)>" not in page

    return accepted(check, description=text, place=text, reporter_name=text)


def out_of_place() -> Iterator[Case]:
    """Yield hostile words, in turn, where only a number, a choice or a secret belongs."""
    turns = cycle(HOSTILE)
    for surface, form in SURFACES.items():
        names = {name for name, kind in form.kinds.items() if kind != "text"} - FREE_WORDS
        for name in sorted(names):
            for text in islice(turns, 3):
                raw = () if escape(text) == text else (text,)
                yield typed(surface, name, text, secrets=raw)


def searched(typed_in: str, status: int = 200, code: str = "", finds: bool = False) -> Case:
    """Return a search of the list of cases by the duty officer, who has one that is found."""

    def check(town: Town, answer: Answer) -> None:
        if status == 200:
            assert (f"/cases/{town.case.number}/" in answer.body) == finds

    return got(LIST, status, code, "wang", f"q={quote(typed_in)}", check=check)


def files_and_fields(count: int, status: int, code: str = "") -> Case:
    """Return a report with many files."""
    files = [("photos", f"{number}.jpg", b"x") for number in range(count)]
    words = changed({k: str(v) for k, v in sending.words_of_report().items()}, "", b"")
    return sent(
        f"{count} files",
        lambda town: Client().post("/report/", **multipart(words, files)),
        status,
        code,
    )


def many_fields(address: str, way: Any) -> Case:
    """Return five thousand fields at once."""
    fields = [(f"f{number}", b"1") for number in range(5_000)]
    return sent(
        f"5,000 fields {address} {way.__name__}",
        lambda town: Client().post(address, **way(fields)),
        400,
        "too_many_fields",
    )


def much(surface: str, size: int, status: Any, way: Any = escaped) -> Case:
    """Return too much text in the first field of a form."""
    first = next(iter(SURFACES[surface].kinds))
    return typed(surface, first, b"x" * size, status, body=way, longest=2.0)


def broken_line(address: str, value: str, **words: str) -> Case:
    """Return a break that would begin a header of its own where it leads on."""

    def check(town: Town, answer: Answer) -> None:
        assert "stolen" not in answer.thing.cookies
        assert "\n" not in answer.thing["Location"]

    return sent(
        f"{address} next={value!r}",
        lambda town: Client().post(address, words | {"next": value}),
        302,
        check=check,
    )


def same_name_twice() -> Case:
    """Return a filter kept under a name composed and decomposed: it is the same filter."""

    def ready(town: Town) -> Any:
        client = town.wang
        client.post(f"{LIST}filters/", {"name": "Café", "query": "state=open"})
        return lambda: client.post(f"{LIST}filters/", {"name": "Cafe\u0301", "query": "state=open"})

    def check(town: Town, answer: Answer) -> None:
        assert [kept.name for kept in SavedFilter.objects.all()] == ["Café"]

    return case("a filter under the same name", ready, 302, check=check)


EIGHT = "/report/", "/track/", "/verify/", "/desk/login/", "/language/", "/large/"
PEOPLE = ["𰻝", "𠮷野", "阿凡提·买买提", "一", "买" * 30, "欧阳锋", "O'Brien", "Ünal Ö", "张 三"]


ROWS: dict[str, Row] = {
    "A14": Row(
        "one sign too many; signs of four bytes",
        (
            *at_the_limit("place", 100),
            *at_the_limit("description", 500),
            *at_the_limit("reporter_name", 30),
        ),
    ),
    "A15": Row(
        "names as people have them",
        tuple(map(name_is_shown, PEOPLE)),
        waits="there is no PDF yet; printed pages are HTML",
    ),
    "A16": Row(
        "signs that deceive or do not print",
        (
            *every_field(DECEPTIVE, {"line", "free"}),
            *every_field(CONTROLS, ALL),
            *every_field(LINE_BREAKS, {"line"}),
            accepted(
                keeps("description", "第一行\n第二行\n第三行"),
                description="第一行\r\n第二行\r第三\u202e行\u200b\n",
            ),
            searched("井\u200b盖", finds=True),
            searched("\u202e井盖", finds=True),
        ),
    ),
    "A17": Row(
        "composed and decomposed, wide and narrow",
        (
            accepted(keeps("place", "Café 路口"), place="Cafe\u0301 路口"),
            accepted(keeps("reporter_name", "Zoë"), reporter_name="Zoe\u0308"),
            same_name_twice(),
        ),
        elsewhere=("jiceng/faces/desk/tests/test_signing_in.py::TestSigningIn",),
    ),
    "A18": Row(
        "ten megabytes of text",
        (
            *(much(surface, 10_000, ()) for surface in SURFACES),
            *(much(surface, 1_100_000, 413) for surface in SURFACES),
            much("report", 1_100_000, 413, multipart),
            much("report", 10_000_000, 413, multipart),
            much("verify", 10_000_000, 413),
            json_body(b'{"a":"' + b"x" * 1_000_001 + b'"}', 413, "too_large"),
            receipt(b" " * 64_001, "too_large", 422),
            receipt(b" " * 10_000_000, "too_large", 422),
            receipt(b"x" * 64_001, "malformed", as_file=False),
        ),
    ),
    "A19": Row(
        "5,000 fields; 1,001 files",
        (
            *(many_fields(address, way) for address in EIGHT for way in (escaped, multipart)),
            files_and_fields(1_001, 413, "too_large"),
            files_and_fields(9, 422),
        ),
    ),
    "A20": Row(
        "hostile words in every field",
        (*map(shown_as_text, HOSTILE), *out_of_place()),
    ),
    "A21": Row(
        "a line break in an address or a name of a file",
        (
            broken_line("/language/", "/\r\nSet-Cookie: stolen=1", language="en"),
            broken_line("/large/", "/%0d%0aSet-Cookie:stolen=1", large="1"),
            got("/track/", 200, query="number=%0d%0aSet-Cookie:stolen=1"),
            got("/cases/%0d%0aSet-Cookie:stolen=1/", 400, "bad_encoding"),
            photo("a header in its name", "a\r\nSet-Cookie: x=1.jpg", b"", 422),
        ),
        tests=("test_photos.TestNames",),
        waits="no message with a subject is sent yet",
    ),
    "A22": Row(
        "a line for the log",
        tests=("test_text.test_a_line_break_does_not_write_into_the_log",),
    ),
    "A23": Row(
        "SQL and wildcards where something is searched",
        (
            searched("井盖", finds=True),
            *(searched(bad) for bad in ("' OR 1=1--", "1;WAITFOR", "%", "_", "%%", "*")),
            *(
                got("/desk/cases/", 404, "not_found", "wang", f"number={quote(bad)}")
                for bad in ("' OR 1=1--", "%", "_", "2%")
            ),
            *(typed("track", "number", bad) for bad in ("' OR 1=1--", "%", "_____________")),
        ),
    ),
    "A24": Row(
        "a search too long, too clever, too short",
        (
            searched("x" * 10_000, 400, "query_too_long"),
            searched("的" * 101, 422, "max_length"),
            searched("(a+)+$"),
            searched("(a+)+$" * 16),
            searched("的"),
            searched("裂", finds=True),
        ),
    ),
}
