"""Exports: the whole ledger as lines of JSON that verify without our server.

Format ``jiceng-export/1``: a line «log», the keys, the epochs, then the leaves in order of position
with each checkpoint right behind the last leaf it covers, the entries that still wait, and a line
«end» that tells a whole file from a torn one.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.ledger import epochs
from jiceng.kernel.ledger.database import entries_among, read_seals
from jiceng.kernel.ledger.models import Entry, Epoch, Head, Pending, Seal, SigningKey
from jiceng.kernel.ledger.receipts import checkpoint_document, leaf_fields
from jiceng.kernel.ledger.walking import PAGE, read_checkpoints

FORMAT = "jiceng-export/1"
FILE_NAME = "ledger.jsonl"

Line = dict[str, Any]
Heads = list[tuple[int, int]]  # epoch, size


def _instant(at: datetime | None) -> str | None:
    return instant_text(at) if at else None


def _keys() -> Iterator[Line]:
    for key in SigningKey.objects.order_by("starts_at", "key_id"):
        yield {
            "kind": "key",
            "key_id": key.key_id,
            "public_key": bytes(key.public).hex(),
            "starts_at": _instant(key.starts_at),
            "ends_at": _instant(key.ends_at),
            "previous": key.previous,
            "endorsed": bytes(key.endorsed).hex(),
            "accepted": bytes(key.accepted).hex(),
        }


def _epochs(rows: Iterable[Epoch]) -> Iterator[Line]:
    for epoch in rows:
        yield {
            "kind": "epoch",
            "opened_at": instant_text(epoch.opened_at),
            **epochs.facts_of(epoch),
        }


def _page(epoch: int, start: int, stop: int) -> Iterator[Line]:
    seals = read_seals(epoch, start, stop)
    entries = Entry.objects.in_bulk([seal[1] for seal in seals])
    checkpoints = read_checkpoints(epoch, start, stop)
    for position, pk, _sha256, _sm3 in seals:
        # A seal without its entry is written as it is: the verifier has to see the hole.
        entry = leaf_fields(entries[pk]) if pk in entries else None
        yield {"kind": "leaf", "epoch": epoch, "position": position, "entry": entry}
        if position + 1 in checkpoints:
            yield {"kind": "checkpoint", **checkpoint_document(checkpoints[position + 1])}


def _leaves(heads: Heads) -> Iterator[Line]:
    for epoch, size in heads:
        for start in range(0, size, PAGE):
            yield from _page(epoch, start, min(start + PAGE, size))


def _sealed_below(heads: Heads, ids: Sequence[int]) -> set[int]:
    """Return which of these entries stand among the leaves of the export."""
    sizes = dict(heads)
    seals = Seal.objects.filter(pk__in=ids).values_list("pk", "epoch", "position")
    return {pk for pk, epoch, position in seals if position < sizes.get(epoch, 0)}


def _waiting(ids: Sequence[int], heads: Heads) -> Iterator[Line]:
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        waiting = set(page) - _sealed_below(heads, page)
        for entry in entries_among(sorted(waiting)).order_by("pk"):
            yield {"kind": "pending", "entry": leaf_fields(entry)}


def lines(at: datetime) -> Iterator[Line]:
    """Yield the lines of an export of everything that is recorded at ``at``.

    The sealer may be at work. What waits is read first: an entry that is sealed meanwhile then
    stands under the heads, which are read later, and if not there, still in the list. Epochs come
    before heads, so that no leaf is without its epoch, and keys last.
    """
    pending = list(Pending.objects.order_by("pk").values_list("pk", flat=True))
    epochs_now = list(Epoch.objects.order_by("number"))
    numbers = [epoch.number for epoch in epochs_now]
    rows = Head.objects.filter(epoch__in=numbers).order_by("epoch")
    heads = list(rows.values_list("epoch", "size"))
    yield {
        "kind": "log",
        "format": FORMAT,
        "origin": settings.LEDGER_ORIGIN,
        "exported_at": instant_text(at),
    }
    yield from _keys()
    yield from _epochs(epochs_now)
    count = 0
    for line in _leaves(heads):
        count += line["kind"] == "leaf"
        yield line
    yield from _waiting(pending, heads)
    yield {"kind": "end", "leaves": count}


def export(target: Path, at: datetime, progress: Callable[[int], None]) -> Path:
    """Write the export to a file, or into a folder as ``ledger.jsonl``; return the file.

    The file appears only when it is whole.
    """
    path = target / FILE_NAME if target.is_dir() else target
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            for line in lines(at):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                progress(line["kind"] == "leaf")
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path
