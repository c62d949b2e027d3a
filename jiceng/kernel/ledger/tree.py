"""The Merkle tree of RFC 9162 §2.1, over hashes that somebody else keeps.

Nothing here knows a database: a frontier is enough to grow the tree, and a proof is planned first
(which perfect subtrees it needs) and computed from whatever fetched them.
"""

from collections.abc import Iterable, Mapping, Sequence

from jiceng.kernel.ledger.hashing import Algorithm

# One stored row for each complete block of 256 leaves, of 256 such blocks, and so on: a proof
# reads a few hundred hashes, and the rows add less than half a percent to the table of leaves.
BLOCK_BITS = 8

Node = tuple[int, int]  # height, index: the perfect subtree over [index << height, …)
Span = tuple[int, int]  # leaves from, to (not included)
Block = tuple[int, int, bytes]  # level, index, hash


class ProofError(Exception):
    """A proof that does not prove; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Frontier:
    """The perfect subtrees that make up a tree of ``size`` leaves, largest first."""

    def __init__(self, algorithm: Algorithm, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.algorithm, self.size, self.peaks = algorithm, size, list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError("the frontier does not fit the size")

    def extend(self, leaves: Sequence[bytes]) -> list[Block]:
        """Add leaves, a whole level of the tree at a time; return the blocks that they completed,
        level by level."""
        row, index, height = list(leaves), self.size, 0
        kept: list[bytes] = []
        blocks: list[Block] = []
        self.size += len(row)
        while row:
            level, rest = divmod(height, BLOCK_BITS)
            if level and not rest:
                blocks += [(level, place, node) for place, node in enumerate(row, index)]
            if index & 1:  # the last peak is the left neighbour of this row
                row.insert(0, self.peaks.pop())
            if len(row) & 1:
                kept.append(row.pop())
            row, index, height = self.algorithm.parents(row), index >> 1, height + 1
        self.peaks += reversed(kept)
        return blocks

    def root(self) -> bytes:
        """Return the root of the tree."""
        return fold(self.algorithm, self.peaks)


def fold(algorithm: Algorithm, peaks: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees, largest first; of none, the hash of nothing."""
    if not peaks:
        return algorithm.empty
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = algorithm.node(peak, root)
    return root


def _split(length: int) -> int:
    """Return the largest power of two below ``length``."""
    return 1 << (length - 1).bit_length() - 1


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove leaf ``index`` in a tree of ``size``, leaf first."""
    if not 0 <= index < size:
        raise ProofError("index_out_of_range")
    low, high, spans = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return the spans whose hashes prove that a tree of ``new`` extends one of ``old``."""
    if not 0 < old <= new:
        raise ProofError("index_out_of_range")
    low, high, whole, spans = 0, new, True, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low, whole = middle, False
    # The old tree itself is known to the verifier, unless the walk left it for a part of it.
    return ([] if whole else [(low, high)]) + spans[::-1]


def cover(span: Span) -> list[Node]:
    """Return the perfect subtrees that make up a span of the tree, largest first."""
    low, high = span
    nodes = []
    while low < high:
        height = (high - low).bit_length() - 1
        nodes.append((height, low >> height))
        low += 1 << height
    return nodes


def prove(algorithm: Algorithm, spans: Iterable[Span], hashes: Mapping[Node, bytes]) -> list[bytes]:
    """Return the hash of each span from the hashes of the nodes that cover it."""
    return [fold(algorithm, [hashes[node] for node in cover(span)]) for span in spans]


def perfect_root(algorithm: Algorithm, hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of neighbouring hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = algorithm.parents(row)
    return row[0]


def _sides(index: int, size: int, length: int) -> int:
    """Return, as bits, which of the ``length`` siblings of a path stand on the left, leaf first;
    RFC 9162 §2.1.3.2. ``ProofError`` where so long a path cannot fit index and size."""
    # Up to where the path meets the right edge of the tree, the place tells the side. From there
    # on the subtrees to the right are empty, so each sibling stands on the left.
    inner = (index ^ size - 1).bit_length()
    if length != inner + (index >> inner).bit_count():
        raise ProofError("proof_length")
    return index | -1 << inner


def _climb(algorithm: Algorithm, root: bytes, sides: int, path: Sequence[bytes]) -> bytes:
    """Return the root reached from ``root``, with the siblings on the sides that the bits say."""
    node = algorithm.node
    for sibling in path:
        root = node(sibling, root) if sides & 1 else node(root, sibling)
        sides >>= 1
    return root


def inclusion_root(
    algorithm: Algorithm, leaf: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes:
    """Return the root that ``path`` leads to; ``ProofError`` where it cannot fit index and size."""
    if size == 0:
        raise ProofError("tree_empty")
    if not 0 <= index < size:
        raise ProofError("index_out_of_range")
    return _climb(algorithm, leaf, _sides(index, size, len(path)), path)


def check_consistency(
    algorithm: Algorithm,
    old: tuple[int, bytes],
    new: tuple[int, bytes],
    path: Sequence[bytes],
) -> None:
    """Raise ``ProofError`` unless tree ``new`` (size, root) extends ``old``; RFC 9162 §2.1.4.2."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        raise ProofError("index_out_of_range")
    if old_size == new_size:
        if path:
            raise ProofError("proof_length")
        if old_root != new_root:
            raise ProofError("proof_mismatch")
        return
    # The walk begins at the last perfect subtree of the old tree; where that is the whole old
    # tree, the verifier knows it already and the path leaves it out.
    height = (old_size & -old_size).bit_length() - 1
    hashes = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    sides = _sides(old_size - 1 >> height, (new_size - 1 >> height) + 1, len(hashes) - 1)
    start, siblings = hashes[0], hashes[1:]
    # What stands on the left of that walk makes up the old tree.
    older = [node for place, node in enumerate(siblings) if sides >> place & 1]
    whole = _climb(algorithm, start, -1, older)
    if _climb(algorithm, start, sides, siblings) != new_root or whole != old_root:
        raise ProofError("proof_mismatch")
