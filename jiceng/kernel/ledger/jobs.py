"""What the worker and the tick do for the ledger."""

import logging
from datetime import datetime

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.jobs import every
from jiceng.kernel.ledger import followers, idempotency, sealing

logger = logging.getLogger(__name__)

BATCHES = 20


@every(1, "worker")
def seal_pending(at: datetime) -> int:
    """Seal what waits, up to 20 batches; return the number of batches.

    A refusal (no key, rolled back, overtaken) is logged and tried again a second later: entries
    keep waiting, and past LEDGER_STUCK_SECONDS acts are refused.
    """
    for count in range(BATCHES):
        try:
            if sealing.seal(at) is None:
                return count
        except sealing.SealerOvertaken:
            return count
        except Refusal as refusal:
            logger.error("sealing stopped: %s %s %s", refusal.code, refusal, refusal.details)
            return count
    return BATCHES


@every(1, "worker")
def run_followers(at: datetime) -> int:
    """Let every follower read on; return the number of effects."""
    return followers.run_followers(at)


@every(86_400, "tick")
def purge_keys(at: datetime) -> int:
    """Forget idempotency keys older than 90 days; return how many."""
    return idempotency.purge(at)
