"""Walking through one epoch, leaf by leaf: everything is computed anew from the columns.

A stored hash proves nothing about the text beside it, so no stored hash is believed here. The walk
reads pages of positions; memory stays flat however long the history is.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Max

from jiceng.kernel.ledger.canonical import leaf_bytes
from jiceng.kernel.ledger.database import entries_among
from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.models import Checkpoint, Head, Seal, Subtree
from jiceng.kernel.ledger.notes import SignedCheckpoint
from jiceng.kernel.ledger.sealing import LEAF_FIELDS
from jiceng.kernel.ledger.tree import BLOCK_BITS, Frontier
from jiceng.kernel.ledger.trust import Trust

PAGE = 4096

Leaf = dict[str, Any]
Sealed = tuple[int, int, bytes, bytes]  # position, entry id, both stored hashes
# Called with a page of entries (by id); the second audit that rides on the walk.
Passenger = Callable[[dict[int, Leaf]], None]


def read_seals(epoch: int, start: int, stop: int) -> list[Sealed]:
    """Return the seals of the positions from ``start`` to ``stop``, in order."""
    rows = Seal.objects.filter(epoch=epoch, position__gte=start, position__lt=stop)
    found = rows.order_by("position").values_list("position", "entry_id", "leaf_sha256", "leaf_sm3")
    return [(place, pk, bytes(sha256), bytes(sm3)) for place, pk, sha256, sm3 in found]


def read_entries(ids: Sequence[int]) -> dict[int, Leaf]:
    """Return the hashed columns of entries, by id.

    SQLite keeps whatever is put into a column; an entry with an instant that is none comes back
    empty, so that it is found as altered instead of ending the walk.
    """
    rows = entries_among(ids).values_list("pk", *LEAF_FIELDS)
    try:
        return {pk: dict(zip(LEAF_FIELDS, columns, strict=True)) for pk, *columns in rows}
    except (ValueError, TypeError, AttributeError):
        if len(ids) == 1:
            return {ids[0]: dict.fromkeys(LEAF_FIELDS, "")}
        half = len(ids) // 2
        return read_entries(ids[:half]) | read_entries(ids[half:])


def _hashes(entry: Leaf) -> tuple[bytes, bytes] | None:
    """Return both leaf hashes from the columns, ``None`` where they are no entry at all."""
    try:
        data = leaf_bytes(**entry)
    except (ValueError, TypeError, AttributeError):
        return None
    return SHA256.leaf(data), SM3.leaf(data)


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

    def run(
        self, tape: AnchorTape, unmatched: Callable[..., None], passenger: Passenger
    ) -> Iterator[int]:
        """Check everything under the head; yield the number of leaves after each page."""
        for start in range(0, self.head.size, PAGE):
            stop = min(start + PAGE, self.head.size)
            seals = read_seals(self.epoch, start, stop)
            entries = read_entries([seal[1] for seal in seals])
            checkpoints = read_checkpoints(self.epoch, start, stop)
            self._gaps(start, stop, [seal[0] for seal in seals])
            blocks: dict[tuple[int, int], tuple[bytes, bytes]] = {}
            for seal in seals:
                self._leaf(seal, entries.get(seal[1]), blocks)
                size = seal[0] + 1
                self._marks(size, checkpoints.get(size), tape, unmatched)
            self._subtrees(blocks)
            passenger(entries)
            self.report.seen["leaves"] += len(seals)
            yield stop - start
        self._end()

    def _gaps(self, start: int, stop: int, places: Sequence[int]) -> None:
        expected = start
        for place in [*places, stop]:
            if place != expected:
                self.rootless = True
                self.report.add(
                    "position_gap",
                    epoch=self.epoch,
                    position=expected,
                    to=place - 1,
                )
            expected = place + 1

    def _leaf(
        self,
        seal: Sealed,
        entry: Leaf | None,
        blocks: dict[tuple[int, int], tuple[bytes, bytes]],
    ) -> None:
        position, pk, stored, stored_sm3 = seal
        hashes: tuple[bytes, bytes] | None = None
        where = {"epoch": self.epoch, "position": position, "entry": pk}
        if entry is None:
            self.report.add("entry_missing", **where)
        else:
            hashes = _hashes(entry)
            if hashes != (stored, stored_sm3):
                self.report.add("leaf_mismatch", **where, uid=entry["uid"])
        if pk < self.last_id:
            self.report.add("seal_order", **where)
        self.last_id = pk
        leaf, leaf_sm3 = hashes or (stored, stored_sm3)
        pairs = zip(self.sha256.append(leaf), self.sm3.append(leaf_sm3), strict=True)
        for (level, index, root), twin in pairs:
            blocks[level, index] = root, twin[2]

    def _roots(self) -> tuple[bytes, bytes]:
        return self.sha256.root(), self.sm3.root()

    def _marks(
        self,
        size: int,
        checkpoint: Checkpoint | None,
        tape: AnchorTape,
        unmatched: Callable[..., None],
    ) -> None:
        """Compare the tree with what was signed and anchored at this size."""
        held = checkpoint.signed() if checkpoint else None
        if held is not None:
            # One run of the sealer orders by id; the next may well hold smaller ids.
            self.last_id = 0
            self.report.seen["checkpoints"] += 1
            self.trust.check(held, epoch=self.epoch, size=size)
            self._compare("root_mismatch", held, {"epoch": self.epoch, "size": size})
        for line, anchored in tape.up_to((self.epoch, size)):
            if anchored.note.place != (self.epoch, size):
                unmatched(line, anchored)
                continue
            self.report.seen["anchors"] += 1
            if anchored != held:
                self._anchored(line, anchored, held)

    def _anchored(
        self, line: int, anchored: SignedCheckpoint, held: SignedCheckpoint | None
    ) -> None:
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

    def _subtrees(self, blocks: dict[tuple[int, int], tuple[bytes, bytes]]) -> None:
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
