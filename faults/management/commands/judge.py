"""``manage.py judge``: the invariants, over the database and what the clients remember."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from faults import invariants
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.ledger import followers
from jiceng.kernel.ledger.models import Cursor, Head, Pending
from jiceng.kernel.procedures.models import Case, CaseStep

PEACE = 60.0  # seconds within which everything has to settle


class Command(BaseCommand):
    """Print the findings as JSON; what is found is for the caller to weigh."""

    help = "故障实验室：核对全部不变量。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("history", type=Path)
        parser.add_argument("--settled", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for peace where it is asked for, then judge."""
        if options["settled"]:
            settle()
        with options["history"].open(encoding="utf-8") as lines:
            told = invariants.read_history(lines)
        laws = invariants.SETTLED if options["settled"] else invariants.ALWAYS
        delays = invariants.sealing_delays()
        verdict = {
            "findings": invariants.break_of(laws, told),
            "acts": sum(word == "ok" for word in told.words.values()),
            "unknown": sum(word == "unknown" for word in told.words.values()),
            "receipts": len(told.receipts) + len(told.leaves),
            "photos": Attachment.objects.count(),
            "cases": Case.objects.count(),
            "steps": CaseStep.objects.count(),
            "stuck": stuck(),
            "delay_p99": delays[int(len(delays) * 0.99) - 1] if delays else 0.0,
            "delay_max": delays[-1] if delays else 0.0,
        }
        self.stdout.write(json.dumps(verdict, ensure_ascii=False))


def stuck() -> int:
    """Count the followers whose lease ran out two leases ago and whom nobody has replaced."""
    long_ago = clock.read() - 2 * followers.LEASE
    return Cursor.objects.filter(lease_until__lt=long_ago).count()


def settle() -> None:
    """Wait until nothing waits for its seal and every follower has read to the end."""
    until = time.monotonic() + PEACE
    while time.monotonic() < until:
        if at_peace():
            return
        time.sleep(0.2)


def at_peace() -> bool:
    """Tell whether nothing waits and everybody has read on."""
    return not Pending.objects.exists() and _followed()


def _followed() -> bool:
    head = Head.objects.order_by("-epoch").first()
    cursors = {cursor.name: cursor for cursor in Cursor.objects.all()}
    return head is not None and all(
        (cursor := cursors.get(follower.name)) is not None
        and (cursor.epoch, cursor.position) == (head.epoch, head.size)
        for follower in followers.FOLLOWERS
    )
