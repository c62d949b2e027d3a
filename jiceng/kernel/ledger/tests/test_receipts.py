"""Receipts of both stages, judged by us and by the stand-alone script, which has to agree."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command

from jiceng.kernel.ledger.entries import RESIDENT, append
from jiceng.kernel.ledger.models import Checkpoint, Entry
from jiceng.kernel.ledger.notes import read_checkpoint
from jiceng.kernel.ledger.receipts import EntryUnknown, receipt_for
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.signing import Signer, signer
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.standalone import SCRIPT, Document, by_script, run_script, script
from jiceng.kernel.ledger.verdicts import check_receipt

pytestmark = pytest.mark.django_db


def test_sealed(sealed: Document, entry: Entry, at: datetime) -> None:
    verdict = check_receipt(sealed, at=at)
    assert (verdict.ok, verdict.code) == (True, "sealed_ok")
    assert verdict.facts["position"] == 9
    assert verdict.facts["size"] == 13
    assert verdict.facts["subject"] == entry.subject
    assert check_receipt(json.dumps(sealed).encode(), at=at) == verdict
    assert by_script(sealed) == "sealed_ok"
    assert len(sealed["proof"]["sha256"]) == len(sealed["proof"]["sm3"]) == 4


def test_accepted(accepted: Document, at: datetime) -> None:
    verdict = check_receipt(accepted, at=at)
    assert (verdict.ok, verdict.code) == (True, "accepted_ok")
    assert by_script(accepted) == "accepted_ok"
    seal(at)
    assert check_receipt(accepted, at=at).ok  # a promise that was kept still counts
    assert receipt_for(accepted["entry"]["uid"])["stage"] == "sealed"


def test_a_receipt_is_the_same_for_ever(sealed: Document, fill: Callable[..., Any]) -> None:
    """It comes from the first checkpoint over the entry, however far the tree has grown since."""
    fill(300)
    assert receipt_for(sealed["entry"]["uid"]) == sealed


def test_proof_size_root_and_signature_are_of_one_checkpoint(
    fill: Callable[..., list[Entry]], at: datetime
) -> None:
    for entry in [entry for count in (1, 2, 5, 1) for entry in fill(count)]:
        receipt = receipt_for(entry.uid)
        note = read_checkpoint(receipt["checkpoint"]["text"])
        row = Checkpoint.objects.get(size=note.size)
        assert row.signed().note == note
        assert check_receipt(receipt, at=at).ok
        assert by_script(receipt) == "sealed_ok"


def test_no_personal_value_is_on_a_receipt(accepted: Document) -> None:
    assert "张三" not in json.dumps(accepted, ensure_ascii=False)


def test_an_unknown_entry() -> None:
    with pytest.raises(EntryUnknown) as caught:
        receipt_for("0" * 32)
    assert (caught.value.status, caught.value.code) == (404, "entry_unknown")


# What only the ledger itself can know.


def test_a_promise_that_was_not_kept(
    accepted: Document, at: datetime, forger: Callable[..., Any]
) -> None:
    with forger():
        Entry.objects.all().delete()
    assert check_receipt(accepted, at=at).code == "promise_broken"


def test_an_entry_that_was_changed_behind_the_receipt(
    sealed: Document, at: datetime, forger: Callable[..., Any]
) -> None:
    with forger():
        Entry.objects.filter(uid=sealed["entry"]["uid"]).update(payload="{}")
    assert check_receipt(sealed, at=at).code == "entry_altered"


def test_a_checkpoint_that_the_ledger_no_longer_has(
    entry: Entry, at: datetime, forger: Callable[..., Any], fill: Callable[..., list[Entry]]
) -> None:
    older = forgery.copy_tables()
    late = receipt_for(fill(1)[0].uid)
    with forger():
        forgery.put_back(older)
    assert check_receipt(late, at=at).code == "checkpoint_foreign"
    assert check_receipt(receipt_for(entry.uid), at=at).ok


# The script as a program.


def test_the_script_needs_nothing_but_the_standard_library() -> None:
    """Python 3.8 can read both files, and they import nothing from elsewhere."""
    for path in (SCRIPT, SCRIPT.with_name("verify_export.py")):
        tree = ast.parse(path.read_text(), feature_version=(3, 8))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name in {*sys.stdlib_module_names, "verify_receipt"}


@pytest.mark.slow
def test_the_script_in_a_process_of_its_own(
    sealed: Document, accepted: Document, tmp_path: Path
) -> None:
    path, key = tmp_path / "回执.json", signer().public.hex()
    pins = ("--key", key, "--origin", settings.LEDGER_ORIGIN)
    for document, code in ((sealed, "sealed_ok"), (accepted, "accepted_ok")):
        path.write_text(json.dumps(document), encoding="utf-8")
        assert run_script(path, *pins)[0] == 0
        status, words = run_script(path)
        assert (status, code in words, "没有用 --key" in words) == (0, True, True)
    path.write_text(json.dumps(sealed), encoding="utf-8")
    for arguments, code in (
        (("--key", "ab" * 32), "key_untrusted"),
        (("--origin", "another"), "origin_mismatch"),
        (("--epoch", 2), "epoch_older"),
    ):
        status, words = run_script(path, *arguments)
        assert (status, code in words) == (2, True), words
    sealed["position"] = 13
    path.write_text(json.dumps(sealed), encoding="utf-8")
    status, words = run_script(path, *pins)
    assert status == 2
    assert "index_out_of_range" in words
    assert "位置 13，大小 13" in words


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("/nowhere",), (".",), (__file__, "--key", "zz")])
def test_the_script_says_when_it_cannot_run(arguments: tuple[str, ...]) -> None:
    status, words = run_script(*arguments)
    assert status == 1
    assert "无法核验" in words


@pytest.mark.slow
def test_the_script_works_alone_and_without_sm3_in_openssl(
    sealed: Document, tmp_path: Path
) -> None:
    alone = tmp_path / "verify_receipt.py"
    shutil.copy(SCRIPT, alone)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(sealed), encoding="utf-8")
    lacking = (
        "import hashlib, runpy, sys\n"
        "def new(name, *rest): raise ValueError(name)\n"
        "hashlib.new = new\n"
        f"sys.argv = ['x', {str(path)!r}]\n"
        f"runpy.run_path({str(alone)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", lacking], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "sealed_ok" in done.stdout) == (0, True), done.stderr


def test_a_receipt_shows_no_signs_that_deceive_a_terminal(
    accepted: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = Signer(Ed25519PrivateKey.generate())
    accepted["entry"]["by_title"] = "群众\x1b[2K\r有效"
    leaf = script.leaf_bytes(accepted["entry"])
    accepted["leaf_sha256"] = script.sha256(b"\x00" + leaf).hex()
    accepted["leaf_sm3"] = script.sm3(b"\x00" + leaf).hex()
    accepted["key_id"], accepted["public_key"] = key.key_id, key.public.hex()
    lines = [
        "jiceng-promise/1", accepted["origin"], accepted["entry"]["uid"],
        accepted["leaf_sha256"], accepted["leaf_sm3"], "",
    ]  # fmt: skip
    accepted["promise"] = key.sign("\n".join(lines)).hex()
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(accepted))
    assert script.main([str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


# The command.


def test_the_command_hands_out_receipts(entry: Entry, at: datetime, tmp_path: Path) -> None:
    number = entry.subject.partition(":")[2]
    for name in (entry.uid, number):
        path = tmp_path / f"{name}.json"
        call_command("ledger", "receipt", name, "-o", str(path), stdout=StringIO())
        verdict = check_receipt(path.read_bytes(), at=at)
        assert (verdict.code, verdict.facts["uid"]) == ("sealed_ok", entry.uid)
    with pytest.raises(CommandError, match="entry_unknown"):
        call_command("ledger", "receipt", "2611240000000")


class TestOpened:
    """The reporter's own receipt opens the commitments, so that it proves the words themselves."""

    @pytest.fixture
    def own(self, at: datetime) -> Document:
        written = append(
            event="test.thing.told",
            subject="test.thing:9",
            by=RESIDENT,
            at=at,
            facts={"place": "柳岸"},
            personal={"description": "井盖裂成两半", "phone": "13800000000"},
        )
        seal(at)
        return receipt_for(written.uid, opened=True)

    def test_it_holds_and_says_the_words(self, own: Document, at: datetime) -> None:
        verdict = check_receipt(own, at=at)
        assert (verdict.ok, verdict.code) == (True, "sealed_ok")
        assert verdict.facts["opened"]["description"] == "井盖裂成两半"
        assert by_script(own) == "sealed_ok"

    @pytest.mark.parametrize(
        ("field", "change", "code"),
        [
            ("description", {"value": "井盖完好"}, "opening_mismatch"),
            ("description", {"salt": "00" * 32}, "opening_mismatch"),
            ("description", {"salt": "00"}, "malformed"),
            ("description", {"value": 1}, "malformed"),
            ("description", {"more": "x"}, "malformed"),
        ],
    )
    def test_bent_words_are_noticed(
        self, field: str, change: dict[str, Any], code: str, own: Document, at: datetime
    ) -> None:
        own["opened"][field] |= change
        assert check_receipt(own, at=at).code == code
        assert by_script(own) == code

    def test_words_that_the_entry_does_not_commit_to(self, own: Document, at: datetime) -> None:
        own["opened"]["place"] = own["opened"].pop("phone")
        assert check_receipt(own, at=at).code == "opening_mismatch"
        assert by_script(own) == "opening_mismatch"

    def test_without_asking_nothing_is_opened(self, own: Document) -> None:
        assert "opened" not in receipt_for(own["entry"]["uid"])
