"""The texts that the log signs.

A checkpoint is a signed note as C2SP tlog-checkpoint describes it, so that foreign monitors can
read ours; each epoch is a log of its own there (``origin/epoch``), for it may shrink against the
one before.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from jiceng.kernel.base.clock import instant_text

CHECKPOINT = re.compile(
    r"(?P<origin>[^\s+]+)/(?P<epoch>[1-9][0-9]{0,9})\n(?P<size>0|[1-9][0-9]{0,18})\n"
    r"(?P<sha256>[A-Za-z0-9+/]{43}=)\nsm3 (?P<sm3>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z)\n"
)
ORIGIN = re.compile(r"[^\s+]{1,90}")


class NoteError(ValueError):
    """A text that is no checkpoint."""


def read_instant(text: str) -> datetime:
    """Return the instant that ``instant_text`` wrote; anything else raises ``ValueError``."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


@dataclass(frozen=True)
class CheckpointNote:
    """What a checkpoint states, and the text that is signed for it."""

    origin: str
    epoch: int
    size: int
    sha256: bytes
    sm3: bytes
    at: datetime

    @property
    def text(self) -> str:
        """The signed text; it ends with a line break, as the note format wants."""
        return (
            f"{self.origin}/{self.epoch}\n{self.size}\n{_base64(self.sha256)}\n"
            f"sm3 {_base64(self.sm3)}\ntime {instant_text(self.at)}\n"
        )

    @property
    def place(self) -> tuple[int, int]:
        """Epoch and size: later checkpoints compare greater."""
        return self.epoch, self.size

    @property
    def roots(self) -> tuple[bytes, bytes]:
        """Both roots, SHA-256 first."""
        return self.sha256, self.sm3


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint with its signature: what is published, anchored and put on receipts."""

    note: CheckpointNote
    key_id: str
    signature: bytes

    def published(self, public: bytes) -> str:
        """Return the checkpoint as a signed note of C2SP, for readers of other makes."""
        name = f"{self.note.origin}/{self.note.epoch}"
        hint = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
        return f"{self.note.text}\n— {name} {_base64(hint + self.signature)}\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def read_checkpoint(text: str) -> CheckpointNote:
    """Return what a checkpoint text states; ``NoteError`` unless it is exactly one of ours."""
    match = CHECKPOINT.fullmatch(text)
    if not match:
        raise NoteError("not a checkpoint")
    try:
        note = CheckpointNote(
            origin=match["origin"],
            epoch=int(match["epoch"]),
            size=int(match["size"]),
            sha256=base64.b64decode(match["sha256"], validate=True),
            sm3=base64.b64decode(match["sm3"], validate=True),
            at=read_instant(match["at"]),
        )
    except (ValueError, binascii.Error) as error:
        raise NoteError("not a checkpoint") from error
    if note.text != text:
        raise NoteError("not a checkpoint")
    return note


def promise_text(origin: str, uid: str, leaf_sha256: bytes, leaf_sm3: bytes) -> str:
    """Return what an «accepted» receipt signs: this entry will be in the tree, as it is now."""
    return f"jiceng-promise/1\n{origin}\n{uid}\n{leaf_sha256.hex()}\n{leaf_sm3.hex()}\n"


def succession_text(origin: str, previous: bytes, following: bytes) -> str:
    """Return what both keys sign when one follows the other."""
    return f"jiceng-key-succession/1\n{origin}\n{previous.hex()}\n{following.hex()}\n"
