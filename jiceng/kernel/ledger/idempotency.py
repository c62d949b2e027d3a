"""One click, one effect: a key that was used leads back to the entry of its first use."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.rows import insert_new
from jiceng.kernel.ledger.canonical import canonical, plain
from jiceng.kernel.ledger.entries import CONTROL
from jiceng.kernel.ledger.models import ActKey, Entry

KEPT = timedelta(days=90)
MAX_KEY = 200


class BadKey(BadInput):
    """An idempotency key that is too long or holds control characters (422)."""

    code = "bad_key"
    sentence = _("防重复键不符合要求。")


class KeyReused(Conflict):
    """The key was used before, for another request (409)."""

    code = "key_reused"
    sentence = _("这个防重复键已用于另一项提交。")


def check_key(key: str) -> None:
    """Raise ``BadKey`` unless ``key`` may be used; an empty key means that none is given."""
    if not isinstance(key, str) or len(key) > MAX_KEY or CONTROL.search(key):
        raise BadKey()


def _file_digest(file: File) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _model_reference(row: Model) -> str:
    if row.pk is None:
        raise TypeError("a request cannot name a row that is not saved")
    return getattr(row, "ledger_ref", "") or f"{row._meta.label_lower}:{row.pk}"


def _comparable(value: Any) -> Any:
    """Return ``value`` in terms that two requests can be compared by."""
    if isinstance(value, Model):
        return _model_reference(value)
    if isinstance(value, File):
        return {"sha256": _file_digest(value)}
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, Mapping):
        return {str(name): _comparable(item) for name, item in value.items()}
    return _comparable_group(value)


def _comparable_group(value: Any) -> Any:
    if isinstance(value, list | tuple | QuerySet):
        return [_comparable(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(canonical(_comparable(item)) for item in value)
    if is_dataclass(value):
        return {item.name: _comparable(getattr(value, item.name)) for item in fields(value)}
    return plain(value)


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def claim_of(
    *,
    by: str,
    event: str,
    key: tuple[str, str],
    request: Mapping[str, Any],
    uid: str,
    at: datetime,
) -> ActKey:
    """Return the row that claims ``key`` for the entry ``uid``, unsaved.

    ``key`` is the text, and whose it is among those who share ``by``.
    """
    # The key goes into both digests: it is the salt that keeps a telephone number in the request
    # from being tried out against the table.
    digest = _digest([by, event, *key])
    wanted = _digest([*key, _comparable(request)])
    return ActKey(digest=digest, request_digest=wanted, entry_uid=uid, at=at)


def first_use(claim: ActKey) -> Entry | None:
    """Return the entry that the key was first used for, ``None`` where it is new.

    Raises ``KeyReused`` where the first request was another.
    """
    row = ActKey.objects.filter(digest=claim.digest).first()
    if row is None:
        return None
    if row.request_digest != claim.request_digest:
        raise KeyReused()
    return Entry.objects.get(uid=row.entry_uid)


def take(claim: ActKey) -> Entry | None:
    """Claim a key inside a transaction; return the entry of its first use, if there was one.

    A second claimant waits at the unique key until the first commits (and then finds it) or rolls
    back (and then is the first).
    """
    return None if insert_new(claim) else first_use(claim)


def purge(at: datetime) -> int:
    """Forget keys older than 90 days; return how many."""
    return ActKey.objects.filter(at__lt=at - KEPT).delete()[0]
