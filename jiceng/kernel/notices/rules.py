"""What may be shown, what identifies it, and where a notice stands. Plain Python."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.text import clean_text, mask_personal
from jiceng.kernel.notices.refusals import NotShowable
from jiceng.kernel.notices.terms import LONGEST_TEXT, NoticeKind, Standing

# What is shown of a field: a text, or the lines of a list.
Shown = str | list[str]
MOST_LINES = 200


def projection(kind: NoticeKind, record: Mapping[str, Any]) -> dict[str, Shown]:
    """Return what is shown of ``record``: allowed fields alone, as text, numbers of persons masked.

    In the order of the kind; what is empty is left out. Raises ``NotShowable`` for anything else:
    a field that slips through once is public for good.
    """
    for name in record:
        if name not in kind.fields:
            raise NotShowable(field=str(name))
    given = {name: _shown(name, record[name]) for name in kind.fields if name in record}
    return {name: value for name, value in given.items() if value}


def _shown(name: str, value: Any) -> Shown:
    if isinstance(value, list | tuple):
        if len(value) > MOST_LINES:
            raise NotShowable(field=name)
        return [line for line in (_text(name, each) for each in value) if line]
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotShowable(field=name)
    return public_text(str(value))


def public_text(typed: str, limit: int = LONGEST_TEXT) -> str:
    """Return ``typed`` as the public may read it: clean, telephone and identity numbers masked."""
    return mask_personal(clean_text(typed, limit))


def fingerprint(kind: str, title: str, unit: str, shown: Mapping[str, Shown]) -> str:
    """Return the SHA-256 of what hangs on the board; ``original`` is what was hashed."""
    return hashlib.sha256(original(kind, title, unit, shown).encode()).hexdigest()


def original(kind: str, title: str, unit: str, shown: Mapping[str, Shown]) -> str:
    """Return what hangs on the board as canonical JSON: keys in order, no spaces (RFC 8785)."""
    whole = {"kind": kind, "shown": dict(shown), "title": title, "unit": unit}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Facts:
    """What a notice's standing follows from; ``blocking`` counts objections in its way."""

    at: datetime
    closes_at: datetime
    provisional: bool
    withdrawn: bool
    replaced: bool
    blocking: int


def standing(facts: Facts) -> Standing:
    """Return where a notice stands.

    A period that rests on days nobody has published is not over: a holiday could still lengthen
    it. The last instant of the period belongs to it.
    """
    if facts.withdrawn:
        return Standing.WITHDRAWN
    if facts.replaced:
        return Standing.REPLACED
    if facts.at <= facts.closes_at:
        return Standing.OPEN
    if facts.provisional:
        return Standing.PROVISIONAL
    return Standing.BLOCKED if facts.blocking else Standing.COMPLETED


@dataclass(frozen=True)
class Difference:
    """A field that a correction changed."""

    name: str
    before: Sequence[str]
    after: Sequence[str]


def differences(
    fields: Iterable[str], before: Mapping[str, Shown], after: Mapping[str, Shown]
) -> list[Difference]:
    """Return what a correction changed, field by field, in the order of ``fields``."""
    pairs = [(name, lines(before.get(name, "")), lines(after.get(name, ""))) for name in fields]
    return [Difference(name, was, now) for name, was, now in pairs if was != now]


def lines(value: Shown) -> list[str]:
    """Return what is shown of a field as lines."""
    return value.split("\n") if isinstance(value, str) and value else list(value)
