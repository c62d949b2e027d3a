"""Followers: how a system reacts to what another recorded, without either knowing the other.

A follower reads sealed positions, each exactly once: its effect and its cursor move in one
transaction, so that a crash undoes both or neither.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger.entries import EVENT
from jiceng.kernel.ledger.models import Cursor, Entry, Head, Seal

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
STRIDE = 2000  # positions looked through at a time

Effect = Callable[[Entry, datetime], None]


class LeaseLost(Exception):
    """Another process claimed the cursor meanwhile; what this one did is undone."""


@dataclass(frozen=True)
class Follower:
    """A function that hears of every sealed entry of one event, in order of sealing."""

    name: str
    event: str
    effect: Effect


FOLLOWERS: Registry[Follower] = Registry("follower")


def follows(event: str, *, name: str = "") -> Callable[[Effect], Effect]:
    """Call the function ``f(entry, at)`` once for every sealed entry of ``event``, from the first
    entry on, in a transaction of its own. ``name`` is that of its cursor, the path by default.

    An exception undoes the effect and is tried again when the lease has run out.
    """
    if not EVENT.fullmatch(event):
        raise TypeError(f"not an event code: {event!r}")

    def register(effect: Effect) -> Effect:
        code = name or f"{effect.__module__}.{effect.__qualname__}"
        FOLLOWERS.add(code, Follower(code, event, effect))
        return effect

    return register


def _claim(follower: Follower, at: datetime) -> Cursor | None:
    """Claim the cursor by compare-and-set, ``None`` where somebody else holds or moved it."""
    first = Head.objects.order_by("epoch").values_list("epoch", flat=True).first()
    if first is None:
        return None
    cursor, _made = Cursor.objects.get_or_create(name=follower.name, defaults={"epoch": first})
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    # The place belongs to the comparison: whoever held the cursor when it was read may have read on
    # and let go since, and the fence moves with claims only.
    seen = {"fence": cursor.fence, "epoch": cursor.epoch, "position": cursor.position}
    claimed = Cursor.objects.filter(free, name=cursor.name, **seen).update(
        fence=cursor.fence + 1, lease_until=at + LEASE
    )
    if not claimed:
        return None
    cursor.fence += 1
    return cursor


def _advance(cursor: Cursor, epoch: int, position: int) -> None:
    moved = Cursor.objects.filter(name=cursor.name, fence=cursor.fence).update(
        epoch=epoch, position=position
    )
    if not moved:
        raise LeaseLost()
    cursor.epoch, cursor.position = epoch, position


def _next_epoch(epoch: int) -> int | None:
    later = Head.objects.filter(epoch__gt=epoch, size__gt=0).order_by("epoch")
    return later.values_list("epoch", flat=True).first()


def _matching(follower: Follower, epoch: int, start: int, stop: int) -> list[tuple[int, Entry]]:
    places = dict(
        Seal.objects.filter(epoch=epoch, position__gte=start, position__lt=stop).values_list(
            "entry_id", "position"
        )
    )
    entries = Entry.objects.filter(pk__in=places, event=follower.event)
    return sorted(((places[entry.pk], entry) for entry in entries), key=lambda pair: pair[0])


def _stride(follower: Follower, cursor: Cursor, at: datetime) -> int | None:
    """Handle the next positions; return how many effects, ``None`` at the end of the ledger."""
    size = Head.objects.filter(epoch=cursor.epoch).values_list("size", flat=True).first() or 0
    if cursor.position >= size:
        later = _next_epoch(cursor.epoch)
        if later is None:
            return None
        _advance(cursor, later, 0)
        return 0
    stop = min(cursor.position + STRIDE, size)
    matching = _matching(follower, cursor.epoch, cursor.position, stop)
    for position, entry in matching:
        with transaction.atomic():
            follower.effect(entry, at)
            _advance(cursor, cursor.epoch, position + 1)
    if cursor.position < stop:
        _advance(cursor, cursor.epoch, stop)
    return len(matching)


def _follow(follower: Follower, at: datetime, strides: int) -> int:
    cursor = _claim(follower, at)
    return _read_on(follower, cursor, at, strides) if cursor else 0


def _read_on(follower: Follower, cursor: Cursor, at: datetime, strides: int) -> int:
    """Handle what follows a claimed cursor, and let go of it."""
    count = 0
    try:
        for _turn in range(strides):
            handled = _stride(follower, cursor, at)
            if handled is None:
                break
            count += handled
    except LeaseLost:
        logger.warning("follower %s lost its lease", follower.name)
    except Exception:
        # The lease is left to run out: that is the pause before the next attempt, and the other
        # followers go on meanwhile.
        logger.exception("follower %s failed at %s", follower.name, cursor)
    else:
        Cursor.objects.filter(name=cursor.name, fence=cursor.fence).update(lease_until=None)
    return count


def _behind() -> list[Follower]:
    """Return who has something left to read. Looking writes nothing, which claiming does."""
    last = Head.objects.filter(size__gt=0).order_by("-epoch").first()
    if last is None:
        return []
    ends = Cursor.objects.filter(epoch=last.epoch, position__gte=last.size)
    done = set(ends.values_list("name", flat=True))
    return [follower for follower in FOLLOWERS if follower.name not in done]


def run_followers(at: datetime, strides: int = 20) -> int:
    """Let every follower read on, ``strides`` times 2,000 positions at most; return the effects."""
    return sum(_follow(follower, at, strides) for follower in _behind())
