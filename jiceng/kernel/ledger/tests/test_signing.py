"""The key: who makes it, who may use it, how it is followed by another."""

import copy
import os
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from jiceng.kernel.ledger import checks, hashing
from jiceng.kernel.ledger.entries import OPERATOR
from jiceng.kernel.ledger.models import Checkpoint, Entry, SigningKey
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.signing import (
    KeyMissing,
    KeyRetired,
    KeyUnknown,
    fresh_signer,
    key_id_of,
    published_keys,
    signer,
    write_beside,
)
from jiceng.kernel.ledger.tests.conftest import in_parallel
from jiceng.kernel.ledger.upkeep import rotate_key
from jiceng.kernel.ledger.verdicts import check_receipt
from jiceng.kernel.ledger.verifying import verify

Fill = Callable[..., list[Entry]]
DAY = timedelta(days=1)


@pytest.fixture
def key_file(settings: Any) -> Path:
    return Path(settings.LEDGER_KEY_FILE)


@pytest.mark.django_db
def test_the_first_use_makes_the_key(key_file: Path) -> None:
    key = signer()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert signer().public == key.public
    row = SigningKey.objects.get()
    assert (row.key_id, bytes(row.public)) == (key.key_id, key.public)
    assert key.key_id == key_id_of(key.public)
    assert os.listdir(key_file.parent) == [key_file.name]


@pytest.mark.django_db
def test_production_never_makes_a_key(key_file: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(KeyMissing) as caught:
        signer()
    assert (caught.value.status, caught.value.code) == (503, "key_missing")
    assert not key_file.exists()


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_together_use_one_key() -> None:
    answers = in_parallel([lambda: signer().public] * 6)
    assert len(set(answers)) == 1
    assert bytes(SigningKey.objects.get().public) == answers[0]


def other_kind() -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"junk", b"\xff", other_kind()], ids=range(4))
def test_a_file_that_holds_no_key_of_ours(content: bytes, key_file: Path) -> None:
    key_file.write_bytes(content)
    with pytest.raises(KeyMissing):
        signer()


@pytest.mark.django_db
def test_a_stranger_s_key_does_not_sign(fill: Fill, key_file: Path, at: datetime) -> None:
    fill(2)
    write_beside(key_file, fresh_signer()).replace(key_file)
    fill(1, sealed=False)
    with pytest.raises(KeyUnknown) as caught:
        seal(at)
    assert (caught.value.status, caught.value.code) == (503, "key_unknown")
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_rotation(fill: Fill, key_file: Path, at: datetime) -> None:
    """Old and new signatures both verify from the key that is in the file now."""
    old_receipt = receipt_for(fill(2)[0].uid)
    waiting = receipt_for(fill(1, sealed=False)[0].uid)
    before = signer()
    row = rotate_key(by=OPERATOR, at=at + DAY)
    assert signer().public == bytes(row.public) != before.public
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert set(os.listdir(key_file.parent)) == {key_file.name, "checkpoints.jsonl"}
    new_receipt = receipt_for(fill(2, at=at + 2 * DAY)[0].uid)
    assert new_receipt["key_id"] == row.key_id
    for receipt in (old_receipt, new_receipt, waiting):
        assert check_receipt(receipt, at=at + 2 * DAY).ok
    report = verify()
    assert (report.exit_code, report.findings) == (0, [])
    # Whoever pinned the old key long ago reaches the new one, too.
    assert verify(pinned=[before.public]).exit_code == 0
    assert verify(pinned=[fresh_signer().public]).exit_code == 2
    assert Entry.objects.filter(event="ledger.key.rotated").count() == 1


@pytest.mark.django_db
def test_a_retired_key_signs_no_more(fill: Fill, key_file: Path, at: datetime) -> None:
    fill(1)
    old = key_file.read_bytes()
    rotate_key(by=OPERATOR, at=at + DAY)
    key_file.write_bytes(old)
    with pytest.raises(KeyRetired) as caught:
        fill(1, at=at + 2 * DAY)
    assert (caught.value.status, caught.value.code) == (503, "key_retired")


@pytest.mark.django_db
def test_a_checkpoint_signed_with_a_retired_key_is_refused(
    fill: Fill, key_file: Path, at: datetime, forger: Callable[..., Any]
) -> None:
    """Somebody kept the old key and goes on signing with it."""
    fill(1)
    stolen = signer()
    rotate_key(by=OPERATOR, at=at + DAY)
    receipt = receipt_for(fill(1, at=at + 2 * DAY)[0].uid)
    row = Checkpoint.objects.latest("pk")
    with forger():
        Checkpoint.objects.filter(pk=row.pk).update(
            key_id=stolen.key_id, signature=stolen.sign(row.signed().note.text)
        )
    report = verify()
    assert report.exit_code == 2
    assert "key_retired" in report.counts
    receipt["key_id"] = receipt["checkpoint"]["key_id"] = stolen.key_id
    receipt["public_key"] = stolen.public.hex()
    receipt["checkpoint"]["signature"] = stolen.sign(receipt["checkpoint"]["text"]).hex()
    assert check_receipt(receipt, at=at + 2 * DAY).code == "key_retired"


@pytest.mark.django_db
def test_a_promise_forged_with_a_retired_key(fill: Fill, at: datetime) -> None:
    stolen = signer()
    receipt = receipt_for(fill(1, sealed=False)[0].uid)
    rotate_key(by=OPERATOR, at=at + DAY)
    assert check_receipt(receipt, at=at + DAY).ok
    forged = copy.deepcopy(receipt)
    forged["entry"]["uid"] = "0" * 32
    data = Entry(**{**forged["entry"], "at": at}).leaf_bytes()
    forged["leaf_sha256"] = hashing.SHA256.leaf(data).hex()
    forged["leaf_sm3"] = hashing.SM3.leaf(data).hex()
    lines = ["jiceng-promise/1", forged["origin"], "0" * 32]
    text = "\n".join([*lines, forged["leaf_sha256"], forged["leaf_sm3"], ""])
    forged["promise"] = stolen.sign(text).hex()
    assert check_receipt(forged, at=at).code == "promise_broken"
    assert check_receipt(forged, at=at + DAY).code == "key_retired"


@pytest.mark.django_db
def test_a_lost_key(fill: Fill, key_file: Path, at: datetime) -> None:
    """The new one stands unendorsed: verification asks for the old public key by name."""
    fill(1)
    old = signer().public
    key_file.unlink()
    out = StringIO()
    with pytest.raises(CommandError, match="key_unknown"):
        call_command("ledger", "rotate-key", stdout=out)
    call_command("ledger", "rotate-key", "--lost", stdout=out)
    new = signer().public
    assert new.hex() in out.getvalue()
    fill(1, at=datetime.max.replace(tzinfo=at.tzinfo) - DAY)
    report = verify()
    assert report.exit_code == 2
    assert set(report.counts) == {"key_untrusted"}
    assert verify(pinned=[old, new]).exit_code == 0


@pytest.mark.django_db
def test_a_rotation_that_fails_changes_nothing(
    fill: Fill, key_file: Path, at: datetime, settings: Any
) -> None:
    fill(1)
    before, origin = key_file.read_bytes(), settings.LEDGER_ORIGIN
    settings.LEDGER_ORIGIN = "\ud800"  # nothing can be signed under this name
    with pytest.raises(UnicodeEncodeError):
        rotate_key(by=OPERATOR, at=at + DAY)
    settings.LEDGER_ORIGIN = origin
    assert key_file.read_bytes() == before
    assert SigningKey.objects.get().ends_at is None
    assert len(list(key_file.parent.iterdir())) == 2
    fill(1)
    assert verify().exit_code == 0


# System checks


def ids() -> list[str]:
    return [str(message.id) for message in checks.check_ledger(None)]


def test_all_is_well() -> None:
    assert ids() == []
    assert not [m for m in run_checks() if str(m.id).startswith("ledger.")]


def test_the_check_computes_the_known_answer_of_sm3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SM3_VECTOR", (b"abc", "00" * 32))
    assert ids() == ["ledger.E001"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_the_key_file_is_private(mode: int, key_file: Path) -> None:
    key_file.write_bytes(b"x")
    key_file.chmod(0o600)
    assert ids() == []
    key_file.chmod(mode)
    assert ids() == ["ledger.E002"]


def test_production_needs_the_key_file(settings: Any) -> None:
    settings.PRODUCTION = True
    assert ids() == ["ledger.E003"]


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\n", "x" * 91])
def test_the_origin_fits_a_note(origin: str, settings: Any) -> None:
    settings.LEDGER_ORIGIN = origin
    assert ids() == ["ledger.E004"]


def test_sm3_without_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cryptography library steps in, with the same answers."""
    monkeypatch.setattr(hashing.hashlib, "algorithms_available", {"sha256"})
    message, digest = hashing.SM3_VECTOR
    assert hashing.sm3(message).hex() == digest
    other = hashing.Algorithm("sm3", hashing._sm3())
    for data in (b"", b"x" * 200):
        assert other.leaf(data) == hashing.SM3.leaf(data)
        assert other.node(data[:32], data[:32]) == hashing.SM3.node(data[:32], data[:32])
    assert other.empty == hashing.SM3.empty


@pytest.mark.django_db
def test_published_keys_are_the_oldest_first_with_their_days(key_file: Path, at: datetime) -> None:
    assert published_keys() == []
    first = signer()
    rotate_key(by=OPERATOR, at=at)
    old, new = published_keys()

    assert (old.public, old.starts_at, old.ends_at) == (first.public.hex(), None, at)
    assert (new.public, new.starts_at, new.ends_at) == (signer().public.hex(), at, None)
