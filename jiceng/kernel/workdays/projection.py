"""Derives deadlines again when a calendar arrives or is amended."""

import logging
from datetime import datetime

from django.db import transaction

from jiceng.kernel.ledger.service import SYSTEM, append
from jiceng.kernel.workdays.clocks import deadline_of
from jiceng.kernel.workdays.models import Clock, ClockQuerySet
from jiceng.kernel.workdays.refusals import CalendarUnknown
from jiceng.kernel.workdays.rules import Deadline
from jiceng.kernel.workdays.shelf import read_again
from jiceng.kernel.workdays.terms import REPROJECTED

BATCH = 500
log = logging.getLogger(__name__)


def reproject(at: datetime) -> list[Clock]:
    """Read the calendar again, move the deadlines it changes, and return those clocks.

    Not only provisional ones: a notice may be amended during its year, as in 2019 and 2020. Each
    deadline that moves, or is provisional no longer, is one entry ``REPROJECTED`` on the clock's
    subject. A second run changes nothing.
    """
    current = read_again()
    counting = Clock.objects.running().exclude(calendar_version="")
    versions = counting.order_by().values_list("calendar_version", flat=True).distinct()
    stale = [version for version in versions if not current.is_current(version)]
    return _derive_again(counting.filter(calendar_version__in=stale), at)


def rebuild(at: datetime) -> list[Clock]:
    """Derive every running deadline again, record what moves like ``reproject``, return those."""
    read_again()
    return _derive_again(Clock.objects.running().exclude(limit_kind=""), at)


def reproject_deadlines(at: datetime) -> int:
    """Reproject and return how many deadlines moved: the hourly job of the tick."""
    return len(reproject(at))


def _derive_again(clocks: ClockQuerySet, at: datetime) -> list[Clock]:
    """Go through ``clocks`` in batches, each in a transaction, so that no lock is held for long."""
    moved: list[Clock] = []
    last = 0
    while batch := list(
        clocks.filter(pk__gt=last).order_by("pk").prefetch_related("pauses")[:BATCH]
    ):
        last = batch[-1].pk
        with transaction.atomic():
            moved += [clock for clock in batch if _moves(clock, at)]
    return moved


def _moves(clock: Clock, at: datetime) -> bool:
    """Derive one deadline again; tell whether a reader of it would see a change."""
    try:
        due = deadline_of(clock, clock.pauses.all())
    except CalendarUnknown:
        # One clock whose year was taken away must not keep the others from moving.
        log.exception("the deadline of clock %s cannot be derived any more", clock.pk)
        return False
    before = clock.due_at, clock.provisional
    if (*before, clock.calendar_version) == (due.due_at, due.provisional, due.calendar_version):
        return False
    if not _write(clock, due) or before == (due.due_at, due.provisional):
        return False
    append(
        event=REPROJECTED,
        subject=clock.subject,
        by=SYSTEM,
        at=at,
        facts={
            "clock": clock.pk,
            "kind": clock.kind,
            "was": before[0],
            "due_at": due.due_at,
            "provisional": due.provisional,
            "calendar": due.calendar_version,
        },
    )
    return True


def _write(clock: Clock, due: Deadline) -> bool:
    """Write the deadline unless somebody changed the clock meanwhile; the next run sees to that."""
    changes = {
        "due_at": due.due_at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
    }
    same = Clock.objects.running().filter(
        pk=clock.pk, due_at=clock.due_at, changed_at=clock.changed_at
    )
    if not same.update(**changes):
        return False
    for name, value in changes.items():
        setattr(clock, name, value)
    return True
