"""The front door of every JSON body: what passes here can be stored on every database."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Malformed, TooLarge

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_INTEGER = 2**53


class BadEncoding(Malformed):
    """The body is not UTF-8 (400)."""

    code = "bad_encoding"
    sentence = _("内容不是 UTF-8 编码。")


class DuplicateKey(Malformed):
    """An object names a key twice (400)."""

    code = "duplicate_key"
    sentence = _("同一个字段出现了两次。")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = {key for key, value in pairs}
    if len(keys) != len(pairs):
        raise DuplicateKey()
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise Malformed(_("数值不能是 NaN 或无穷大。"), code="bad_number")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise Malformed(_("整数超出范围。"), code="bad_number")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        return _no_constant(digits)
    return value


def _too_deep(body: str) -> bool:
    """Count brackets outside strings, so that a bomb is refused before the parser recurses."""
    depth, in_string, escaped = 0, False, False
    for character in body:
        if escaped:
            escaped = False
        elif in_string:
            escaped, in_string = character == "\\", character != '"'
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if any((ord(c) < 32 and c not in "\t\n\r") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise BadInput(_("内容含有不能使用的字符。"), code="bad_char")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)


def decode_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``.

    Strict: at most 1 MB, UTF-8, one object, no duplicate key, at most 32 levels, no NaN or
    infinity, integers within ±2^53, strings without control characters and lone surrogates.
    Raises ``TooLarge``, ``Malformed`` (400) or ``BadInput`` (422).
    """
    if len(body) > MAX_BYTES:
        raise TooLarge()
    try:
        text = body.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise BadEncoding() from error
    if text.startswith("\ufeff"):
        raise BadEncoding()
    if _too_deep(text):
        raise Malformed(_("内容嵌套过深。"), code="too_deep")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_fraction,
        )
    except json.JSONDecodeError as error:
        raise Malformed(_("内容不是合法的 JSON。"), code="bad_json") from error
    if not isinstance(value, dict):
        raise Malformed(_("内容应为一个 JSON 对象。"), code="not_an_object")
    _check_text(value)
    return value
