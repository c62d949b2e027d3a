"""The queue of entries that wait for their seal, and what happens when it stands still."""

import time

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Unavailable
from jiceng.kernel.ledger.database import oldest_pending_seconds

LOOK_EVERY = 3.0  # seconds

# When this process looked last, and whether the queue stood still then.
_seen: dict[str, float] = {}


class SealingStuck(Unavailable):
    """Entries have waited too long for their seal: no promise can be given now (503)."""

    code = "sealing_stuck"
    sentence = _("台账封存暂停，暂时无法受理。请稍后再试。")


def forget() -> None:
    """Look again at the next act, instead of after the pause."""
    _seen.clear()


def refuse_if_stuck() -> None:
    """Raise ``SealingStuck`` where the oldest entry waits longer than LEDGER_STUCK_SECONDS.

    A receipt promises a seal within the merge delay; whoever cannot keep the promise must not
    give it. 0 switches this off. One process looks once in three seconds.
    """
    limit = getattr(settings, "LEDGER_STUCK_SECONDS", 0)
    if not limit:
        return
    now = time.monotonic()
    if now - _seen.get("at", -LOOK_EVERY) >= LOOK_EVERY:
        _seen.update(at=now, age=oldest_pending_seconds() or 0)
    if _seen["age"] > limit:
        raise SealingStuck()
