"""G7: effects that break off, and sleepers that begin them again, over a thousand entries."""

import logging
import time
from copy import copy
from datetime import timedelta

from faults import following
from faults.drills import quiet_seal
from faults.laboratory import Trial, quiet
from faults.models import Effect
from jiceng.kernel.base import clock
from jiceng.kernel.ledger import followers
from jiceng.kernel.ledger.entries import RESIDENT, NewEntry, append_many
from jiceng.kernel.ledger.models import Cursor, Entry
from jiceng.systems.grid.terms import REPORTED

DROPPED = 0.1
BATCH = 500
EVENTS = {"large": 5_000}


class BrokeOff(Exception):
    """An effect whose answer never came."""


def deliveries(trial: Trial) -> None:
    """One effect in ten breaks off after it was written; after each turn whoever had the one before
    wakes up and goes on where it was; still every effect is there once."""
    followers.LEASE = timedelta(milliseconds=20)
    logging.getLogger(followers.__name__).setLevel(logging.CRITICAL)  # it would say each of them
    events, chances = EVENTS.get(trial.size, 1_000), trial.dice("deliveries")
    _report(events)

    def disturb(entry: Entry) -> None:
        if chances.random() < DROPPED:
            trial.measured["broken"] += 1
            raise BrokeOff()

    trial.measured |= {"broken": 0, "repeated": 0}
    following.disturb = disturb
    _deliver(trial, events)
    following.disturb = None
    quiet()
    trial.measured["deliveries"] = Effect.objects.count()


def _report(events: int) -> None:
    at = clock.read()
    for start in range(0, events, BATCH):
        append_many(
            NewEntry(REPORTED, f"test.case:{number}", RESIDENT, at, {"n": number})
            for number in range(start, start + BATCH)
        )
        quiet_seal()


def _deliver(trial: Trial, events: int) -> None:
    follower = followers.FOLLOWERS.get(following.FOLLOWER)
    sleeper: Cursor | None = None
    until = time.monotonic() + events / 4
    while Effect.objects.count() < events and time.monotonic() < until:
        at = clock.read()
        cursor = followers._claim(follower, at)
        if cursor is None:
            time.sleep(0.01)
            continue
        before = copy(cursor)
        followers._read_on(follower, cursor, at, 1)
        if sleeper is not None:
            trial.measured["repeated"] += 1
            followers._read_on(follower, sleeper, at, 1)
        sleeper = before
