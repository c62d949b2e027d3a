"""Personal values beside the history: committed to with a salt, so that they can be erased.

A bare hash would not do: every identity number of a county can be hashed in two minutes. With
32 random bytes in front nothing can be tried, and once salt and value are deleted the commitment
in the entry says nothing any more, while the entry still verifies.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from jiceng.kernel.ledger.canonical import Uncanonical
from jiceng.kernel.ledger.models import Entry, PersonalDatum

PREFIX = "sha256:"


def commitment(salt: bytes, value: str) -> str:
    """Return the commitment to ``value``: SHA-256 over salt, a zero byte and the UTF-8 text."""
    return PREFIX + hashlib.sha256(salt + b"\x00" + value.encode()).hexdigest()


def commit(
    uid: str, personal: Mapping[str, str]
) -> tuple[dict[str, dict[str, str]], list[PersonalDatum]]:
    """Return what the payload of entry ``uid`` holds for each value, and the rows to keep."""
    facts, data = {}, []
    for field, value in personal.items():
        salt = secrets.token_bytes(32)
        try:
            facts[field] = {"commitment": commitment(salt, value)}
        except UnicodeEncodeError as error:
            raise Uncanonical(code="bad_char") from error
        data.append(PersonalDatum(entry_uid=uid, field=field, salt=salt, value=value))
    return facts, data


def committed_fields(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the commitments in a payload, by field."""
    return {
        field: value["commitment"]
        for field, value in payload.items()
        if isinstance(value, dict) and str(value.get("commitment", "")).startswith(PREFIX)
    }


def personal_of(entry: Entry) -> dict[str, str]:
    """Return the personal values of an entry that have not been erased, by field."""
    rows = PersonalDatum.objects.filter(entry_uid=entry.uid).order_by("field")
    return dict(rows.values_list("field", "value"))


def personal_of_many(entries: Iterable[Entry]) -> dict[str, dict[str, str]]:
    """Return the personal values of many entries by entry uid and field, in one query."""
    rows = PersonalDatum.objects.filter(entry_uid__in=[entry.uid for entry in entries])
    found: dict[str, dict[str, str]] = {}
    for uid, field, value in rows.order_by("field").values_list("entry_uid", "field", "value"):
        found.setdefault(uid, {})[field] = value
    return found


def openings(entry: Entry) -> dict[str, dict[str, str]]:
    """Return salt (hexadecimal) and value of each commitment of an entry, by field."""
    rows = PersonalDatum.objects.filter(entry_uid=entry.uid).order_by("field")
    return {row.field: {"salt": bytes(row.salt).hex(), "value": row.value} for row in rows}


def check_openings(payload: Mapping[str, Any], opened: Mapping[str, tuple[bytes, str]]) -> bool:
    """Tell whether salts and values are what the payload of an entry commits to."""
    committed = committed_fields(payload)
    return all(committed.get(name) == commitment(*each) for name, each in opened.items())


def erase(subject: str) -> list[str]:
    """Delete values and salts of every entry of ``subject``; return the names of the fields."""
    uids = Entry.objects.filter(subject=subject).values("uid")
    rows = PersonalDatum.objects.filter(entry_uid__in=uids)
    fields = sorted(set(rows.values_list("field", flat=True)))
    rows.delete()
    return fields
