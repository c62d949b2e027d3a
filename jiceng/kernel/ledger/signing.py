"""The key that signs checkpoints and receipts. It lives in a file, never in the database."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.ledger.models import Head, SigningKey
from jiceng.kernel.ledger.notes import succession_text


class KeyMissing(Unavailable):
    """There is no usable key file, and production never makes one by itself (503)."""

    code = "key_missing"
    sentence = _("台账签名密钥不存在或无法读取，请从备份恢复密钥文件。")


class KeyUnknown(Unavailable):
    """The key in the file is not the one this log signs with (503)."""

    code = "key_unknown"
    sentence = _("密钥文件中的密钥未在台账登记。请恢复原密钥，或执行 ledger rotate-key。")


class KeyRetired(Unavailable):
    """The key in the file no longer signs, or does not yet (503)."""

    code = "key_retired"
    sentence = _("密钥文件中的密钥此刻无权签名。")


def key_id_of(public: bytes) -> str:
    """Return the id of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def verifies(public: bytes, signature: bytes, text: str) -> bool:
    """Tell whether ``signature`` is that of the Ed25519 key ``public`` over ``text``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Signer:
    """A private key at work."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        """The id of the public key."""
        return key_id_of(self.public)

    def sign(self, text: str) -> bytes:
        """Return the Ed25519 signature over ``text``, 64 bytes."""
        return self.private.sign(text.encode())


def write_beside(path: Path, signer: Signer) -> Path:
    """Write the key to a fresh file beside ``path``, readable by its owner only; return it."""
    pem = signer.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def fresh_signer() -> Signer:
    """Return a new random key."""
    return Signer(Ed25519PrivateKey.generate())


def _make_first(path: Path) -> None:
    fresh = write_beside(path, fresh_signer())
    try:
        # A link fails where the name exists: of processes that start together one makes the key.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def read_key(path: Path) -> Signer:
    """Return the key in the file ``path``, or raise ``KeyMissing``."""
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyMissing() from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyMissing()
    return Signer(private)


def signer(at: datetime | None = None) -> Signer:
    """Return the key that signs now, registered in ``SigningKey``.

    ``at`` is the instant that the signed text will carry, if it carries one. Outside production
    the first call makes the key. Raises ``KeyMissing``, ``KeyUnknown`` or ``KeyRetired``.
    """
    path = Path(settings.LEDGER_KEY_FILE)
    if not path.exists() and not getattr(settings, "PRODUCTION", True):
        _make_first(path)
    key = read_key(path)
    row = SigningKey.objects.filter(key_id=key.key_id).first()
    if row is None:
        # Only the very first key enters by itself; any other would let a stranger's key in. Another
        # process that starts at the same time may have entered this very key just now.
        if SigningKey.objects.exclude(key_id=key.key_id).exists():
            raise KeyUnknown()
        row, _made = SigningKey.objects.get_or_create(
            key_id=key.key_id, defaults={"public": key.public}
        )
    if row.ends_at is not None or (at is not None and not row.signs_at(at)):
        raise KeyRetired()
    return key


@dataclass(frozen=True)
class PublishedKey:
    """A public key as it is published: 64 hexadecimal digits, and from when to when it signs."""

    key_id: str
    public: str
    starts_at: datetime | None
    ends_at: datetime | None


def published_keys() -> list[PublishedKey]:
    """Return the public keys of this ledger, the oldest first; none before it signed anything."""
    return [
        PublishedKey(row.key_id, bytes(row.public).hex(), row.starts_at, row.ends_at)
        for row in SigningKey.objects.order_by(F("starts_at").asc(nulls_first=True))
    ]


def register_successor(old: Signer | None, new: Signer, at: datetime) -> SigningKey:
    """Retire the key that signs and enter ``new`` behind it, endorsed by ``old`` if there is one.

    Called inside a transaction.
    """
    # Takes turns with the sealer, which moves the same row before it asks for the key.
    Head.objects.select_for_update().order_by("-epoch").first()
    retired = SigningKey.objects.filter(ends_at=None)
    previous = retired.values_list("key_id", flat=True).first() or ""
    retired.update(ends_at=at)
    row = SigningKey(key_id=new.key_id, public=new.public, starts_at=at, previous=previous)
    if old is not None:
        text = succession_text(settings.LEDGER_ORIGIN, old.public, new.public)
        row.endorsed, row.accepted = old.sign(text), new.sign(text)
    row.save(force_insert=True)
    return row


def succeeds(origin: str, row: SigningKey, previous: SigningKey) -> bool:
    """Tell whether both keys signed that ``row`` follows ``previous``."""
    text = succession_text(origin, bytes(previous.public), bytes(row.public))
    return verifies(bytes(previous.public), bytes(row.endorsed), text) and verifies(
        bytes(row.public), bytes(row.accepted), text
    )
