"""Hostile receipts on the public page (rows A01–A12, A18, B25)."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiceng.kernel.base.models import Attempt
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import receipt_for
from tests.bad_input.conftest import Town
from tests.bad_input.door import CHINESE, refused, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed")]


def asked(document: bytes, *, as_file: bool = True) -> Any:
    """Hand in a document, as file or as text."""
    words: dict[str, Any] = (
        {"file": SimpleUploadedFile("receipt.json", document)}
        if as_file
        else {"text": document.decode()}
    )
    start = time.perf_counter()
    answer = Client().post("/verify/", words)
    assert time.perf_counter() - start < 2
    return answer


def judged(answer: Any) -> str:
    """Return the code of the verdict, which the page must say in words too."""
    refused(answer, 200)
    verdict = answer.context["verdict"]
    assert not verdict.ok
    assert CHINESE.search(str(verdict.sentence))
    assert str(verdict.sentence) in answer.content.decode()
    return verdict.code


# What is no receipt at all, by whichever way it comes.
NONSENSE: dict[str, bytes] = {
    "a list": b"[1,2]",
    "nothing": b"null",
    "a string": b'"x"',
    "a number": b"7",
    "an empty object": b"{}",
    "not JSON": b"receipt",
    "HTML": b"<script>alert(1)</script>",
    "100,000 brackets": b"[" * 60_000,
    "brackets that close": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "a duplicate key": b'{"format":"jiceng-receipt/1","format":"x"}',
    "not a number": b'{"format":NaN}',
    "infinity": b'{"a":Infinity}',
    "beyond infinity": b'{"a":1e400}',
    "an integer of 5,000 digits": b'{"a":' + b"9" * 5_000 + b"}",
    "2^63": b'{"epoch":9223372036854775808}',
    "NUL in a string": b'{"format":"a\\u0000b"}',
    "a lone surrogate": b'{"format":"\\ud800"}',
    "a comma too many": b'{"a":1,}',
    "a comment": b'{"a":1/**/}',
    "another format": b'{"format":"jiceng-receipt/2"}',
    "the prototype": b'{"__proto__":{"ok":true},"__class__":"x"}',
}
# What cannot even be typed into the page.
NO_TEXT: dict[str, bytes] = {
    "a byte that is not UTF-8": b'{"a":"\xff"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "GB18030": '{"a":"井盖"}'.encode("gb18030"),
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "NUL": b"{\x00}",
    "a picture": b"\xff\xd8\xff\xe0" + b"0" * 100,
    "an archive": b"PK\x03\x04" + b"0" * 100,
}


@pytest.mark.parametrize("story", NONSENSE)
def test_nonsense_is_no_receipt(town: Town, story: str) -> None:
    with unchanged():
        for as_file in (True, False):
            code = judged(asked(NONSENSE[story], as_file=as_file))
            assert code in ("malformed", "format_unknown")


@pytest.mark.parametrize("story", NO_TEXT)
def test_nor_are_bytes_that_are_no_text(town: Town, story: str) -> None:
    with unchanged():
        assert judged(asked(NO_TEXT[story])) == "malformed"


@pytest.mark.parametrize("size", [64_001, 1_000_000, 10_000_000])
def test_more_than_a_receipt_can_be_is_not_read(town: Town, size: int) -> None:
    with unchanged():
        refused(asked(b" " * size), 422, "too_large")
        answer = asked(b"x" * size, as_file=False)
        if size < 1_000_000:
            assert judged(answer) == "malformed"
        else:
            refused(answer, 413)


Change = Callable[[dict[str, Any]], object]


def setting(*path: str, to: Any) -> Change:
    """Return the change of one value, wherever it lies."""

    def change(document: dict[str, Any]) -> None:
        place = document
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


VALUES: list[Any] = [None, True, -1, 1.5, 2**53, "", "0" * 64, "井盖", [[]], {"a": []}]

BENT: dict[str, tuple[Change, str]] = {
    "another log": (setting("origin", to="another-zone"), "origin_mismatch"),
    "an older epoch": (setting("epoch", to=0), "epoch_mismatch"),
    "another epoch": (setting("epoch", to=2), "epoch_mismatch"),
    "a hash of the path": (lambda d: d["proof"]["sm3"].__setitem__(0, "0" * 64), "proof_mismatch"),
    "a place beyond the tree": (setting("position", to=10**6), "index_out_of_range"),
    "a place before it": (setting("position", to=-1), "index_out_of_range"),
    "another algorithm": (
        lambda d: d["proof"].update(md5=d["proof"].pop("sm3")),
        "algorithm_unknown",
    ),
    "one algorithm less": (lambda d: d["proof"].pop("sm3"), "algorithm_unknown"),
    "a path one hash short": (lambda d: d["proof"]["sha256"].pop(), "proof_length"),
    "a path one hash long": (lambda d: d["proof"]["sha256"].append("0" * 64), "proof_length"),
    "a path of thousands": (lambda d: d["proof"]["sm3"].extend(["0" * 64] * 500), "proof_length"),
    "the leaf of another": (setting("leaf_sha256", to="0" * 64), "leaf_mismatch"),
    "words changed": (setting("entry", "payload", to="{}"), "leaf_mismatch"),
    "another person": (setting("entry", "by", to="officer:1001"), "leaf_mismatch"),
    "another day": (setting("entry", "at", to="2020-01-01T00:00:00.000000Z"), "leaf_mismatch"),
    "no day": (setting("entry", "at", to="yesterday"), "malformed"),
    "a key of their own": (setting("public_key", to="0" * 64), "key_id_mismatch"),
    "another signature": (setting("checkpoint", "signature", to="0" * 128), "signature_bad"),
    "a checkpoint of nothing": (setting("checkpoint", "text", to=""), "checkpoint_malformed"),
    "a script": (setting("entry", "by_title", to="<script>alert(1)</script>"), "leaf_mismatch"),
    "a field more": (setting("note", to="x"), "malformed"),
    "a field less": (lambda d: d.pop("proof"), "malformed"),
}


class TestBentReceipts:
    @pytest.fixture
    def document(self, town: Town) -> dict[str, Any]:
        """Return the sealed receipt of the report."""
        entry = Entry.objects.filter(subject=town.case.subject).earliest("id")
        document = receipt_for(entry.uid)
        assert document["stage"] == "sealed"
        assert len(document["proof"]["sha256"]) > 1
        return json.loads(json.dumps(document))

    @pytest.mark.parametrize("story", BENT)
    def test_says_exactly_why(self, document: dict[str, Any], story: str) -> None:
        change, code = BENT[story]
        change(document)
        with unchanged():
            answer = asked(json.dumps(document).encode())

        assert judged(answer) == code
        assert "<script>alert" not in answer.content.decode()

    def test_no_value_of_another_kind_is_believed(self, document: dict[str, Any]) -> None:
        with unchanged():
            for path in _paths(document):
                Attempt.objects.all().delete()
                for value in VALUES:
                    bent = json.loads(json.dumps(document))
                    setting(*path, to=value)(bent)
                    if bent != document:
                        judged(asked(json.dumps(bent).encode()))


def _paths(document: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in document.items():
        found.append((*above, name))
        if isinstance(value, dict):
            found += _paths(value, (*above, name))
    return found
