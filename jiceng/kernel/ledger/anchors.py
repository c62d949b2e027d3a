"""The anchor file: every checkpoint once more, outside the database.

A chain of hashes does not show a missing tail: the rest still fits together. Only what is kept
elsewhere does, so the file belongs on another disk than the database, and its last line on the
notice board. Both size *and* root are compared: a rewritten suffix may have the same length.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.ledger.models import Checkpoint, Head
from jiceng.kernel.ledger.notes import SignedCheckpoint, read_checkpoint

LINE_LIMIT = 4096


class AnchorUnreadable(Unavailable):
    """The anchor file cannot be read, or a line of it is no checkpoint (503)."""

    code = "anchor_unreadable"
    sentence = _("无法读取检查点存证文件。")


class RolledBack(Unavailable):
    """The database holds less than, or something else than, was published (503)."""

    code = "rolled_back"
    sentence = _("数据库早于已公布的检查点，封存已停止。请查明原因后执行 ledger epoch 开启新纪元。")


def anchor_file() -> Path:
    """Return where checkpoints are kept outside the database."""
    return Path(settings.LEDGER_ANCHOR_FILE)


def _line(checkpoint: SignedCheckpoint) -> bytes:
    document = {
        "checkpoint": checkpoint.note.text,
        "key_id": checkpoint.key_id,
        "signature": checkpoint.signature.hex(),
    }
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _read(line: bytes) -> SignedCheckpoint:
    try:
        document = json.loads(line)
        note = read_checkpoint(document["checkpoint"])
        key_id, signature = document["key_id"], bytes.fromhex(document["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise AnchorUnreadable() from error
    return SignedCheckpoint(note, str(key_id), signature)


def _last_line(file: BinaryIO) -> tuple[bytes, int]:
    """Return the last whole line and where it ends. A line without its break was torn off by a
    crash; its checkpoint is in the database and is written again."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - LINE_LIMIT)
    file.seek(start)
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    return whole[:-1].rpartition(b"\n")[2], start + len(whole)


def last() -> SignedCheckpoint | None:
    """Return the checkpoint that was anchored last, ``None`` where none was."""
    try:
        with anchor_file().open("rb") as file:
            line, _end = _last_line(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AnchorUnreadable() from error
    return _read(line) if line else None


def read_all(path: Path, limit: int) -> Iterator[tuple[int, SignedCheckpoint]]:
    """Yield the line number and checkpoint of each whole line within the first ``limit`` bytes."""
    if not limit:
        return
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                limit -= len(line)
                if limit < 0 or not line.endswith(b"\n"):
                    return
                yield number, _read(line)
    except OSError as error:
        raise AnchorUnreadable() from error


def catch_up() -> int:
    """Append every checkpoint that the anchor file lacks, synced to disk; return how many.

    Called after the commit: a crash in between leaves the file behind, never ahead, and the next
    call closes the gap.
    """
    try:
        return _append_missing(anchor_file())
    except OSError as error:
        # The checkpoint stands; this says aloud that nobody outside holds it yet.
        raise AnchorUnreadable(_("无法写入检查点存证文件。")) from error


def _append_missing(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line, end = _last_line(file)
        file.truncate(end)
        rows = Checkpoint.objects.order_by("epoch", "size")
        if line:
            epoch, size = _read(line).note.place
            rows = rows.filter(Q(epoch__gt=epoch) | Q(epoch=epoch, size__gt=size))
        count = 0
        for row in rows.iterator():
            file.write(_line(row.signed()))
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def refuse_rollback(head: Head) -> None:
    """Raise ``RolledBack`` where the anchor file knows more of this epoch than the database, or
    knows it differently. Sealing on would fork the log under the eyes of those who hold receipts.
    """
    published = last()
    if published is None or published.note.epoch < head.epoch:
        return
    note = published.note
    row = Checkpoint.objects.filter(epoch=note.epoch, size=note.size).first()
    if row is None or row.signed().note.roots != note.roots:
        raise RolledBack(published=note.place, held=(head.epoch, head.size))
