"""Personal values: kept beside history, erased from it, and history verifies before and after."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger import upkeep
from jiceng.kernel.ledger.canonical import Uncanonical
from jiceng.kernel.ledger.entries import RESIDENT, SYSTEM, Actor, NewEntry, append, append_many
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.ledger.personal import personal_of, personal_of_many
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.upkeep import NothingToErase, erase_personal, on_erasure
from jiceng.kernel.ledger.verdicts import check_receipt
from jiceng.kernel.ledger.verifying import verify

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳·买买提𰻝", "13911112222"


def report(at: datetime, number: int = 1) -> Entry:
    return append(
        event="test.case.reported",
        subject=f"test.case:{number}",
        by=RESIDENT,
        at=at,
        facts={"text": "井盖破损"},
        personal={"name": NAME, "phone": PHONE},
    )


def everything_stored() -> str:
    """Return all that any table of the ledger holds, as text."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if "ledger" in name]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            rows += cursor.fetchall()
    return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])


def test_the_payload_holds_commitments_only(at: datetime) -> None:
    entry = report(at)
    payload = json.loads(entry.payload)
    assert payload["text"] == "井盖破损"
    row = PersonalDatum.objects.get(entry_uid=entry.uid, field="name")
    digest = hashlib.sha256(bytes(row.salt) + b"\x00" + NAME.encode()).hexdigest()
    assert payload["name"] == {"commitment": f"sha256:{digest}"}
    assert len(bytes(row.salt)) == 32
    assert personal_of(entry) == {"name": NAME, "phone": PHONE}


def test_equal_values_give_different_commitments(at: datetime) -> None:
    one, other = (json.loads(report(at).payload)["phone"]["commitment"] for _turn in range(2))
    assert one != other
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", one)


def test_many_at_once(at: datetime, django_assert_num_queries: Any) -> None:
    rows = [
        NewEntry("test.case.reported", f"test.case:{n}", RESIDENT, at, {}, {"name": f"人{n}"})
        for n in range(5)
    ]
    entries = append_many(rows)
    with django_assert_num_queries(1):
        names = personal_of_many(entries)
    assert [names[entry.uid]["name"] for entry in entries] == [f"人{n}" for n in range(5)]


@pytest.mark.parametrize("value", ["\ud800", "a\udfff"])
def test_a_value_that_cannot_be_written(value: str, at: datetime) -> None:
    with pytest.raises(Uncanonical):
        append(
            event="test.case.reported",
            subject="test.case:1",
            by=RESIDENT,
            at=at,
            facts={},
            personal={"name": value},
        )
    assert not Entry.objects.exists()


def test_erasure(at: datetime) -> None:
    """The canary is gone from every table and the anchor; all that was handed out still holds."""
    sealed_before, other = report(at), report(at, 2)
    seal(at)
    receipt = receipt_for(sealed_before.uid)
    promise = receipt_for(report(at).uid)
    assert NAME in everything_stored()

    done = erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="本人申请删除")

    assert done.value == 2
    assert json.loads(done.entry.payload) == {"fields": ["name", "phone"], "reason": "本人申请删除"}
    assert personal_of(sealed_before) == {}
    assert personal_of(other) == {"name": NAME, "phone": PHONE}
    seal(at)
    assert verify().as_dict()["findings"] == []
    assert check_receipt(receipt, at=at).ok
    assert check_receipt(promise, at=at).ok
    erase_personal(subject="test.case:2", by=SYSTEM, at=at, reason="本人申请删除")
    seal(at)
    assert NAME not in everything_stored()
    assert PHONE not in everything_stored()
    assert verify().exit_code == 0


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the copies of other packages."""
    monkeypatch.setattr(upkeep, "ERASURE", Registry("on_erasure"))


@pytest.mark.usefixtures("copies")
def test_who_keeps_a_copy_erases_it_in_the_same_transaction(at: datetime) -> None:
    heard = []

    @on_erasure
    def forget(*, subject: str, by: Actor, at: datetime) -> list[str]:
        heard.append((subject, by, at, connection.in_atomic_block))
        return ["copy.name", "phone"]

    report(at)
    done = erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="x")

    assert heard == [("test.case:1", SYSTEM, at, True)]
    assert json.loads(done.entry.payload)["fields"] == ["copy.name", "name", "phone"]


@pytest.mark.usefixtures("copies")
def test_a_copy_without_words_in_history_is_reason_enough(at: datetime) -> None:
    on_erasure(lambda **asked: ["copy.name"])
    assert erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="x").value == 1


@pytest.mark.usefixtures("copies")
def test_a_copy_that_cannot_be_erased_undoes_the_whole(at: datetime) -> None:
    """Half an erasure would stand in history as a whole one."""

    @on_erasure
    def fail(*, subject: str, by: Actor, at: datetime) -> list[str]:
        raise OSError("no copy")

    entry = report(at)
    with pytest.raises(OSError, match="no copy"):
        erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="x")
    assert personal_of(entry) == {"name": NAME, "phone": PHONE}
    assert Entry.objects.count() == 1


def test_nothing_to_erase(at: datetime) -> None:
    with pytest.raises(NothingToErase) as caught:
        erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="x")
    assert (caught.value.status, caught.value.code) == (404, "nothing_to_erase")
    assert not Entry.objects.exists()


def test_a_value_recorded_after_an_erasure_has_to_stay(
    at: datetime, forger: Callable[..., Any]
) -> None:
    """One erasure is no licence for all time."""
    report(at)
    erase_personal(subject="test.case:1", by=SYSTEM, at=at, reason="x")
    later = report(at)
    seal(at)
    assert verify().exit_code == 0
    PersonalDatum.objects.filter(entry_uid=later.uid, field="name").delete()
    assert verify().counts == {"personal_missing": 1}


def test_the_anchor_file_holds_hashes_only(at: datetime, settings: Any) -> None:
    report(at)
    seal(at)
    text = Path(settings.LEDGER_ANCHOR_FILE).read_text()
    assert NAME not in text
    assert "test.case" not in text
