"""The encryption: what was written comes back, and nothing else ever does."""

from collections.abc import Callable
from io import BytesIO

import pytest

from jiceng.kernel.backups import envelope
from jiceng.kernel.backups.envelope import CHECK, MAGIC, SALT, TAG, Opener, Sealer
from jiceng.kernel.backups.refusals import BackupRefused

KEY, OTHER = bytes(range(32)), bytes(32)
CHUNK = 64
HEADER = len(MAGIC) + SALT + CHECK
SEALED = CHUNK + TAG


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "CHUNK", CHUNK)


def sealed(data: bytes, key: bytes = KEY) -> bytes:
    file = BytesIO()
    sealer = Sealer(file, key)
    sealer.write(data)
    sealer.finish()
    return file.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    opener = Opener(BytesIO(data), key)
    return b"".join(iter(lambda: opener.read(100), b""))


def code_of(data: bytes, key: bytes = KEY) -> str:
    with pytest.raises(BackupRefused) as refused:
        opened(data, key)
    return refused.value.code


DATA = bytes(number % 251 for number in range(3 * CHUNK + 10))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 10])
def test_what_was_written_comes_back(size: int) -> None:
    assert opened(sealed(DATA[:size])) == DATA[:size]


def test_written_in_drops_and_read_in_drops() -> None:
    file = BytesIO()
    sealer = Sealer(file, KEY)
    for number in DATA:
        sealer.write(bytes([number]))
    sealer.finish()
    opener = Opener(BytesIO(file.getvalue()), KEY)
    assert b"".join(opener.read(7) for _turn in range(len(DATA))) == DATA


def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    first, second = sealed(b"A" * 300), sealed(b"A" * 300)
    assert b"AAAA" not in first
    assert first[len(MAGIC) :] != second[len(MAGIC) :]


def test_every_flipped_byte_is_found() -> None:
    whole = sealed(DATA)
    for place in range(len(whole)):
        bent = bytearray(whole)
        bent[place] ^= 1
        expected = "backup_damaged"
        if place < HEADER:
            expected = "not_a_backup" if place < len(MAGIC) else "backup_key_wrong"
        assert code_of(bytes(bent)) == expected, place


def test_every_cut_is_found() -> None:
    whole = sealed(DATA)
    for length in range(len(whole)):
        expected = "backup_damaged" if length >= len(MAGIC) else "not_a_backup"
        assert code_of(whole[:length]) == expected, length


def _chunks(whole: bytes) -> list[bytes]:
    body = whole[HEADER:]
    return [body[start : start + SEALED] for start in range(0, len(body), SEALED)]


@pytest.mark.parametrize(
    "change",
    [
        lambda chunks: [chunks[1], chunks[0], *chunks[2:]],
        lambda chunks: [chunks[0], *chunks[2:]],
        lambda chunks: chunks[1:],
        lambda chunks: [chunks[0], chunks[0], *chunks[1:]],
        lambda chunks: [*chunks, chunks[-1]],
        lambda chunks: [*chunks, b"\0"],
        lambda chunks: [*chunks[:-1], chunks[-1][:-1]],
        lambda chunks: [*_chunks(sealed(DATA))[:1], *chunks[1:]],
    ],
    ids=["swapped", "dropped", "cut", "doubled", "repeated", "trailed", "shortened", "foreign"],
)
def test_chunks_keep_their_places(change: Callable[[list[bytes]], list[bytes]]) -> None:
    whole = sealed(DATA)
    assert opened(whole) == DATA
    assert code_of(whole[:HEADER] + b"".join(change(_chunks(whole)))) == "backup_damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_backup"),
        (b"PK\x03\x04 something", "not_a_backup"),
        (b"jiceng-backup/2\n" + bytes(200), "not_a_backup"),
        (b"SQLite format 3\x00" + bytes(200), "backup_plain_copy"),
        (b"PGDMP" + bytes(200), "backup_plain_copy"),
    ],
)
def test_what_is_no_backup(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_another_key() -> None:
    assert code_of(sealed(DATA), OTHER) == "backup_key_wrong"
