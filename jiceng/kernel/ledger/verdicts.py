"""Judging a receipt: does it hold, and does our ledger still say the same?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.ledger.hashing import ALGORITHMS, Algorithm
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, SigningKey
from jiceng.kernel.ledger.notes import CheckpointNote, promise_text
from jiceng.kernel.ledger.personal import check_openings
from jiceng.kernel.ledger.receipt_form import (
    Fault,
    Proof,
    Receipt,
    read_proof,
    read_receipt,
    require,
)
from jiceng.kernel.ledger.signing import key_id_of, verifies
from jiceng.kernel.ledger.tree import ProofError, inclusion_root

SENTENCES: dict[str, str | Promise] = {
    "sealed_ok": _("回执有效：记录已封存，内容未被改动。"),
    "accepted_ok": _("回执有效：记录已受理，正在等待封存。"),
    "malformed": _("这不是一份完整的回执文件。"),
    "format_unknown": _("不认识的回执格式。"),
    "origin_mismatch": _("这份回执出自另一个台账。"),
    "key_id_mismatch": _("回执中的密钥编号与公钥不符。"),
    "key_untrusted": _("回执由不认识的密钥签名。"),
    "key_retired": _("签名所用的密钥在当时无权签名。"),
    "leaf_mismatch": _("记录内容与回执中的哈希值不符，内容已被改动。"),
    "promise_bad": _("受理签名不正确。"),
    "promise_broken": _("受理签名真实，但台账中没有这条记录，或内容已不同。"),
    "checkpoint_malformed": _("回执中的检查点无法读取。"),
    "epoch_mismatch": _("回执的纪元与检查点的纪元不一致。"),
    "signature_bad": _("检查点签名不正确。"),
    "algorithm_unknown": _("证明所用的算法不对，应同时有 SHA-256 与 SM3。"),
    "tree_empty": _("检查点的大小为零，不能证明任何记录。"),
    "index_out_of_range": _("记录位置超出检查点的大小。"),
    "proof_length": _("证明路径的长度不对。"),
    "proof_mismatch": _("证明路径得不出检查点的根哈希。"),
    "opening_mismatch": _("回执所附的内容与记录中的承诺值不符。"),
    "epoch_abandoned": _("回执所在的检查点在一次数据恢复中丢失，系统已公开说明。"),
    "checkpoint_foreign": _("检查点签名真实，但不在现有台账中，台账可能被回退或分叉。"),
    "entry_altered": _("回执有效，但现有台账中的这条记录已与回执不同。"),
}


@dataclass(frozen=True)
class Verdict:
    """Whether a receipt holds, why (code and sentence), and what it says."""

    ok: bool
    code: str
    sentence: str | Promise
    facts: Mapping[str, Any]


def check_receipt(document: bytes | Mapping[str, Any], *, at: datetime) -> Verdict:
    """Judge a receipt as of ``at``; never raises for what is wrong with the document."""
    facts: dict[str, Any] = {}
    try:
        receipt = read_receipt(document)
        facts |= {"stage": receipt.stage, "origin": receipt.origin, **receipt.entry}
        key = _check_origin(receipt)
        _check_leaf(receipt)
        _check_opened(receipt)
        facts |= {"opened": {name: value for name, (_salt, value) in receipt.opened.items()}}
        if receipt.stage == "accepted":
            _check_promise(receipt, key, at)
        else:
            facts |= _check_proof(receipt, key)
    except Fault as fault:
        return Verdict(False, fault.code, SENTENCES[fault.code], facts)
    code = f"{receipt.stage}_ok"
    return Verdict(True, code, SENTENCES[code], facts)


def _check_origin(receipt: Receipt) -> SigningKey:
    require(receipt.origin == settings.LEDGER_ORIGIN, "origin_mismatch")
    require(key_id_of(receipt.public) == receipt.key_id, "key_id_mismatch")
    key = SigningKey.objects.filter(key_id=receipt.key_id).first()
    if key is None or bytes(key.public) != receipt.public:
        raise Fault("key_untrusted")
    return key


def _check_leaf(receipt: Receipt) -> None:
    for algorithm in ALGORITHMS:
        claimed = receipt.leaf_hashes[algorithm.name]
        require(algorithm.leaf(receipt.leaf) == claimed, "leaf_mismatch")


def _check_opened(receipt: Receipt) -> None:
    try:
        payload = json.loads(receipt.entry["payload"])
    except (ValueError, RecursionError) as error:
        raise Fault("malformed") from error
    require(isinstance(payload, dict), "malformed")
    require(check_openings(payload, receipt.opened), "opening_mismatch")


def _check_promise(receipt: Receipt, key: SigningKey, at: datetime) -> None:
    text = promise_text(
        receipt.origin,
        receipt.entry["uid"],
        receipt.leaf_hashes["sha256"],
        receipt.leaf_hashes["sm3"],
    )
    require(verifies(receipt.public, receipt.promise, text), "promise_bad")
    # A promise carries no time that could be trusted, so one of a retired key counts only for
    # what the ledger does hold; a stolen key could have signed anything since.
    retired = key.ends_at is not None and key.ends_at <= at
    require(_kept(receipt), "key_retired" if retired else "promise_broken")


def _check_proof(receipt: Receipt, key: SigningKey) -> dict[str, Any]:
    proof = read_proof(receipt)
    note = proof.checkpoint
    require(verifies(receipt.public, proof.signature, note.text), "signature_bad")
    require(key.signs_at(note.at), "key_retired")
    for algorithm, root in zip(ALGORITHMS, note.roots, strict=True):
        _check_path(algorithm, receipt, proof, root)
    _check_held(note)
    require(_kept(receipt), "entry_altered")
    return {
        "epoch": proof.epoch,
        "position": proof.position,
        "size": note.size,
        "checkpoint_at": instant_text(note.at),
    }


def _check_path(algorithm: Algorithm, receipt: Receipt, proof: Proof, root: bytes) -> None:
    leaf, path = receipt.leaf_hashes[algorithm.name], proof.paths[algorithm.name]
    try:
        reached = inclusion_root(algorithm, leaf, proof.position, proof.checkpoint.size, path)
    except ProofError as error:
        raise Fault(error.code) from error
    require(reached == root, "proof_mismatch")


def _kept(receipt: Receipt) -> bool:
    """Tell whether our ledger holds the entry as the receipt has it."""
    entry = Entry.objects.filter(uid=receipt.entry["uid"]).first()
    return entry is not None and entry.leaf_bytes() == receipt.leaf


def _check_held(note: CheckpointNote) -> None:
    """Raise ``Fault`` unless our ledger holds the checkpoint that proves the receipt."""
    row = Checkpoint.objects.filter(epoch=note.epoch, size=note.size).first()
    if row is not None and row.signed().note.roots == note.roots:
        return
    for epoch in Epoch.objects.filter(number__gt=note.epoch):
        prior, lost = (epoch.prior_epoch, epoch.prior_size), (epoch.lost_epoch, epoch.lost_size)
        if prior < note.place <= lost:
            raise Fault("epoch_abandoned")
    raise Fault("checkpoint_foreign")
