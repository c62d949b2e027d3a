"""Hostile JSON bodies: each has one answer, never a crash."""

import time

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.front_door import decode_json


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"标题":"a\\u0000b"}'.encode(), 422, "bad_char"),
        (b'{"a":"\\ud800"}', 422, "bad_char"),
        (b'{"\\ud800":1}', 422, "bad_char"),
        (b'{"a":"\xff"}', 400, "bad_encoding"),
        ('{"a":1}'.encode("utf-16"), 400, "bad_encoding"),
        (b'\xef\xbb\xbf{"a":1}', 400, "bad_encoding"),
        ('{"标题":"井盖"}'.encode("gb18030"), 400, "bad_encoding"),
        (b"[1,2]", 400, "not_an_object"),
        (b"null", 400, "not_an_object"),
        (b'"x"', 400, "not_an_object"),
        (b"", 400, "bad_json"),
        (b"[" * 100_000, 400, "too_deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "too_deep"),
        (b'{"n":1,"n":2}', 400, "duplicate_key"),
        (b'{"n":NaN}', 400, "bad_number"),
        (b'{"n":-Infinity}', 400, "bad_number"),
        (b'{"n":1e400}', 400, "bad_number"),
        (b'{"n":' + b"9" * 5000 + b"}", 400, "bad_number"),
        (b'{"n":9007199254740993}', 400, "bad_number"),
        (b'{"a":"' + b"x" * 1_000_001 + b'"}', 413, "too_large"),
        (b'{"a":1}{"b":2}', 400, "bad_json"),
    ],
)
def test_refused(body: bytes, status: int, code: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Refusal) as refused:
        decode_json(body)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert str(refused.value)
    assert time.perf_counter() - started < 2


def test_what_is_sound_passes() -> None:
    body = '{"a":[{"b":"[[[\\"]]]"}],"n":-9007199254740992,"t":"一\\n二"}'
    assert decode_json(body.encode()) == {
        "a": [{"b": '[[["]]]'}],
        "n": -9007199254740992,
        "t": "一\n二",
    }
