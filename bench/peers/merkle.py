"""pymerkle: the same leaves in its tree in memory, and its verification of proofs."""

import random
from typing import Any

from pymerkle import InmemoryTree, verify_inclusion

LEAVES, PROOFS = 2000, 200


class Player:
    """Two thousand leaves a unit, or two hundred proofs verified against one root."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.unit = {"append": self._append, "verify": self._verify}[options["work"]]
        self.tree = InmemoryTree(algorithm="sha256")
        self.leaves = [f"第{number}项".encode() * 24 for number in range(LEAVES)]
        self.proofs: list[tuple[bytes, Any]] = []
        self.root = b""

    def prepare(self) -> None:
        """Nothing is needed."""

    def ready(self, units: int) -> None:
        """Make the proofs once."""
        if self.proofs:
            return
        tree = InmemoryTree(algorithm="sha256")
        for leaf in self.leaves:
            tree.append_entry(leaf)
        self.root = tree.get_state()
        for index in random.sample(range(1, LEAVES + 1), PROOFS):
            self.proofs.append((tree.get_leaf(index), tree.prove_inclusion(index)))

    def _append(self) -> int:
        for leaf in self.leaves:
            self.tree.append_entry(leaf)
        return LEAVES

    def _verify(self) -> int:
        for leaf, proof in self.proofs:
            verify_inclusion(leaf, self.root, proof)
        return PROOFS

    def check(self) -> dict[str, Any]:
        """Every proof was checked when it was verified."""
        return {}
