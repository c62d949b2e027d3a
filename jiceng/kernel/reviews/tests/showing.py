"""What the tests of a review do again and again."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Review
from jiceng.kernel.testing.panel import Show


def refused(work: Callable[[], Any], code: str, status: int = 0) -> Refusal:
    """Run ``work``, which has to be refused with ``code``."""
    with pytest.raises(Refusal) as refusal:
        work()
    assert refusal.value.code == code
    assert not status or refusal.value.status == status
    return refusal.value


def history(review: Review, event: str) -> list[dict[str, Any]]:
    return [json.loads(e.payload) for e in entries_of(review.subject) if e.event.endswith(event)]


def aside(show: Show, now: datetime, judge: Capacity, number: int, reason: str = "有亲属") -> None:
    service.declare_conflict(
        by=judge,
        at=now,
        review=show.review,
        candidate=show.candidates[number - 1],
        reason=reason,
    )
