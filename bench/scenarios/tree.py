"""Our Merkle tree: appending, and verifying proofs, with either hash."""

import random
from typing import Any

from bench.scenarios.opening import open_application

LEAVES, PROOFS = 2000, 200


class Player:
    """Two thousand leaves a unit, or two hundred proofs verified against one root."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        from jiceng.kernel.ledger.hashing import SHA256, SM3
        from jiceng.kernel.ledger.tree import Frontier

        self.algorithm = {"sha256": SHA256, "sm3": SM3}[options["hash"]]
        self.unit = {"append": self._append, "verify": self._verify}[options["work"]]
        self.frontier = Frontier(self.algorithm)
        self.leaves = [f"第{number}项".encode() * 24 for number in range(LEAVES)]
        self.proofs: list[tuple[bytes, int, list[bytes]]] = []
        self.root = b""

    def prepare(self) -> None:
        """Nothing is needed."""

    def ready(self, units: int) -> None:
        """Make the proofs once."""
        from jiceng.kernel.ledger import tree

        if self.proofs:
            return
        nodes = self._nodes()
        [self.root] = tree.prove(self.algorithm, [(0, LEAVES)], nodes)
        for index in random.sample(range(LEAVES), PROOFS):
            path = tree.prove(self.algorithm, tree.inclusion_spans(index, LEAVES), nodes)
            self.proofs.append((nodes[0, index], index, path))

    def _nodes(self) -> dict[tuple[int, int], bytes]:
        """Return the hash of every perfect subtree."""
        row, height, found = [self.algorithm.leaf(leaf) for leaf in self.leaves], 0, {}
        while row:
            found |= {(height, index): value for index, value in enumerate(row)}
            row, height = self.algorithm.parents(row[: len(row) & -2]), height + 1
        return found

    def _append(self) -> int:
        self.frontier.extend([self.algorithm.leaf(leaf) for leaf in self.leaves])
        return LEAVES

    def _verify(self) -> int:
        from jiceng.kernel.ledger.tree import inclusion_root

        for leaf, index, path in self.proofs:
            if inclusion_root(self.algorithm, leaf, index, LEAVES, path) != self.root:
                raise RuntimeError("a proof of our own does not prove")
        return PROOFS

    def check(self) -> dict[str, Any]:
        """Every proof was checked when it was verified."""
        return {}
