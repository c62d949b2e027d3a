"""The Merkle tree of RFC 9162 §2.1, over hashes that somebody else keeps.

Nothing here knows a database: a frontier is enough to grow the tree, and a proof is planned first
(which perfect subtrees it needs) and computed from whatever fetched them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

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

    def append(self, leaf: bytes) -> Sequence[Block]:
        """Add a leaf; return the blocks that it completed, smallest first."""
        node, index, height, blocks = leaf, self.size, 0, []
        while index & 1:
            node = self.algorithm.node(self.peaks.pop(), node)
            index >>= 1
            height += 1
            if height % BLOCK_BITS == 0:
                blocks.append((height // BLOCK_BITS, index, node))
        self.peaks.append(node)
        self.size += 1
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
        row = [algorithm.node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _climb(
    algorithm: Algorithm,
    start: bytes,
    place: tuple[int, int],
    path: Sequence[bytes],
    left: Callable[[bytes], None] = lambda sibling: None,
) -> bytes:
    """Return the root reached from ``start`` at (index, last index); RFC 9162 §2.1.3.2.

    ``left`` hears of every sibling on the left: those are the parts of the older tree.
    """
    index, last = place
    root = start
    for sibling in path:
        if last == 0:
            raise ProofError("proof_length")
        if index & 1 or index == last:
            root = algorithm.node(sibling, root)
            left(sibling)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = algorithm.node(root, sibling)
        index, last = index >> 1, last >> 1
    if last:
        raise ProofError("proof_length")
    return root


def inclusion_root(
    algorithm: Algorithm, leaf: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes:
    """Return the root that ``path`` leads to; ``ProofError`` where it cannot fit index and size."""
    if size == 0:
        raise ProofError("tree_empty")
    if not 0 <= index < size:
        raise ProofError("index_out_of_range")
    if len(path) != len(inclusion_spans(index, size)):
        raise ProofError("proof_length")
    return _climb(algorithm, leaf, (index, size - 1), path)


def check_consistency(
    algorithm: Algorithm,
    old: tuple[int, bytes],
    new: tuple[int, bytes],
    path: Sequence[bytes],
) -> None:
    """Raise ``ProofError`` unless tree ``new`` (size, root) extends ``old``; RFC 9162 §2.1.4.2."""
    (old_size, old_root), (new_size, new_root) = old, new
    if len(path) != len(consistency_spans(old_size, new_size)):
        raise ProofError("proof_length")
    if old_size == new_size:
        if old_root != new_root:
            raise ProofError("proof_mismatch")
        return
    hashes = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    older = [hashes[0]]
    root = _climb(
        algorithm,
        hashes[0],
        (index, last),
        hashes[1:],
        lambda sibling: older.append(algorithm.node(sibling, older.pop())),
    )
    if root != new_root or older[0] != old_root:
        raise ProofError("proof_mismatch")
