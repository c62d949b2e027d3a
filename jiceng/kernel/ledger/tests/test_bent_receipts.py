"""Receipts that were bent: why each no longer holds, by our judgement and by the script's."""

import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jiceng.kernel.ledger.models import SigningKey
from jiceng.kernel.ledger.notes import CheckpointNote, read_checkpoint
from jiceng.kernel.ledger.signing import Signer, key_id_of, signer
from jiceng.kernel.ledger.tests.standalone import Document, by_script
from jiceng.kernel.ledger.verdicts import SENTENCES, check_receipt

pytestmark = pytest.mark.django_db


def resign(document: Document, key: Signer | None = None, **changes: Any) -> Document:
    """Alter the checkpoint and sign it again, by our own key unless told otherwise."""
    key = key or signer()
    note = read_checkpoint(document["checkpoint"]["text"])
    note = CheckpointNote(**{**vars(note), **changes})
    document["checkpoint"] = {
        "text": note.text,
        "key_id": key.key_id,
        "signature": key.sign(note.text).hex(),
    }
    document["key_id"], document["public_key"] = key.key_id, key.public.hex()
    return document


def flip(text: str) -> str:
    return ("1" if text[0] != "1" else "2") + text[1:]


def bend(*path: Any) -> Callable[[Document], None]:
    """Return a function that alters the first digit of the text at ``path``."""

    def run(document: Document) -> None:
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = flip(document[last])

    return run


def put(value: Any, *path: Any) -> Callable[[Document], None]:
    def run(document: Document) -> None:
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = value

    return run


def swap_paths(document: Document) -> None:
    proof = document["proof"]
    proof["sha256"], proof["sm3"] = proof["sm3"], proof["sha256"]


def rename_algorithm(document: Document) -> None:
    document["proof"]["md5"] = document["proof"].pop("sm3")


def another_log(document: Document) -> None:
    document["origin"] = "another-zone"
    resign(document, Signer(Ed25519PrivateKey.generate()), origin="another-zone")


def stranger(document: Document) -> None:
    resign(document, Signer(Ed25519PrivateKey.generate()))


def both(*deeds: Callable[[Document], Any]) -> Callable[[Document], None]:
    def run(document: Document) -> None:
        for deed in deeds:
            deed(document)

    return run


BENT: list[tuple[str, Callable[[Document], Any], str]] = [
    # The rows of reference table B25.
    ("other log", another_log, "origin_mismatch"),
    ("other origin", put("another-zone", "origin"), "origin_mismatch"),
    ("other origin under the root", lambda d: resign(d, origin="another"), "origin_mismatch"),
    ("older epoch", lambda d: resign(d, epoch=2), "epoch_mismatch"),
    ("altered epoch", put(2, "epoch"), "epoch_mismatch"),
    ("altered index", put(8, "position"), "proof_mismatch"),
    ("index in a shorter branch", put(12, "position"), "proof_length"),
    ("algorithm unknown", rename_algorithm, "algorithm_unknown"),
    ("one algorithm", lambda d: d["proof"].pop("sm3"), "algorithm_unknown"),
    ("third algorithm", lambda d: d["proof"].update(sha1=[]), "algorithm_unknown"),
    ("algorithms swapped", swap_paths, "proof_mismatch"),
    ("path one short", lambda d: d["proof"]["sha256"].pop(), "proof_length"),
    ("path one short, SM3", lambda d: d["proof"]["sm3"].pop(), "proof_length"),
    ("path one long", lambda d: d["proof"]["sha256"].append("0" * 64), "proof_length"),
    ("path empty", lambda d: d["proof"]["sha256"].clear(), "proof_length"),
    ("size 0", lambda d: resign(d, size=0), "tree_empty"),
    ("index = size", put(13, "position"), "index_out_of_range"),
    ("index below 0", put(-1, "position"), "index_out_of_range"),
    ("size below index", lambda d: resign(d, size=9), "index_out_of_range"),
    # Further ones.
    ("another size", lambda d: resign(d, size=40), "proof_length"),
    ("altered sibling", bend("proof", "sha256", 1), "proof_mismatch"),
    ("altered sibling, SM3", bend("proof", "sm3", 1), "proof_mismatch"),
    ("altered root", lambda d: resign(d, sha256=b"\x00" * 32), "proof_mismatch"),
    ("altered root, SM3", lambda d: resign(d, sm3=b"\x00" * 32), "proof_mismatch"),
    ("altered payload", put('{"n":10}', "entry", "payload"), "leaf_mismatch"),
    ("altered actor", put("officer:1", "entry", "by"), "leaf_mismatch"),
    ("altered instant", put("2026-03-02T01:00:00.000001Z", "entry", "at"), "leaf_mismatch"),
    ("altered leaf", bend("leaf_sha256"), "leaf_mismatch"),
    ("altered leaf, SM3", bend("leaf_sm3"), "leaf_mismatch"),
    ("altered signature", bend("checkpoint", "signature"), "signature_bad"),
    ("signed by a stranger", stranger, "key_untrusted"),
    ("other public key", bend("public_key"), "key_id_mismatch"),
    ("other key id", bend("key_id"), "key_id_mismatch"),
    ("other key id of the checkpoint", bend("checkpoint", "key_id"), "key_id_mismatch"),
    ("checkpoint with a line more", put("x/1\n1\n", "checkpoint", "text"), "checkpoint_malformed"),
    ("other format", put("jiceng-receipt/2", "format"), "format_unknown"),
    ("other stage", put("promised", "stage"), "malformed"),
    ("stage of the other kind", put("accepted", "stage"), "malformed"),
    ("no proof", lambda d: d.pop("proof"), "malformed"),
    ("a field more", put("已批准", "note"), "malformed"),
    ("a field more inside", put("已批准", "entry", "note"), "malformed"),
    ("position as text", put("9", "position"), "malformed"),
    ("position as truth", put(True, "position"), "malformed"),
    ("path of numbers", put([1, 2, 3, 4], "proof", "sha256"), "malformed"),
    ("path as text", put("0" * 64, "proof", "sha256"), "malformed"),
    ("upper-case hash", lambda d: d.update(leaf_sm3=d["leaf_sm3"].upper()), "malformed"),
    ("instant without zone", put("2026-03-02T01:00:00.000000", "entry", "at"), "malformed"),
    ("no entry", put(None, "entry"), "malformed"),
    ("number as payload", put(7, "entry", "payload"), "malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "code"), [row[1:] for row in BENT], ids=[row[0] for row in BENT])
def test_bent(deed: Callable[[Document], Any], code: str, sealed: Document, at: datetime) -> None:
    bent = copy.deepcopy(sealed)
    deed(bent)
    verdict = check_receipt(bent, at=at)
    assert (verdict.ok, verdict.code) == (False, code)
    assert verdict.sentence == SENTENCES[code]
    assert by_script(bent) == code
    assert check_receipt(json.dumps(bent).encode(), at=at).code == code


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (bend("promise"), "promise_bad"),
        (put("0" * 128, "promise"), "promise_bad"),
        (put("f" * 128, "promise"), "promise_bad"),
        (put("0" * 64, "promise"), "malformed"),
        (put("0" * 32, "entry", "uid"), "leaf_mismatch"),
        (put("sealed", "stage"), "malformed"),
    ],
)
def test_bent_promise(
    deed: Callable[[Document], Any], code: str, accepted: Document, at: datetime
) -> None:
    deed(accepted)
    assert check_receipt(accepted, at=at).code == code
    assert by_script(accepted) == code


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe{}",
        '{"a":1}'.encode("utf-16"),
        b'{"format":"jiceng-receipt/1","format":"jiceng-receipt/1"}',
        b'{"format":1.5}',
        b'{"format":NaN}',
        b"[" * 100_000,
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_documents_that_are_none(document: bytes, at: datetime) -> None:
    assert check_receipt(document, at=at).code in {"malformed", "format_unknown"}
    assert by_script(document) in {"malformed", "format_unknown"}


def test_a_key_that_did_not_sign_then(sealed: Document, at: datetime) -> None:
    bent = resign(copy.deepcopy(sealed), at=at - timedelta(days=1))
    SigningKey.objects.filter(key_id=key_id_of(signer().public)).update(starts_at=at)
    assert check_receipt(bent, at=at).code == "key_retired"
    assert check_receipt(sealed, at=at).ok
