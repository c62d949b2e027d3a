"""Reads limits and instants that people type."""

import re
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.text import ascii_digits
from jiceng.kernel.workdays.limits import Limit
from jiceng.kernel.workdays.moments import civil
from jiceng.kernel.workdays.terms import Convention, LimitKind

INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
LIMIT = re.compile(r"(\d{1,6}(?:\.\d{1,2})?)\s*(\D+?)\s*\(?(次日起算|next_day)?\)?", re.ASCII)


class BadInstant(BadInput):
    """Text that is no instant (422)."""

    code = "bad_instant"
    sentence = _("时间应写作 2026-09-30 16:00（北京时间），且确有其日。")


class BadLimit(BadInput):
    """Text that is no limit (422)."""

    code = "bad_limit"
    sentence = _("时限应写作 3工作日、4工作时、2紧急工作时、15自然日，可加“次日起算”。")


def read_instant(text: str) -> datetime:
    """Return the instant that ``text`` names; without an offset it is Beijing time.

    Raises ``BadInstant`` for anything else, also for 24:00 and days that do not exist, and
    ``CalendarUnknown`` outside the years that are handled.
    """
    text = ascii_digits(text).strip()
    if not INSTANT.fullmatch(text) or text[11:13] == "24":
        raise BadInstant()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInstant() from None
    return civil(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))


def read_limit(text: str) -> Limit:
    """Return the limit that ``text`` names, or raise ``BadLimit`` or ``LimitUnusable``."""
    found = LIMIT.fullmatch(ascii_digits(text).strip())
    kind = _kinds().get(found.group(2)) if found else None
    if found is None or kind is None:
        raise BadLimit()
    convention = Convention.NEXT_DAY if found.group(3) else Convention.ROLLING
    return Limit(kind, Decimal(found.group(1)), convention)


def _kinds() -> dict[str, str]:
    """Return the kinds by their code and by their Chinese word, whatever the page's language."""
    with override(None):
        return {name: kind.value for kind in LimitKind for name in (kind.value, str(kind.label))}
