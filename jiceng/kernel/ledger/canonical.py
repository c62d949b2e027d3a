"""Canonical JSON (RFC 8785) and the bytes of a leaf.

Only what every language reads alike is allowed: text, whole numbers within ±2^53, true, false,
null, arrays, objects. A fraction travels as text, for no two languages agree on how to print one.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import instant_text
from jiceng.kernel.base.errors import BadInput, TooLarge

MAX_INTEGER = 2**53
MAX_DEPTH = 32
MAX_PAYLOAD = 64 * 1024

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_quoted = json.encoder.encode_basestring  # what the encoder calls for text, without the way there


class Uncanonical(BadInput):
    """A value that cannot be written down the same way everywhere (422)."""

    code = "uncanonical"
    sentence = _("内容无法写入台账。")


class PayloadTooLarge(TooLarge):
    """More than 64 KiB of facts in one entry (413); files belong into attachments."""

    code = "payload_too_large"
    sentence = _("一条台账记录的内容过大。")


def _scalar(value: Any) -> str:
    """Return a value of the standard library as text; a kind we do not know is our own mistake."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise Uncanonical()
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"the ledger cannot hold a {type(value).__name__}")


def _key_order(key: str) -> bytes:
    # RFC 8785 §3.2.3 sorts by UTF-16 units; Python would sort by code points, which differs
    # from U+10000 on. «surrogatepass» lets the encoding check below give the right refusal.
    return key.encode("utf-16-be", "surrogatepass")


def _object(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"the ledger cannot hold the key {key!r}")
    # Plain ASCII sorts alike by every rule, and nearly all keys are.
    order = None if "".join(value).isascii() else _key_order
    return {key: plain(value[key], depth + 1) for key in sorted(value, key=order)}


def plain(value: Any, depth: int = 0) -> Any:
    """Return ``value`` in JSON's own types, keys in canonical order.

    Instants become UTC text, ``Decimal`` its digits, an ``Enum`` its value. Raises ``TypeError``
    for fractions and unknown kinds, ``Uncanonical`` for what came in from outside.
    """
    if depth > MAX_DEPTH:
        raise Uncanonical()
    if value is None or type(value) in (str, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value, depth)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Uncanonical()
        return int(value)
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    return _scalar(value)


def canonical(value: Any) -> str:
    """Return ``value`` as canonical JSON; a lone surrogate raises ``Uncanonical`` «bad_char»."""
    text = _encode(plain(value))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Uncanonical(code="bad_char") from error
    return text


def canonical_payload(facts: Mapping[str, Any]) -> str:
    """Return the facts of an entry as canonical JSON of at most 64 KiB."""
    text = canonical(facts)
    if len(text.encode()) > MAX_PAYLOAD:
        raise PayloadTooLarge()
    return text


def leaf_of(
    at: str, by: str, by_title: str, event: str, payload: str, subject: str, uid: str
) -> bytes:
    """Return the bytes that are hashed for an entry, ``at`` being text already: canonical JSON with
    its keys in fixed order.

    The payload is set in as it stands, so that a verifier hashes columns and parses nothing (the
    parsing would cost ten times the hash). No other columns give the same bytes: every field
    before the payload is a JSON string that ends at its first bare quote, and so is every field
    behind it, read from the end.
    """
    return (
        f'{{"at":{_quoted(at)},"by":{_quoted(by)},"by_title":{_quoted(by_title)},'
        f'"event":{_quoted(event)},"payload":{payload},"subject":{_quoted(subject)},'
        f'"uid":{_quoted(uid)}}}'
    ).encode()


def leaf_bytes(
    *, at: datetime, by: str, by_title: str, event: str, payload: str, subject: str, uid: str
) -> bytes:
    """Return the bytes that are hashed for an entry."""
    return leaf_of(instant_text(at), by, by_title, event, payload, subject, uid)
