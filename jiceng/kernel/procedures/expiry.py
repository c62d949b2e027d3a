"""Who waits does not wait for ever: what a step does when its time of waiting is over."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.procedures.publishing import version_of

BATCH = 200
log = logging.getLogger(__name__)


class Mover(Protocol):
    """The act of a system behind a move that nobody presses."""

    def __call__(self, *, move: str, number: str, step_id: int, at: datetime) -> Any:
        """Make the move as the system."""


MOVERS: Registry[Mover] = Registry("expiry")


def on_expiry(system: str) -> Callable[[Mover], Mover]:
    """Register how cases of ``system`` move on when the waiting is over."""
    return lambda mover: MOVERS.add(system, mover)


def expire(at: datetime) -> int:
    """Make the move of every open step whose waiting is over; returns how many moved.

    Twice changes nothing. A case that somebody moved meanwhile, or that cannot move, is passed
    over and hinders no other.
    """
    return sum(_expire(step, at) for step in _over(at))


def _over(at: datetime) -> Iterator[CaseStep]:
    last: tuple[datetime, int] | None = None
    while True:
        page = CaseStep.objects.open().filter(expires_at__lte=at).select_related("case")
        if last:
            page = page.filter(Q(expires_at__gt=last[0]) | Q(expires_at=last[0], id__gt=last[1]))
        steps = list(page.order_by("expires_at", "id")[:BATCH])
        yield from steps
        if len(steps) < BATCH:
            return
        last = (steps[-1].expires_at or at, steps[-1].pk)


def _expire(step: CaseStep, at: datetime) -> int:
    move = version_of(step.case.procedure_id).procedure.step(step.step).on_expiry
    mover = MOVERS.find(step.case.system)
    if not move or mover is None:
        return 0
    try:
        with transaction.atomic():
            mover(move=move, number=step.case.number, step_id=step.pk, at=at)
    except Refusal as refusal:
        log.warning("case %s does not move on: %s", step.case.number, refusal.code)
        return 0
    return 1
