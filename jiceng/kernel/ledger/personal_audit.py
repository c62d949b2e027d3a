"""Does what we keep about persons still match what history committed to?"""

import json
from typing import Any

from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.ledger.personal import PREFIX, commitment, committed_fields
from jiceng.kernel.ledger.terms import PERSONAL_ERASED

# Every commitment in canonical JSON looks like this; it spares parsing all other payloads.
MARK = f'"commitment":"{PREFIX}'


def _fields(payload: str) -> dict[str, str]:
    try:
        return committed_fields(json.loads(payload))
    except (ValueError, AttributeError):
        return {}  # an altered payload; the walk has reported the leaf


def _erased(subject: str, pk: int) -> bool:
    later = Entry.objects.filter(event=PERSONAL_ERASED, subject=subject, pk__gt=pk)
    return later.exists()


def audit_personal(entries: dict[int, dict[str, Any]], report: Report) -> None:
    """Compare the personal values of a page of entries with their commitments.

    A value may be missing only where its erasure stands in the ledger.
    """
    committed = {pk: entry for pk, entry in entries.items() if MARK in entry["payload"]}
    if not committed:
        return
    rows = PersonalDatum.objects.filter(entry_uid__in=[e["uid"] for e in committed.values()])
    kept = {(row.entry_uid, row.field): row for row in rows}
    for pk, entry in committed.items():
        for field, expected in _fields(entry["payload"]).items():
            where = {"entry": pk, "uid": entry["uid"], "field": field}
            row = kept.get((entry["uid"], field))
            report.seen["commitments"] += 1
            if row is None:
                if not _erased(entry["subject"], pk):
                    report.add("personal_missing", **where)
            elif commitment(bytes(row.salt), row.value) != expected:
                report.add("commitment_mismatch", **where)
