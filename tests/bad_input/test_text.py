"""Bodies, text and numbers in every text field of every form (rows A01–A05, A13–A24, A27, A30)."""

import logging
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import personal_of
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import sending
from tests.bad_input.conftest import SURFACES, Surface, Town
from tests.bad_input.door import changed, escaped, multipart, raw, refused, unchanged

pytestmark = pytest.mark.django_db
each_form = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)

# What no database stores, or would store as something else.
UNREADABLE = {
    "NUL": b"a\x00b",
    "a byte that is not UTF-8": b"a\xffb",
    "a lone surrogate": b"a\xed\xa0\x80b",
    "GB18030": "井盖".encode("gb18030"),
    "UTF-16": "井盖".encode("utf-16"),
    "NUL in two bytes": b"a\xc0\x80b",
    "cut in a sign": "井".encode()[:2],
}
DECEPTIVE = {
    "direction override": "gpj\u202eexe",
    "isolate": "a\u2066b",
    "zero-width space": "a\u200bb",
    "zero-width joiner": "a\u200db",
    "byte order mark": "\ufeffab",
}
CONTROLS = {"escape": "a\x1b[2Jb", "next line": "a\x85b", "bell": "a\x07b", "delete": "a\x7fb"}
LINE_BREAKS = {"line feed": "a\nb", "carriage return": "a\rb", "line separator": "a\u2028b"}


@each_form
def test_what_cannot_be_stored_is_refused_at_the_edge(town: Town, surface: Surface) -> None:
    with unchanged():
        for name, value in product(surface.kinds, UNREADABLE.values()):
            for body in (escaped, raw):
                refused(surface.send(town, body, name, value), 400)


@each_form
def test_and_in_a_form_with_files_by_its_field(town: Town, surface: Surface) -> None:
    with unchanged():
        for name, value in product(surface.kinds, UNREADABLE.values()):
            refused(surface.send(town, multipart, name, value), surface.refuses)


@each_form
def test_signs_that_deceive_or_do_not_print(town: Town, surface: Surface) -> None:
    with unchanged():
        for name, kind in surface.kinds.items():
            bad = CONTROLS | {"text": {}, "line": DECEPTIVE | LINE_BREAKS, "free": DECEPTIVE}[kind]
            for value in bad.values():
                refused(surface.send(town, escaped, name, value.encode()), surface.refuses)


@each_form
def test_too_much(town: Town, surface: Surface) -> None:
    sizes = [(10_000, surface.refuses), (1_100_000, {413}), (10_000_000, {413})]
    with unchanged():
        for name, body in product(surface.kinds, (escaped, multipart)):
            for size, statuses in sizes if name == next(iter(surface.kinds)) else sizes[:2]:
                refused(surface.send(town, body, name, b"x" * size), statuses)


FREE_WORDS = {"place", "reporter_name"}
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


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(town: Town, text: str) -> None:
    """They are kept as typed and shown as text, to the reporter and to the office."""
    reporter = Client()
    case = sending.send_report(reporter, description=text, place=text, reporter_name=text)
    sending.press(town.wang, case, "refuse", reason=text)
    pages = [
        reporter.get(f"/cases/{case.number}/").content.decode(),
        town.wang.get(f"/desk/grid/cases/{case.number}/").content.decode(),
    ]

    assert Incident.objects.get(case=case).description == text
    for page in pages:
        assert escape(text) in page
        if escape(text) != text:
            assert text not in page
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page


@each_form
def test_hostile_words_where_they_do_not_belong(town: Town, surface: Surface) -> None:
    # Free text may hold anything; the test above shows how it is kept.
    names = {name for name, kind in surface.kinds.items() if kind != "text"} - FREE_WORDS
    with unchanged():
        for name, text in product(sorted(names), HOSTILE):
            answer = surface.send(town, escaped, name, text.encode())
            refused(answer, surface.refuses)
            assert text not in answer.content.decode() or escape(text) == text


class TestWhatIsAccepted:
    @pytest.mark.parametrize(
        "name",
        ["𰻝", "𠮷野", "阿凡提·买买提", "一", "买" * 30, "欧阳锋", "O'Brien", "Ünal Ö", "张 三"],
    )
    def test_names_as_people_have_them(self, town: Town, name: str) -> None:
        case = sending.send_report(Client(), reporter_name=name)

        assert personal_of(Entry.objects.get(subject=case.subject))["reporter_name"] == name
        assert name in town.wang.get(f"/desk/grid/cases/{case.number}/").content.decode() or (
            escape(name) in town.wang.get(f"/desk/grid/cases/{case.number}/").content.decode()
        )

    @pytest.mark.parametrize(
        ("field", "limit"), [("place", 100), ("description", 500), ("reporter_name", 30)]
    )
    def test_a_limit_counts_signs_not_bytes(self, town: Town, field: str, limit: int) -> None:
        case = sending.send_report(Client(), **{field: "𠮷" * limit})
        words = personal_of(Entry.objects.get(subject=case.subject))
        assert words[field] == "𠮷" * limit

        with unchanged():
            answer = Client().post(
                "/report/", sending.words_of_report(**{field: "𠮷" * (limit + 1)})
            )
        refused(answer, 422, "max_length")

    def test_composed_and_decomposed_are_the_same(self, town: Town) -> None:
        case = sending.send_report(Client(), place="Cafe\u0301 路口", reporter_name="Zoe\u0308")
        words = personal_of(Entry.objects.get(subject=case.subject))

        assert (words["place"], words["reporter_name"]) == ("Café 路口", "Zoë")

    def test_paragraphs_keep_their_breaks_and_lose_what_deceives(self, town: Town) -> None:
        text = "第一行\r\n第二行\r第三\u202e行\u200b\n"
        case = sending.send_report(Client(), description=text)

        assert Incident.objects.get(case=case).description == "第一行\n第二行\n第三行"

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("１３８００１３８０００", "13800138000"),
            ("١٣٨٠٠١٣٨٠٠٠", "13800138000"),
            ("138 0013 8000", "13800138000"),
            ("138-0013-8000", "13800138000"),
            ("+86 13800138000", "13800138000"),
            ("＋８６１３８００１３８０００", "13800138000"),
            ("0086-13800138000", "13800138000"),
            ("(0556) 5551234", "05565551234"),
            ("（0556）5551234", "05565551234"),
            ("010-12345678", "01012345678"),
        ],
    )
    def test_phones_as_people_write_them(self, town: Town, typed: str, kept: str) -> None:
        case = sending.send_report(Client(), phone=typed)

        assert personal_of(Entry.objects.get(subject=case.subject))["phone"] == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "12800138000",
            "1380013800",
            "138001380000",
            "010-12345678-8001",
            "+1 202 555 0100",
            "110",
            "一三八零零一三八零零零",
            "13800138000;13900139000",
            "0",
            "13８00１3a000",
        ],
    )
    def test_and_what_is_no_phone(self, town: Town, typed: str) -> None:
        with unchanged():
            answer = Client().post("/report/", sending.words_of_report(phone=typed))
        refused(answer, 422, "bad_phone")


class TestPlaces:
    @pytest.mark.parametrize(
        ("lat", "lng", "code"),
        [
            ("117.02", "30.52", "swapped"),
            ("0", "0", "out_of_range"),
            ("-30.52", "117.02", "out_of_range"),
            ("30.52", "", "half_place"),
            ("", "117.02", "half_place"),
            ("NaN", "117.02", "invalid"),
            ("Infinity", "117.02", "invalid"),
            ("1e400", "117.02", "invalid"),
            ("1e5", "117.02", "invalid"),
            ("9" * 59, "117.02", "invalid"),
            ("9" * 5_000, "117.02", "invalid"),
            ("30,52", "117.02", "invalid"),
            ("30°31′", "117.02", "invalid"),
            ("三十", "117.02", "invalid"),
            ("30.52", "117.50", "no_place"),  # in the country, in no cell
            ("39.90", "116.40", "no_place"),  # another city
        ],
    )
    def test_what_is_no_place_of_ours(self, town: Town, lat: str, lng: str, code: str) -> None:
        with unchanged():
            words = sending.words_of_report(point_lat=lat, point_lng=lng)
            answer = Client().post("/report/", words)
        refused(answer, 422, code)

    @pytest.mark.parametrize(
        "typed", ["３０．５２", "30.52 ", "30.520000000001", "٣٠.٥٢", "+30.52"]
    )
    def test_digits_of_every_script_are_read(self, town: Town, typed: str) -> None:
        case = sending.send_report(Client(), point_lat=typed)

        assert case.incident.lat == 30.52


def test_five_thousand_fields(town: Town) -> None:
    fields = [(f"f{number}", b"1") for number in range(5_000)]
    with unchanged():
        for path in ("/report/", "/track/", "/verify/", "/desk/login/", "/language/", "/large/"):
            for body in (escaped, multipart):
                refused(Client().post(path, **body(fields)), 400, "too_many_fields")


def test_a_thousand_and_one_files(town: Town) -> None:
    files = [("photos", f"{number}.jpg", b"x") for number in range(1_001)]
    fields = changed(
        {name: str(value) for name, value in sending.words_of_report().items()}, "", b""
    )
    with unchanged():
        refused(Client().post("/report/", **multipart(fields, files)), 413, "too_large")
        refused(Client().post("/report/", **multipart(fields, files[:9])), 422)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"category":"C101"}', "application/json"),
        (b'{"category":"C101"}', "text/plain"),
        (b"[1,2]", "application/json"),
        (b"", "application/json"),
        (b"\xff\xfe{\x00}\x00", "application/json"),
        (b"<a/>", "application/xml"),
        (b"x" * 2_000, "application/octet-stream"),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"a=1", "multipart/form-data; boundary=" + "b" * 300),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"a=1", "nonsense"),
        (b"a=1", ""),
    ],
)
def test_bodies_that_are_no_form(town: Town, body: bytes, kind: str) -> None:
    with unchanged():
        for path in ("/report/", "/track/", "/verify/", "/desk/login/"):
            answer = Client().generic("POST", path, body, content_type=kind)
            assert answer.status_code in (400, 422), (path, answer.status_code)
            refused(answer, {400, 422})


def test_an_answer_in_json_says_the_same(town: Town) -> None:
    answer = Client().post(
        "/report/",
        b"a=\xff",
        "application/x-www-form-urlencoded",
        headers={"accept": "application/json"},
    )
    told = answer.json()

    assert (answer.status_code, told["code"]) == (400, "bad_encoding")
    assert "UTF-8" in told["message"]


def test_a_line_break_does_not_write_into_the_log(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forged = "不受理\n2026-11-24 00:00:00 INFO jiceng: 审批通过"
    sending.press(town.wang, town.case, "refuse", reason=forged)
    town.stranger.get("/cases/x%0a2026-11-24%20INFO%20审批通过/")
    town.stranger.get("/track/", QUERY_STRING="number=%0d%0aINFO+x")

    for record in caplog.records:
        assert "\n" not in record.getMessage()
        assert "审批通过" not in record.getMessage() or "\\n" in record.getMessage()


def test_names_and_numbers_are_not_echoed_where_the_form_is_another_s(town: Town) -> None:
    """The number of the link fills the form, as text."""
    answer: Any = town.stranger.get("/track/", {"number": '"><script>alert(1)</script>'})

    assert "<script>alert" not in answer.content.decode()
    assert escape('"><script>') in answer.content.decode()
