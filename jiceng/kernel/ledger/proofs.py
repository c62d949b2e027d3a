"""Proofs from the stored hashes: a few hundred rows in a handful of queries, whatever the size."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.ledger.hashing import ALGORITHMS, Algorithm
from jiceng.kernel.ledger.models import Seal, Subtree
from jiceng.kernel.ledger.tree import (
    BLOCK_BITS,
    Node,
    Span,
    consistency_spans,
    cover,
    inclusion_spans,
    perfect_root,
    prove,
)


class HashesMissing(Unavailable):
    """Sealed rows that a proof needs are gone (503); ``ledger verify`` says which."""

    code = "hashes_missing"
    sentence = _("台账封存数据不完整，无法出具证明。")


Rows = dict[tuple[int, int], tuple[bytes, bytes]]


def _rows_under(node: Node) -> tuple[int, range]:
    """Return the stored level, and which of its rows make up a node."""
    height, index = node
    level, rest = divmod(height, BLOCK_BITS)
    return level, range(index << rest, (index + 1) << rest)


def _read_level(epoch: int, level: int, ranges: Sequence[range]) -> Rows:
    field = "index" if level else "position"
    wanted = reduce(or_, (Q(**{f"{field}__gte": r.start, f"{field}__lt": r.stop}) for r in ranges))
    found: Iterable[tuple[int, Any, Any]]
    if level:
        rows = Subtree.objects.filter(wanted, epoch=epoch, level=level)
        found = rows.values_list("index", "sha256", "sm3")
    else:
        leaves = Seal.objects.filter(wanted, epoch=epoch)
        found = leaves.values_list("position", "leaf_sha256", "leaf_sm3")
    return {(level, index): (bytes(sha256), bytes(sm3)) for index, sha256, sm3 in found}


def _fetch(epoch: int, nodes: Iterable[Node]) -> dict[str, dict[Node, bytes]]:
    """Return the hashes of perfect subtrees, by algorithm."""
    under = {node: _rows_under(node) for node in nodes}
    levels: dict[int, list[range]] = {}
    for level, rows in under.values():
        levels.setdefault(level, []).append(rows)
    stored: Rows = {}
    for level, ranges in levels.items():
        stored |= _read_level(epoch, level, ranges)
    if any((level, index) not in stored for level, rows in under.values() for index in rows):
        raise HashesMissing()

    def root(algorithm: Algorithm, column: int, node: Node) -> bytes:
        level, rows = under[node]
        return perfect_root(algorithm, [stored[level, index][column] for index in rows])

    return {
        algorithm.name: {node: root(algorithm, column, node) for node in under}
        for column, algorithm in enumerate(ALGORITHMS)
    }


def _proofs(epoch: int, spans: Sequence[Span]) -> dict[str, list[bytes]]:
    hashes = _fetch(epoch, {node for span in spans for node in cover(span)})
    return {
        algorithm.name: prove(algorithm, spans, hashes[algorithm.name]) for algorithm in ALGORITHMS
    }


def inclusion(epoch: int, position: int, size: int) -> dict[str, list[bytes]]:
    """Return the proof, by algorithm, that a leaf is at ``position`` in the tree of ``size``."""
    return _proofs(epoch, inclusion_spans(position, size))


def consistency(epoch: int, old: int, new: int) -> dict[str, list[bytes]]:
    """Return the proof, by algorithm, that the tree of ``new`` leaves extends that of ``old``."""
    return _proofs(epoch, consistency_spans(old, new))
