"""The encryption of a backup: a stream of AES-256-GCM chunks that cannot be cut or reordered.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age uses it: the nonce
of a chunk is its number and whether it is the last, so a chunk that is missing, moved or added
fails like one that was changed. Every backup has a key of its own, derived from a fresh salt.
"""

import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jiceng.kernel.backups.refusals import refusal

MAGIC = b"jiceng-backup/1\n"
SALT, CHECK, TAG = 32, 16, 16
CHUNK = 1 << 20
# How plain copies of a database begin.
PLAIN = (b"SQLite format 3\x00", b"PGDMP")


def _derive(key: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, MAGIC + purpose).derive(key)


def _header(key: bytes, salt: bytes) -> bytes:
    """Return magic, salt, and what tells a wrong key from a damaged file."""
    return MAGIC + salt + _derive(key, salt, b"check", CHECK)


class _Chunks:
    """The cipher of one file, and the number of its next chunk."""

    def __init__(self, key: bytes, header: bytes) -> None:
        salt = header[len(MAGIC) : len(MAGIC) + SALT]
        self._cipher = AESGCM(_derive(key, salt, b"body", 32))
        self._header, self._number = header, 0

    def _nonce(self, last: bool) -> bytes:
        nonce = self._number.to_bytes(11, "big") + bytes([last])
        self._number += 1
        return nonce

    def seal(self, data: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), data, self._header)

    def open(self, data: bytes, *, last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(last), data, self._header)


class Sealer:
    """A file to write to, whose content reaches ``file`` encrypted; it is whole once finished."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file, self._held = file, bytearray()
        header = _header(key, secrets.token_bytes(SALT))
        self._chunks = _Chunks(key, header)
        file.write(header)

    def write(self, data: bytes) -> int:
        """Take ``data``; the last chunk is held back, for only ``finish`` knows that it is."""
        self._held += data
        while len(self._held) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._held[:CHUNK]), last=False))
            del self._held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._file.write(self._chunks.seal(bytes(self._held), last=True))


class Opener:
    """A file to read from, whose content comes decrypted from ``file``.

    Raises refusals: ``backup_plain_copy``, ``not_a_backup``, ``backup_key_wrong`` at once,
    ``backup_damaged`` as soon as a chunk is not what was written there. What was read is
    genuine, but only at the end is it known to be all.
    """

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file, self._held = file, b""
        header = file.read(len(MAGIC) + SALT + CHECK)
        if header.startswith(PLAIN):
            raise refusal("backup_plain_copy")
        if not header.startswith(MAGIC):
            raise refusal("not_a_backup")
        salt = header[len(MAGIC) : len(MAGIC) + SALT]
        if len(header) < len(MAGIC) + SALT + CHECK:
            raise refusal("backup_damaged")
        if not secrets.compare_digest(header, _header(key, salt)):
            raise refusal("backup_key_wrong")
        self._chunks = _Chunks(key, header)
        self._next: bytes = file.read(CHUNK + TAG)
        self._ended = False

    def _more(self) -> bytes:
        chunk, self._next = self._next, self._file.read(CHUNK + TAG)
        self._ended = not self._next
        try:
            return self._chunks.open(chunk, last=self._ended)
        except InvalidTag as error:
            raise refusal("backup_damaged") from error

    def read(self, size: int) -> bytes:
        """Return ``size`` bytes, or what there is until the end."""
        held = [self._held]
        there = len(self._held)
        while there < size and not self._ended:
            held.append(self._more())
            there += len(held[-1])
        joined = b"".join(held)
        self._held = joined[size:]
        return joined[:size]

    def drain(self) -> None:
        """Read to the end, so that a cut behind what was needed is found too."""
        while self.read(CHUNK):
            pass
