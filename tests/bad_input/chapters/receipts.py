"""Chapter B, row 25: receipts that were bent, and exactly why each is not believed."""

import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import receipt_for
from tests.bad_input.cases import Answer, Case, Row
from tests.bad_input.door import CHINESE
from tests.bad_input.knocks import case
from tests.bad_input.town import Town

Change = Callable[[dict[str, Any]], object]


def setting(*path: str, to: Any) -> Change:
    """Return the change of one value, wherever it lies."""

    def change(document: dict[str, Any]) -> None:
        place = document
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


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


def sealed_receipt(town: Town) -> dict[str, Any]:
    """Return the sealed receipt of the report."""
    entry = Entry.objects.filter(subject=town.case.subject).earliest("id")
    document = receipt_for(entry.uid)
    assert document["stage"] == "sealed"
    assert len(document["proof"]["sha256"]) > 1
    return dict(json.loads(json.dumps(document)))


def handed_in(document: dict[str, Any]) -> Any:
    """Hand in a receipt as a file."""
    data = json.dumps(document).encode()
    return Client().post("/verify/", {"file": SimpleUploadedFile("receipt.json", data)})


def judged_by(story: str, code: str, change: Change) -> Case:
    """Return a receipt with a change, and the code that the verdict must have."""

    def ready(town: Town) -> Any:
        document = sealed_receipt(town)
        change(document)
        return lambda: handed_in(document)

    def check(town: Town, answer: Answer) -> None:
        verdict = answer.thing.context["verdict"]
        assert (verdict.ok, verdict.code) == (False, code)
        assert CHINESE.search(str(verdict.sentence))
        assert str(verdict.sentence) in answer.body
        assert "<script>alert" not in answer.body

    return case(f"receipt: {story}", ready, 200, code, check=check, verdict=True)


def bent(story: str, code: str, **values: Any) -> Case:
    """Return a receipt with other values at its top."""
    return judged_by(story, code, lambda document: document.update(values))


ROWS: dict[str, Row] = {
    "B25": Row(
        "receipts that were bent",
        tuple(judged_by(story, code, change) for story, (change, code) in BENT.items()),
        tests=("test_receipts.test_no_value_of_another_kind_is_believed",),
        elsewhere=("jiceng/kernel/ledger/tests/test_bent_receipts.py::test_bent",),
    )
}
