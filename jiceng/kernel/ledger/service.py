"""The door of the ledger 台账: everything that other packages may use, besides models and terms.

Write with ``@act`` (one function, one transaction, one entry) or ``append``; read a subject's
history with ``entries_of``; hand out ``receipt_for`` and judge with ``check_receipt``; react to
what others recorded with ``@follows``.
"""

from jiceng.kernel.ledger.acts import ACTS, ActSpec, Done, Recorded, Write, act
from jiceng.kernel.ledger.anchors import AnchorUnreadable, RolledBack
from jiceng.kernel.ledger.canonical import PayloadTooLarge, Uncanonical, canonical
from jiceng.kernel.ledger.entries import (
    OPERATOR,
    RESIDENT,
    SYSTEM,
    Actor,
    NewEntry,
    Nobody,
    append,
    append_many,
    entries_of,
)
from jiceng.kernel.ledger.epochs import EpochUnsealed
from jiceng.kernel.ledger.exporting import export
from jiceng.kernel.ledger.followers import FOLLOWERS, Follower, follows, run_followers
from jiceng.kernel.ledger.idempotency import BadKey, KeyReused
from jiceng.kernel.ledger.personal import personal_of, personal_of_many
from jiceng.kernel.ledger.receipts import (
    CheckpointUnknown,
    EntryUnknown,
    consistency,
    receipt_for,
)
from jiceng.kernel.ledger.sealing import SealerOvertaken, latest_checkpoint, seal
from jiceng.kernel.ledger.signing import PublishedKey, published_keys
from jiceng.kernel.ledger.upkeep import (
    NothingToErase,
    erase_personal,
    on_erasure,
    open_epoch,
    rotate_key,
)
from jiceng.kernel.ledger.verdicts import Verdict, check_receipt
from jiceng.kernel.ledger.verifying import verify
from jiceng.kernel.ledger.waiting import SealingStuck

__all__ = [
    "ACTS",
    "FOLLOWERS",
    "OPERATOR",
    "RESIDENT",
    "SYSTEM",
    "ActSpec",
    "Actor",
    "AnchorUnreadable",
    "BadKey",
    "CheckpointUnknown",
    "Done",
    "EntryUnknown",
    "EpochUnsealed",
    "Follower",
    "KeyReused",
    "NewEntry",
    "Nobody",
    "NothingToErase",
    "PayloadTooLarge",
    "PublishedKey",
    "Recorded",
    "RolledBack",
    "SealerOvertaken",
    "SealingStuck",
    "Uncanonical",
    "Verdict",
    "Write",
    "act",
    "append",
    "append_many",
    "canonical",
    "check_receipt",
    "consistency",
    "entries_of",
    "erase_personal",
    "export",
    "follows",
    "latest_checkpoint",
    "on_erasure",
    "open_epoch",
    "personal_of",
    "personal_of_many",
    "published_keys",
    "receipt_for",
    "rotate_key",
    "run_followers",
    "seal",
    "verify",
]
