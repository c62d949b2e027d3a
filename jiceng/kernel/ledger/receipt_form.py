"""Reading a receipt that somebody hands in: strictly, for it comes from outside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.front_door import decode_json
from jiceng.kernel.ledger.canonical import leaf_bytes
from jiceng.kernel.ledger.notes import CheckpointNote, NoteError, read_checkpoint, read_instant
from jiceng.kernel.ledger.receipts import FORMAT

HEX32 = re.compile(r"[0-9a-f]{64}")
HEX64 = re.compile(r"[0-9a-f]{128}")
LEAF_FIELDS = {"at", "by", "by_title", "event", "payload", "subject", "uid"}
COMMON = {
    "format", "stage", "origin", "entry", "leaf_sha256", "leaf_sm3", "key_id", "public_key",
}  # fmt: skip
STAGES = {
    "accepted": COMMON | {"promise"},
    "sealed": COMMON | {"epoch", "position", "checkpoint", "proof"},
}


class Fault(Exception):
    """Why a receipt does not hold; ``code`` is one of ``verdicts.SENTENCES``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require(condition: object, code: str) -> None:
    """Raise ``Fault`` unless ``condition`` holds."""
    if not condition:
        raise Fault(code)


@dataclass(frozen=True)
class Receipt:
    """What every receipt states."""

    stage: str
    origin: str
    key_id: str
    public: bytes
    entry: Mapping[str, str]
    leaf: bytes  # the bytes that are hashed
    leaf_hashes: Mapping[str, bytes]  # as the receipt claims them
    opened: Mapping[str, tuple[bytes, str]]  # salt and value of commitments, by field
    rest: Mapping[str, Any]  # the fields of its stage

    @property
    def promise(self) -> bytes:
        """The signature of an «accepted» receipt."""
        return _hex(self.rest["promise"], HEX64)


@dataclass(frozen=True)
class Proof:
    """What a «sealed» receipt states on top."""

    epoch: int
    position: int
    checkpoint: CheckpointNote
    signature: bytes
    paths: Mapping[str, list[bytes]]


def _text(value: Any) -> str:
    require(isinstance(value, str), "malformed")
    return value


def _whole(value: Any) -> int:
    require(isinstance(value, int) and not isinstance(value, bool), "malformed")
    return value


def _hex(value: Any, shape: re.Pattern[str]) -> bytes:
    require(shape.fullmatch(_text(value)), "malformed")
    return bytes.fromhex(value)


def _object(value: Any, keys: set[str]) -> dict[str, Any]:
    require(isinstance(value, dict) and value.keys() == keys, "malformed")
    return value


def _openings(value: Any) -> dict[str, tuple[bytes, str]]:
    require(isinstance(value, dict), "malformed")
    pairs = {name: _object(each, {"salt", "value"}) for name, each in value.items()}
    return {name: (_hex(each["salt"], HEX32), _text(each["value"])) for name, each in pairs.items()}


def _document(document: bytes | Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(document, bytes):
        return dict(document)
    try:
        return decode_json(document)
    except Refusal as error:
        raise Fault("malformed") from error


def read_receipt(document: bytes | Mapping[str, Any]) -> Receipt:
    """Return the receipt in ``document``; ``Fault`` where it is none of ours."""
    fields = _document(document)
    require(fields.get("format") == FORMAT, "format_unknown")
    stage = fields.get("stage")
    require(isinstance(stage, str) and stage in STAGES, "malformed")
    opened = _openings(fields.pop("opened", {}))
    _object(fields, STAGES[str(stage)])
    entry = {name: _text(value) for name, value in _object(fields["entry"], LEAF_FIELDS).items()}
    try:
        leaf = leaf_bytes(**{**entry, "at": read_instant(entry["at"])})  # type: ignore[arg-type]
    except (ValueError, UnicodeEncodeError) as error:
        raise Fault("malformed") from error
    return Receipt(
        stage=str(stage),
        origin=_text(fields["origin"]),
        key_id=_text(fields["key_id"]),
        public=_hex(fields["public_key"], HEX32),
        entry=entry,
        leaf=leaf,
        leaf_hashes={
            "sha256": _hex(fields["leaf_sha256"], HEX32),
            "sm3": _hex(fields["leaf_sm3"], HEX32),
        },
        opened=opened,
        rest={name: fields[name] for name in STAGES[str(stage)] - COMMON},
    )


def read_proof(receipt: Receipt) -> Proof:
    """Return what a «sealed» receipt proves with; ``Fault`` where it does not fit together."""
    checkpoint = _object(receipt.rest["checkpoint"], {"text", "key_id", "signature"})
    try:
        note = read_checkpoint(_text(checkpoint["text"]))
    except NoteError as error:
        raise Fault("checkpoint_malformed") from error
    epoch, position = _whole(receipt.rest["epoch"]), _whole(receipt.rest["position"])
    require(note.origin == receipt.origin, "origin_mismatch")
    require(note.epoch == epoch, "epoch_mismatch")
    require(checkpoint["key_id"] == receipt.key_id, "key_id_mismatch")
    paths = receipt.rest["proof"]
    require(isinstance(paths, dict), "malformed")
    require(paths.keys() == {"sha256", "sm3"}, "algorithm_unknown")
    require(all(isinstance(path, list) for path in paths.values()), "malformed")
    return Proof(
        epoch=epoch,
        position=position,
        checkpoint=note,
        signature=_hex(checkpoint["signature"], HEX64),
        paths={name: [_hex(item, HEX32) for item in path] for name, path in paths.items()},
    )
