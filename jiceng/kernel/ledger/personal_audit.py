"""Does what we keep about persons still match what history committed to?"""

import json
from collections.abc import Sequence
from typing import Final

from jiceng.kernel.ledger.database import Columns
from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.ledger.personal import PREFIX, commitment, committed_fields
from jiceng.kernel.ledger.terms import PERSONAL_ERASED

# Every commitment in canonical JSON looks like this; it spares parsing all other payloads.
MARK = f'"commitment":"{PREFIX}'
PAYLOAD: Final = 5  # where they stand among the columns
UID: Final = 7


def _fields(payload: str) -> dict[str, str]:
    try:
        return committed_fields(json.loads(payload))
    except (ValueError, AttributeError):
        return {}  # an altered payload; the walk has reported the leaf


def _erased(subject: str, pk: int) -> bool:
    later = Entry.objects.filter(event=PERSONAL_ERASED, subject=subject, pk__gt=pk)
    return later.exists()


def audit_personal(entries: Sequence[Columns], report: Report) -> None:
    """Compare the personal values of a page of entries with their commitments.

    A value may be missing only where its erasure stands in the ledger.
    """
    committed = [entry for entry in entries if MARK in entry[PAYLOAD]]
    if not committed:
        return
    rows = PersonalDatum.objects.filter(entry_uid__in=[entry[UID] for entry in committed])
    kept = {(row.entry_uid, row.field): row for row in rows}
    for pk, *_columns, payload, subject, uid in committed:
        for field, expected in _fields(payload).items():
            where = {"entry": pk, "uid": uid, "field": field}
            row = kept.get((uid, field))
            report.seen["commitments"] += 1
            if row is None:
                if not _erased(subject, pk):
                    report.add("personal_missing", **where)
            elif commitment(bytes(row.salt), row.value) != expected:
                report.add("commitment_mismatch", **where)
