"""Walking through one epoch, leaf by leaf: everything is computed anew from the columns.

A stored hash proves nothing about the text beside it, so no stored hash is believed here. The walk
reads pages of positions; memory stays flat however long the history is.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

from django.db.models import Max

from jiceng.kernel.ledger.canonical import leaf_of
from jiceng.kernel.ledger.database import Columns, Sealed, read_columns, read_seals
from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import Checkpoint, Head, Seal, Subtree
from jiceng.kernel.ledger.notes import SignedCheckpoint
from jiceng.kernel.ledger.tree import BLOCK_BITS, Frontier
from jiceng.kernel.ledger.trust import Trust

PAGE = 4096
UNREAD = b""  # stands for the bytes of a leaf that is gone or is none; no leaf is empty

# Called with a page of entries (by id); the second audit that rides on the walk.
Passenger = Callable[[Sequence[Columns]], None]
Leaves = tuple[list[bytes], list[bytes]]  # hashes of the same leaves, SHA-256 and SM3
Anchored = tuple[int, SignedCheckpoint]  # line of the anchor file, what it says


def _leaf(columns: Columns | None) -> bytes:
    """Return the bytes of a leaf from its columns, ``UNREAD`` where they are no entry at all."""
    try:
        return leaf_of(*columns[1:]) if columns else UNREAD
    except (ValueError, TypeError):
        return UNREAD  # SQLite keeps whatever is put into a column


def read_checkpoints(epoch: int, start: int, stop: int) -> dict[int, Checkpoint]:
    """Return the checkpoints of sizes above ``start`` up to ``stop``, by size."""
    rows = Checkpoint.objects.filter(epoch=epoch, size__gt=start, size__lte=stop)
    return {row.size: row for row in rows}


class AnchorTape:
    """The anchored checkpoints, read in file order beside the walk."""

    def __init__(self, lines: Iterator[tuple[int, SignedCheckpoint]]) -> None:
        self._lines = lines
        self._ahead = next(lines, None)

    def up_to(self, place: tuple[int, int]) -> Iterator[tuple[int, SignedCheckpoint]]:
        """Yield line number and checkpoint of all lines up to a place (epoch, size)."""
        while self._ahead is not None and self._ahead[1].note.place <= place:
            yield self._ahead
            self._ahead = next(self._lines, None)


class Walk:
    """The walk through one epoch, as far as its head stood when verification began."""

    def __init__(self, head: Head, trust: Trust, report: Report) -> None:
        self.head, self.trust, self.report = head, trust, report
        self.epoch = head.epoch
        self.sha256, self.sm3 = Frontier(SHA256), Frontier(SM3)
        # After a hole no root can be computed; after a wrong root every later one is wrong too.
        self.rootless = False
        self.last_id = 0
        self.blocks: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def run(
        self, tape: AnchorTape, unmatched: Callable[..., None], passenger: Passenger
    ) -> Iterator[int]:
        """Check everything under the head; yield the number of leaves after each page."""
        for start in range(0, self.head.size, PAGE):
            stop = min(start + PAGE, self.head.size)
            seals = read_seals(self.epoch, start, stop)
            entries = read_columns([seal[1] for seal in seals])
            self._gaps(start, stop, [seal[0] for seal in seals])
            leaves = self._leaves(seals, {entry[0]: entry for entry in entries})
            checkpoints = read_checkpoints(self.epoch, start, stop)
            anchored = list(tape.up_to((self.epoch, stop)))
            self._grow(seals, leaves, checkpoints, anchored, unmatched)
            self._subtrees()
            passenger(entries)
            self.report.seen["leaves"] += len(seals)
            yield stop - start
        self._end()

    def _gaps(self, start: int, stop: int, places: Sequence[int]) -> None:
        for before, place in pairwise([start - 1, *places, stop]):
            if place != before + 1:
                self.rootless = True
                self.report.add("position_gap", epoch=self.epoch, position=before + 1, to=place - 1)

    def _leaves(self, seals: Sequence[Sealed], entries: dict[int, Columns]) -> Leaves:
        """Return both hashes of each leaf, anew from the columns; report where a seal differs."""
        data = [_leaf(entries.get(seal[1])) for seal in seals]
        hashes = [SHA256.leaf(leaf) for leaf in data], [SM3.leaf(leaf) for leaf in data]
        own = zip(*hashes, strict=True)
        for number, (seal, leaf, pair) in enumerate(zip(seals, data, own, strict=True)):
            if leaf and pair == seal[2:]:
                continue
            position, pk, *stored = seal
            where = {"epoch": self.epoch, "position": position, "entry": pk}
            if pk in entries:
                self.report.add("leaf_mismatch", **where, uid=entries[pk][-1])
            else:
                self.report.add("entry_missing", **where)
            if not leaf:  # the tree goes on with what is left of it
                hashes[0][number], hashes[1][number] = stored
        return hashes

    def _grow(
        self,
        seals: Sequence[Sealed],
        leaves: Leaves,
        checkpoints: dict[int, Checkpoint],
        anchored: Sequence[Anchored],
        unmatched: Callable[..., None],
    ) -> None:
        """Grow the trees from each size that was signed or anchored to the next, and compare."""
        published: dict[tuple[int, int], list[Anchored]] = {}
        for line, signed in anchored:
            published.setdefault(signed.note.place, []).append((line, signed))
        sizes = [seal[0] + 1 for seal in seals]
        marked = {*checkpoints, *(size for epoch, size in published if epoch == self.epoch)}
        low = 0
        for size in sorted(marked.intersection(sizes)):
            high = bisect_right(sizes, size)
            self._extend(seals[low:high], leaves[0][low:high], leaves[1][low:high])
            held = self._checkpoint(size, checkpoints.get(size))
            for line, signed in published.pop((self.epoch, size), ()):
                self._anchored(line, signed, held)
            low = high
        self._extend(seals[low:], leaves[0][low:], leaves[1][low:])
        for line, signed in chain(*published.values()):
            unmatched(line, signed)

    def _extend(
        self, seals: Sequence[Sealed], sha256: Sequence[bytes], sm3: Sequence[bytes]
    ) -> None:
        for position, pk, *_stored in seals:
            if pk < self.last_id:
                self.report.add("seal_order", epoch=self.epoch, position=position, entry=pk)
            self.last_id = pk
        blocks = zip(self.sha256.extend(sha256), self.sm3.extend(sm3), strict=True)
        self.blocks |= {(level, index): (root, twin[2]) for (level, index, root), twin in blocks}

    def _roots(self) -> tuple[bytes, bytes]:
        return self.sha256.root(), self.sm3.root()

    def _checkpoint(self, size: int, checkpoint: Checkpoint | None) -> SignedCheckpoint | None:
        """Compare the tree with what was signed at this size, and return that."""
        if checkpoint is None:
            return None
        held = checkpoint.signed()
        # One run of the sealer orders by id; the next may well hold smaller ids.
        self.last_id = 0
        self.report.seen["checkpoints"] += 1
        self.trust.check(held, epoch=self.epoch, size=size)
        self._compare("root_mismatch", held, {"epoch": self.epoch, "size": size})
        return held

    def _anchored(
        self, line: int, anchored: SignedCheckpoint, held: SignedCheckpoint | None
    ) -> None:
        self.report.seen["anchors"] += 1
        if anchored == held:
            return
        where = {"line": line, "epoch": self.epoch, "size": anchored.note.size}
        self.trust.check(anchored, **where)
        if held is None or held.note.roots != anchored.note.roots:
            self.report.add("anchor_differs", **where)
        else:
            self._compare("anchor_differs", anchored, where)

    def _compare(self, code: str, signed: SignedCheckpoint, where: dict[str, Any]) -> None:
        if not self.rootless and signed.note.roots != self._roots():
            self.report.add(code, **where)
            self.rootless = True

    def _subtrees(self) -> None:
        """Compare the blocks of this page with what is stored for proofs."""
        blocks, self.blocks = self.blocks, {}
        if self.rootless:
            return
        for level in {level for level, _index in blocks}:
            places = [index for at_level, index in blocks if at_level == level]
            rows = Subtree.objects.filter(epoch=self.epoch, level=level, index__in=places)
            stored = {row.index: (bytes(row.sha256), bytes(row.sm3)) for row in rows}
            for index in places:
                if stored.get(index) != blocks[level, index]:
                    self.report.add("subtree_differs", epoch=self.epoch, level=level, index=index)

    def _end(self) -> None:
        head, epoch = self.head, self.epoch
        exact = [b"".join(self.sha256.peaks), b"".join(self.sm3.peaks), *self._roots()]
        stored = [head.peaks_sha256, head.peaks_sm3, head.sha256, head.sm3]
        if not self.rootless and exact != [bytes(value) for value in stored]:
            self.report.add("head_differs", epoch=epoch, size=head.size)
        if head.size and not Checkpoint.objects.filter(epoch=epoch, size=head.size).exists():
            self.report.add("checkpoint_missing", epoch=epoch, size=head.size)
        # The sealer may be at work: what is written lies under the head as it stands afterwards.
        seals = Seal.objects.filter(epoch=epoch).aggregate(last=Max("position"))["last"]
        sizes = Checkpoint.objects.filter(epoch=epoch).aggregate(last=Max("size"))["last"]
        blocks = Subtree.objects.filter(epoch=epoch, level=1).aggregate(last=Max("index"))["last"]
        size = Head.objects.get(epoch=epoch).size
        reach = {
            "seals": -1 if seals is None else seals + 1,
            "checkpoints": sizes or 0,
            "subtrees": 0 if blocks is None else blocks + 1 << BLOCK_BITS,
        }
        for what, last in reach.items():
            if last > size:
                self.report.add("beyond_head", epoch=epoch, size=size, what=what, last=last)
