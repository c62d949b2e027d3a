"""The Merkle tree: known vectors, and the laws of proofs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.ledger.hashing import ALGORITHMS, SHA256, SM3, SM3_VECTOR, Algorithm, sm3
from jiceng.kernel.ledger.tree import (
    Frontier,
    ProofError,
    check_consistency,
    consistency_spans,
    cover,
    inclusion_root,
    inclusion_spans,
    perfect_root,
    prove,
)

# The leaves and roots that the reference implementations of RFC 6962 test with.
RFC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
RFC_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(algorithm: Algorithm, leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word by word."""
    if not leaves:
        return algorithm.empty
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = naive_root(algorithm, leaves[:k]), naive_root(algorithm, leaves[k:])
    return algorithm.node(left, right)


def leaves_of(size: int, algorithm: Algorithm = SHA256) -> list[bytes]:
    return [algorithm.leaf(b"%d" % number) for number in range(size)]


def hashes_of(algorithm: Algorithm, leaves: list[bytes], spans: list) -> dict:
    nodes = {node for span in spans for node in cover(span)}
    return {
        (height, index): perfect_root(algorithm, leaves[index << height : (index + 1) << height])
        for height, index in nodes
    }


def inclusion(leaves: list[bytes], index: int, algorithm: Algorithm = SHA256) -> list[bytes]:
    spans = inclusion_spans(index, len(leaves))
    return prove(algorithm, spans, hashes_of(algorithm, leaves, spans))


def consistency(leaves: list[bytes], old: int) -> list[bytes]:
    spans = consistency_spans(old, len(leaves))
    return prove(SHA256, spans, hashes_of(SHA256, leaves, spans))


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_vectors(size: int) -> None:
    tree = Frontier(SHA256)
    tree.extend([SHA256.leaf(leaf) for leaf in RFC_LEAVES[:size]])
    assert tree.root().hex() == RFC_ROOTS[size]


def test_paths_of_the_reference_vectors() -> None:
    leaves = [SHA256.leaf(leaf) for leaf in RFC_LEAVES]
    assert [item.hex() for item in inclusion(leaves, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [item.hex() for item in inclusion(leaves[:3], 1)] == [
        RFC_ROOTS[1],
        SHA256.leaf(RFC_LEAVES[2]).hex(),
    ]
    assert [item.hex() for item in consistency(leaves, 1)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [item.hex() for item in consistency(leaves[:7], 4)] == [
        naive_root(SHA256, leaves[4:7]).hex()
    ]


def test_known_answers_of_sm3() -> None:
    message, digest = SM3_VECTOR
    assert sm3(message).hex() == digest
    # GB/T 32905-2016, annex A.2: 64 bytes, so that the padding fills a block of its own.
    assert sm3(b"abcd" * 16).hex() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_prefixes_keep_leaves_and_nodes_apart() -> None:
    assert SHA256.leaf(b"x") == hashlib.sha256(b"\x00x").digest()
    assert SHA256.node(b"x", b"y") == hashlib.sha256(b"\x01xy").digest()
    assert SM3.leaf(b"x") == sm3(b"\x00x")
    assert SM3.node(b"x", b"y") == sm3(b"\x01xy")


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.name)
def test_frontier_grows_to_the_same_root(algorithm: Algorithm) -> None:
    leaves, tree = leaves_of(70, algorithm), Frontier(algorithm)
    for size in range(70):
        assert tree.root() == naive_root(algorithm, leaves[:size])
        tree = Frontier(algorithm, size, tree.peaks)  # as read back from a head
        assert tree.extend(leaves[size : size + 1]) == []


@pytest.mark.slow
@given(st.lists(st.integers(0, 40), max_size=8))
def test_leaves_in_any_portions_make_the_same_tree(portions: list[int]) -> None:
    leaves, tree = leaves_of(sum(portions)), Frontier(SHA256)
    for portion in portions:
        tree.extend(leaves[tree.size : tree.size + portion])
        assert tree.root() == naive_root(SHA256, leaves[: tree.size])
    assert Frontier(SHA256, tree.size, tree.peaks).root() == tree.root()


def test_frontier_refuses_peaks_of_another_size() -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier(SHA256, 3, [b"x"])


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 255, 256, 1000, 70_000])
def test_blocks_are_complete_and_right(step: int) -> None:
    leaves, tree, blocks = leaves_of(256 * 256 + 300), Frontier(SHA256), []
    for start in range(0, len(leaves), step):
        blocks += tree.extend(leaves[start : start + step])
    places = [(level, index) for level, index, _root in blocks]
    assert places[:2] == [(1, 0), (1, 1)]
    assert sorted(places) == [*((1, index) for index in range(257)), (2, 0)]
    for level, index, root in blocks:
        span = 256**level
        assert root == perfect_root(SHA256, leaves[index * span : (index + 1) * span])


@pytest.mark.slow
def test_every_proof_of_every_small_tree() -> None:
    """All sizes to 70: each leaf proves, and each checkpoint extends each earlier one."""
    leaves = leaves_of(70)
    roots = [naive_root(SHA256, leaves[:size]) for size in range(71)]
    for size in range(1, 71):
        for index in range(size):
            path = inclusion(leaves[:size], index)
            assert inclusion_root(SHA256, leaves[index], index, size, path) == roots[size]
        for old in range(1, size + 1):
            path = consistency(leaves[:size], old)
            check_consistency(SHA256, (old, roots[old]), (size, roots[size]), path)


@st.composite
def a_proof(draw: st.DrawFn) -> tuple[list[bytes], int]:
    size = draw(st.integers(1, 3000))
    return leaves_of(size), draw(st.integers(0, size - 1))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(a_proof(), st.data())
def test_an_altered_proof_proves_nothing(
    case: tuple[list[bytes], int], data: st.DataObject
) -> None:
    leaves, index = case
    size, path = len(leaves), inclusion(leaves, index)
    root = naive_root(SHA256, leaves)
    assert inclusion_root(SHA256, leaves[index], index, size, path) == root
    assert inclusion_root(SHA256, SHA256.leaf(b"another"), index, size, path) != root
    other = data.draw(st.integers(0, size - 1))
    if other != index and len(inclusion_spans(other, size)) == len(path):
        assert inclusion_root(SHA256, leaves[index], other, size, path) != root
    if path:
        spot = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:spot], SHA256.leaf(path[spot]), *path[spot + 1 :]]
        assert inclusion_root(SHA256, leaves[index], index, size, bent) != root
        with pytest.raises(ProofError, match="proof_length"):
            inclusion_root(SHA256, leaves[index], index, size, path[:-1])
    with pytest.raises(ProofError, match="proof_length"):
        inclusion_root(SHA256, leaves[index], index, size, [*path, root])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(a_proof(), st.data())
def test_an_altered_consistency_proves_nothing(
    case: tuple[list[bytes], int], data: st.DataObject
) -> None:
    leaves, index = case
    size, old = len(leaves), index + 1
    roots = naive_root(SHA256, leaves[:old]), naive_root(SHA256, leaves)
    path = consistency(leaves, old)
    check_consistency(SHA256, (old, roots[0]), (size, roots[1]), path)
    wrong = SHA256.leaf(b"another")
    for pair in ((wrong, roots[1]), (roots[0], wrong)):
        with pytest.raises(ProofError, match="proof_mismatch"):
            check_consistency(SHA256, (old, pair[0]), (size, pair[1]), path)
    if path:
        spot = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:spot], SHA256.leaf(path[spot]), *path[spot + 1 :]]
        with pytest.raises(ProofError, match="proof_mismatch"):
            check_consistency(SHA256, (old, roots[0]), (size, roots[1]), bent)
        with pytest.raises(ProofError, match="proof_length"):
            check_consistency(SHA256, (old, roots[0]), (size, roots[1]), path[1:])


@pytest.mark.parametrize(
    ("index", "size", "code"),
    [(0, 0, "tree_empty"), (1, 1, "index_out_of_range"), (-1, 5, "index_out_of_range")],
)
def test_places_outside_the_tree(index: int, size: int, code: str) -> None:
    with pytest.raises(ProofError, match=code):
        inclusion_root(SHA256, b"", index, size, [])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_sizes_that_cannot_be_consistent(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="index_out_of_range"):
        check_consistency(SHA256, (old, b""), (new, b""), [])
