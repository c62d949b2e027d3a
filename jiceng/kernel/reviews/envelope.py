"""The sealed envelope of a ballot.

Until the review is closed the marks stand nowhere in clear: the row holds them encrypted under a
key of the installation, the ledger a commitment (SHA-256 over salt, a zero byte and the canonical
text, as for personal data). Opened, anybody can compute every commitment, and from all ballots
together the value that the closing entry carries.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.ledger.service import canonical
from jiceng.kernel.reviews.rules import digits_of

PREFIX = "sha256:"


class SealUnreadable(Unavailable):
    """The ballots were sealed under a key that this installation no longer has (503)."""

    code = "seal_unreadable"
    sentence = _("密封的评分表无法拆封，请恢复提交评分时使用的密钥（JICENG_SECRET_KEY）。")


@dataclass(frozen=True)
class Opened:
    """A ballot out of its envelope; ``marks`` is canonical JSON, criterion to mark."""

    review: str
    judge: int
    candidate: int
    marks: str
    salt: str

    @property
    def commitment(self) -> str:
        """Return what the ledger was told when the ballot was cast."""
        text = canonical(
            {
                "review": self.review,
                "judge": self.judge,
                "candidate": self.candidate,
                "marks": json.loads(self.marks),
            }
        )
        return PREFIX + hashlib.sha256(bytes.fromhex(self.salt) + b"\0" + text.encode()).hexdigest()

    @property
    def by_criterion(self) -> dict[str, Decimal]:
        """Return the marks as numbers."""
        return {code: Decimal(mark) for code, mark in json.loads(self.marks).items()}


def _key(secret: str, review: str) -> Fernet:
    derive = HKDF(hashes.SHA256(), 32, salt=None, info=f"jiceng.reviews:{review}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))


def _keys(review: str) -> MultiFernet:
    held = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([_key(secret, review) for secret in held])


def enclose(review: str, judge: int, candidate: int, marks: Mapping[str, Decimal]) -> Opened:
    """Return a ballot with a fresh salt, ready to be sealed."""
    text = canonical({code: digits_of(mark) for code, mark in marks.items()})
    return Opened(review, judge, candidate, text, secrets.token_hex(32))


def seal(ballot: Opened) -> str:
    """Return the envelope: what the row holds until the review is closed."""
    text = json.dumps({"marks": ballot.marks, "salt": ballot.salt})
    return _keys(ballot.review).encrypt(text.encode()).decode()


def unseal(sealed: str, review: str, judge: int, candidate: int) -> Opened:
    """Return what the envelope holds, or raise ``SealUnreadable``."""
    try:
        content = json.loads(_keys(review).decrypt(sealed.encode()))
    except InvalidToken as error:
        raise SealUnreadable() from error
    return Opened(review, judge, candidate, content["marks"], content["salt"])


def digest_of(ballots: Iterable[Opened]) -> str:
    """Return the SHA-256 over all ballots: the canonical list of judge, candidate, marks, salt, in
    the order of judges and candidates."""
    rows = sorted(ballots, key=lambda ballot: (ballot.judge, ballot.candidate))
    plain = [[each.judge, each.candidate, json.loads(each.marks), each.salt] for each in rows]
    return hashlib.sha256(canonical(plain).encode()).hexdigest()
