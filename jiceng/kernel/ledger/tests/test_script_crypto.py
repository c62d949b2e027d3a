"""The cryptography that the stand-alone script writes out, against libraries and vectors."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.ledger.hashing import SM3_VECTOR, sm3
from jiceng.kernel.ledger.signing import verifies
from jiceng.kernel.ledger.tests.standalone import script
from jiceng.kernel.ledger.tree import inclusion_spans

# RFC 8032 §7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_vectors_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, sign = (bytes.fromhex(part) for part in (public, message, signature))
    assert script.ed25519_verifies(key, sign, text)
    assert not script.ed25519_verifies(key, sign, text + b"x")
    for spot in (0, 31, 32, 63):
        bent = bytearray(sign)
        bent[spot] ^= 1
        assert not script.ed25519_verifies(key, bytes(bent), text)


def test_a_signature_with_a_second_form_is_refused() -> None:
    """S + L signs the same; a verifier that takes it would let receipts be altered."""
    key, text, sign = (bytes.fromhex(part) for part in VECTORS[1])
    scalar = int.from_bytes(sign[32:], "little") + script.Q
    assert not script.ed25519_verifies(key, sign[:32] + scalar.to_bytes(32, "little"), text)


@pytest.mark.parametrize("public", [b"\xff" * 32, b"\x02" + b"\x00" * 31])
def test_a_key_that_is_no_point(public: bytes) -> None:
    assert not script.ed25519_verifies(public, b"\x00" * 64, b"")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    st.integers(0, 511),
    st.booleans(),
)
def test_script_and_library_agree(message: str, bit: int, bent: bool) -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    signature = bytearray(private.sign(message.encode()))
    if bent:
        signature[bit // 8] ^= 1 << bit % 8
    assert verifies(public, bytes(signature), message) is not bent
    assert script.ed25519_verifies(public, bytes(signature), message.encode()) is not bent


@pytest.mark.slow
@settings(deadline=None)
@given(st.binary(max_size=300))
def test_sm3_of_the_script(data: bytes) -> None:
    assert script.own_sm3(data) == script.sm3(data) == sm3(data)


def test_known_answer_of_sm3() -> None:
    message, digest = SM3_VECTOR
    assert script.own_sm3(message).hex() == digest
    assert script.sha256(b"") == hashlib.sha256(b"").digest()


@pytest.mark.slow
@given(st.integers(1, 10**9), st.data())
def test_lengths_of_paths(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert script.path_length(index, size) == len(inclusion_spans(index, size))
