"""The two hash functions of the log, with the prefixes that keep leaves and nodes apart.

SHA-256 is what every verifier in the world has; SM3 (GB/T 32905-2016) stands beside it because a
Chinese office may have to show it. Both are computed over the same bytes, so either alone proves.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes

# FIPS 180-4, the example of one block: the digest of «abc».
SHA256_VECTOR = (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
# GB/T 32905-2016, annex A.1: the digest of «abc».
SM3_VECTOR = (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")


class _LibrarySm3:
    """SM3 of the cryptography library, for interpreters whose OpenSSL was built without it."""

    def __init__(self, inner: hashes.Hash | None = None) -> None:
        self._inner = inner or hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._inner.update(data)

    def copy(self) -> "_LibrarySm3":
        return _LibrarySm3(self._inner.copy())

    def digest(self) -> bytes:
        return self._inner.finalize()


def _sm3() -> Any:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3")
    return _LibrarySm3()


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest of ``data``, 32 bytes."""
    context = _sm3()
    context.update(data)
    return context.digest()


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 digest of ``data``, 32 bytes."""
    return hashlib.sha256(data).digest()


class Algorithm:
    """A hash function as a Merkle tree uses it: RFC 9162 §2.1.1.

    The prefixes 0x00 and 0x01 keep a node from being passed off as a leaf. The started contexts
    are copied, which for SM3 is half the price of making them anew.
    """

    def __init__(self, name: str, empty: Any) -> None:
        self.name = name
        self.empty: bytes = empty.copy().digest()
        self._leaf, self._node = empty.copy(), empty.copy()
        self._leaf.update(b"\x00")
        self._node.update(b"\x01")

    def leaf(self, data: bytes) -> bytes:
        """Return the hash of a leaf."""
        context = self._leaf.copy()
        context.update(data)
        return context.digest()

    def node(self, left: bytes, right: bytes) -> bytes:
        """Return the hash of an inner node."""
        context = self._node.copy()
        context.update(left + right)
        return context.digest()

    def parents(self, row: Sequence[bytes]) -> list[bytes]:
        """Return the nodes over neighbouring pairs of an even row."""
        node = self.node
        return [node(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]


SHA256 = Algorithm("sha256", hashlib.sha256())
SM3 = Algorithm("sm3", _sm3())
ALGORITHMS = (SHA256, SM3)
