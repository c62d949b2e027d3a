"""Files and rows kept together: sweeping what nobody claimed, verifying what is kept, and
forgetting what the camera wrote."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments import store
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.names import display_name
from jiceng.kernel.attachments.terms import UNCLAIMED_FOR
from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.base.jobs import every
from jiceng.kernel.ledger.service import Actor, on_erasure

BATCH = 500
# An upload being taken in has its files a moment before its row.
IN_FLIGHT = timedelta(minutes=10)


class NoStore(Unavailable):
    """There are rows, but the folder of the files is not there (503): a wrong setting or disk."""

    code = "no_store"
    sentence = _("附件目录不存在。")


@dataclass
class Findings:
    """What a verification found, by uid or path below the store."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Tell whether every file is as its row says, and no other file is there."""
        return not (self.missing or self.altered or self.stray)


def _older(path: Path, instant: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < instant
    except FileNotFoundError:
        return False


def _strays(older_than: datetime) -> Iterator[Path]:
    """Yield the files that no row stands for, in batches of one query."""
    paths = store.files()
    while batch := list(islice(paths, BATCH)):
        uids = {uid for path in batch if (uid := store.uid_of(path))}
        known = set(Attachment.objects.filter(uid__in=uids).values_list("uid", flat=True))
        for path in batch:
            if store.uid_of(path) not in known and _older(path, older_than):
                yield path


def _drop(uid: str, cutoff: datetime) -> bool:
    """Drop an upload. The delete asks again whether it is unclaimed: a claim in between wins."""
    stale = Attachment.objects.filter(uid=uid, subject="", at__lt=cutoff)
    dropped = bool(stale.delete()[0])
    if dropped:
        store.remove(uid)
    return dropped


@every(3600, process="tick")
def sweep(at: datetime) -> int:
    """Remove uploads unclaimed for a day, and files as old that have no row; return how many."""
    cutoff = at - UNCLAIMED_FOR
    stale = Attachment.objects.filter(subject="", at__lt=cutoff).order_by("id")
    swept = sum(_drop(uid, cutoff) for uid in list(stale.values_list("uid", flat=True)))
    for path in list(_strays(cutoff)):
        path.unlink(missing_ok=True)
        swept += 1
    return swept


@on_erasure
def forget_captures(*, subject: str, by: Actor, at: datetime) -> list[str]:
    """Blank the sender's names for the photos of ``subject``, and when and where they were taken.

    The photos stay: they show the thing, and history holds the hashes that prove them.
    """
    bare: dict[str, Any] = {"original_name": display_name("")}
    bare |= dict.fromkeys(("captured_at", "captured_lat", "captured_lng"))
    rows = Attachment.objects.filter(subject=subject).exclude(subject="")
    held = list(rows.values(*bare))
    rows.update(**bare)
    return [f"attachment.{name}" for name in bare if any(row[name] != bare[name] for row in held)]


def _check(row: Attachment, findings: Findings) -> None:
    for thumb, expected in ((False, row.sha256), (True, row.thumb_sha256)):
        try:
            data = store.path_of(row.uid, thumb=thumb).read_bytes()
        except FileNotFoundError:
            # The sweep may have taken both since the row was read.
            if Attachment.objects.filter(pk=row.pk).exists():
                findings.missing.append(row.uid)
            return
        if hashlib.sha256(data).hexdigest() != expected:
            findings.altered.append(row.uid)
            return


def verify(at: datetime) -> Findings:
    """Compare every row with its files, and every file with its row; raises ``NoStore``."""
    findings = Findings()
    if not store.folder().is_dir() and Attachment.objects.exists():
        raise NoStore()
    for row in Attachment.objects.order_by("id").iterator(chunk_size=BATCH):
        _check(row, findings)
        findings.checked += 1
    strays = _strays(at - IN_FLIGHT)
    findings.stray = [str(path.relative_to(store.folder())) for path in strays]
    return findings
