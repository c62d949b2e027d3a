"""Chapter A, bodies: what is no text, no JSON, no form, and what no database stores."""

from collections.abc import Iterator

from django.test import Client

from tests.bad_input.cases import Case, Row
from tests.bad_input.door import raw
from tests.bad_input.knocks import (
    json_body,
    receipt,
    reported,
    sent,
    typed,
    unreadable,
)

NO_JSON = "malformed"


def body(content: bytes, kind: str, *addresses: str) -> Iterator[Case]:
    """Yield a body of any kind at every form that strangers may send."""
    for address in addresses or ("/report/", "/track/", "/verify/", "/desk/login/"):
        yield sent(
            f"{address} {kind!r} {content[:20]!r}",
            lambda town, address=address: Client().generic("POST", address, content, kind),
            {400, 422},
        )


ROWS: dict[str, Row] = {
    "A01": Row(
        "NUL",
        (
            json_body('{"标题":"a\\u0000b"}'.encode(), 422, "bad_char"),
            *unreadable(b"a\x00b", everywhere=True),
            *(receipt(b'{"format":"a\\u0000b"}', NO_JSON, as_file=way) for way in (True, False)),
            receipt(b"{\x00}", NO_JSON),
        ),
    ),
    "A02": Row(
        "a lone surrogate",
        (
            json_body(b'{"a":"\\ud800"}', 422, "bad_char"),
            json_body(b'{"\\ud800":1}', 422, "bad_char"),
            *unreadable(b"a\xed\xa0\x80b"),
            receipt(b'{"format":"\\ud800"}', NO_JSON),
            receipt(b'{"a":"\xed\xa0\x80"}', NO_JSON),
        ),
    ),
    "A03": Row(
        "bytes that are no UTF-8",
        (
            json_body(b'{"a":"\xff"}', 400, "bad_encoding"),
            *unreadable(b"a\xffb"),
            typed("report", "place", b"a\xc0\x80b", 400, "bad_encoding"),
            typed("report", "place", "井".encode()[:2], 400, "bad_encoding", raw),
            receipt(b'{"a":"\xff"}', NO_JSON),
            receipt(b"\xff\xd8\xff\xe0" + b"0" * 100, NO_JSON),
        ),
        tests=("test_text.test_an_answer_in_json_says_the_same",),
    ),
    "A04": Row(
        "UTF-16 with its mark",
        (
            json_body('{"a":1}'.encode("utf-16"), 400, "bad_encoding"),
            json_body(b'\xef\xbb\xbf{"a":1}', 400, "bad_encoding"),
            *unreadable("井盖".encode("utf-16")),
            receipt('{"a":1}'.encode("utf-16"), NO_JSON),
            receipt(b"\xef\xbb\xbf{}", NO_JSON),
            *body(b"a=1", "application/x-www-form-urlencoded; charset=utf-16", "/report/"),
        ),
    ),
    "A05": Row(
        "GB18030 that says UTF-8",
        (
            json_body('{"标题":"井盖"}'.encode("gb18030"), 400, "bad_encoding"),
            *unreadable("井盖".encode("gb18030")),
            typed("report", "place", "井盖".encode("gb18030"), 400, "bad_encoding", raw),
            receipt('{"a":"井盖"}'.encode("gb18030"), NO_JSON),
        ),
    ),
    "A06": Row(
        "no object, no form, nothing",
        (
            json_body(b"[1,2]", 400, "not_an_object"),
            json_body(b"null", 400, "not_an_object"),
            json_body(b'"x"', 400, "not_an_object"),
            json_body(b"", 400, "bad_json"),
            json_body(b'{"a":1}{"b":2}', 400, "bad_json"),
            *body(b"[1,2]", "application/json"),
            *body(b"null", "application/json", "/report/"),
            *body(b'"x"', "application/json", "/report/"),
            *body(b"", "application/json"),
            *body(b'{"category":"C101"}', "text/plain", "/report/"),
            *body(b"<a/>", "application/xml", "/report/"),
            *body(b"x" * 2_000, "application/octet-stream"),
            *body(b"", "multipart/form-data"),
            *body(b"", "multipart/form-data; boundary=", "/report/"),
            *body(b"--x\r\n", "multipart/form-data; boundary=x"),
            *body(b"a=1", "multipart/form-data; boundary=" + "b" * 300, "/report/"),
            *body(b"a=1", "application/x-www-form-urlencoded; charset=nonsense", "/report/"),
            *body(b"a=1", "nonsense", "/report/"),
            *body(b"a=1", "", "/report/"),
            receipt(b"[1,2]", NO_JSON),
            receipt(b"null", NO_JSON),
            receipt(b'"x"', NO_JSON, as_file=False),
            receipt(b"7", NO_JSON),
            receipt(b"{}", "format_unknown"),
            receipt(b'{"format":"jiceng-receipt/2"}', "format_unknown"),
            receipt(b"<script>alert(1)</script>", NO_JSON),
            receipt(b'{"a":1,}', NO_JSON),
            receipt(b'{"a":1/**/}', NO_JSON),
            receipt(b'{"__proto__":{"ok":true},"__class__":"x"}', "format_unknown"),
        ),
    ),
    "A07": Row(
        "100,000 brackets",
        (
            json_body(b"[" * 100_000, 400, "too_deep", longest=0.05),
            json_body(b'{"a":' * 40 + b"1" + b"}" * 40, 400, "too_deep", longest=0.05),
            receipt(b"[" * 60_000, NO_JSON),
            receipt(b'{"a":' * 9_000 + b"1" + b"}" * 9_000, NO_JSON, as_file=False),
        ),
    ),
    "A08": Row(
        "a key twice",
        (
            json_body(b'{"n":1,"n":2}', 400, "duplicate_key"),
            json_body(b'{"a":[{"n":1,"n":1}]}', 400, "duplicate_key"),
            receipt(b'{"format":"jiceng-receipt/1","format":"x"}', NO_JSON),
        ),
    ),
    "A09": Row(
        "no number, and beyond all numbers",
        (
            json_body(b'{"n":NaN}', 400, "bad_number"),
            json_body(b'{"n":-Infinity}', 400, "bad_number"),
            json_body(b'{"n":1e400}', 400, "bad_number"),
            receipt(b'{"format":NaN}', NO_JSON),
            receipt(b'{"a":Infinity}', NO_JSON),
            receipt(b'{"a":1e400}', NO_JSON),
            *(reported(422, "invalid", point_lat=text) for text in ("NaN", "Infinity", "1e400")),
        ),
    ),
    "A10": Row(
        "an integer of 5,000 digits",
        (
            json_body(b'{"n":' + b"9" * 5_000 + b"}", 400, "bad_number"),
            json_body(b'{"n":9007199254740993}', 400, "bad_number"),
            receipt(b'{"a":' + b"9" * 5_000 + b"}", NO_JSON),
            reported(422, "invalid", point_lat="9" * 5_000),
            reported(422, "invalid", point_lat="9" * 59),
        ),
    ),
}
