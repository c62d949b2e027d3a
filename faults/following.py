"""A follower of reports that writes each down, so that a missing or a second effect shows."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import follows
from jiceng.systems.grid.terms import REPORTED

# While this file is there, an effect dwells in its transaction: time for a fault to strike.
DWELL = "FAULTS_DWELL"
FOLLOWER = "faults.effect"
Disturb = Callable[[Entry], None]
# What a drill does to an effect after it was written and before it is committed.
disturb: Disturb | None = None


def listen() -> None:
    """Register the follower."""
    follows(REPORTED, name=FOLLOWER)(_effect)


def _effect(entry: Entry, at: datetime) -> None:
    from faults.models import Effect

    Effect.objects.create(entry_uid=entry.uid)
    if disturb is not None:
        disturb(entry)
    while (mark := os.environ.get(DWELL)) and Path(mark).exists():
        time.sleep(0.02)
