"""Derives deadlines again when a calendar arrives or is amended."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, NewEntry, append_many
from jiceng.kernel.workdays.changes import deadline_of
from jiceng.kernel.workdays.many import deadlines
from jiceng.kernel.workdays.models import Clock, ClockQuerySet
from jiceng.kernel.workdays.refusals import CalendarUnknown
from jiceng.kernel.workdays.rules import Deadline, Limit
from jiceng.kernel.workdays.shelf import calendar, read_again
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
    return _derive_again(counting.filter(calendar_version__in=stale), SYSTEM, at)


def rebuild(at: datetime) -> list[Clock]:
    """Derive every running deadline again, record what moves like ``reproject``, return those."""
    read_again()
    return _derive_again(Clock.objects.running().exclude(limit_kind=""), OPERATOR, at)


def reproject_deadlines(at: datetime) -> int:
    """Reproject and return how many deadlines moved: the hourly job of the tick."""
    return len(reproject(at))


def _derive_again(clocks: ClockQuerySet, by: Actor, at: datetime) -> list[Clock]:
    """Go through ``clocks`` in batches, each in a transaction, so that no lock is held for long."""
    moved: list[Clock] = []
    last = 0
    whole = clocks.order_by("pk").prefetch_related("pauses", "extensions")
    while batch := list(whole.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        derived = sorted(_derived(batch), key=lambda pair: pair[0].pk)
        with transaction.atomic():
            changed = [(clock, was) for clock, due in derived if (was := _move(clock, due))]
            append_many(_entry(clock, was, by, at) for clock, was in changed)
        moved += [clock for clock, _was in changed]
    return moved


def _derived(clocks: Iterable[Clock]) -> Iterator[tuple[Clock, Deadline]]:
    """Yield each clock with its deadline: those of one limit that never paused at once."""
    alike: defaultdict[Limit, list[Clock]] = defaultdict(list)
    singly: list[Clock] = []
    for clock in clocks:
        limit = clock.whole_limit
        group = singly if limit is None or clock.pauses.all() else alike[limit]
        group.append(clock)
    for limit, group in alike.items():
        starts = [clock.started_at for clock in group]
        try:
            yield from zip(group, deadlines(calendar(), starts, limit), strict=True)
        except CalendarUnknown:
            singly += group
    yield from _derived_singly(singly)


def _derived_singly(clocks: Iterable[Clock]) -> Iterator[tuple[Clock, Deadline]]:
    for clock in clocks:
        try:
            yield clock, deadline_of(clock, clock.pauses.all(), clock.extensions.all())
        except CalendarUnknown:
            # One clock whose year was taken away must not keep the others from moving.
            log.exception("the deadline of clock %s cannot be derived any more", clock.pk)


def _move(clock: Clock, due: Deadline) -> datetime | None:
    """Write a deadline; return the old one if a reader of it would see a change."""
    was, was_provisional, version = clock.due_at, clock.provisional, clock.calendar_version
    if (was, was_provisional, version) == (due.due_at, due.provisional, due.calendar_version):
        return None
    if not _write(clock, due) or (was, was_provisional) == (due.due_at, due.provisional):
        return None
    return was


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


def _entry(clock: Clock, was: datetime, by: Actor, at: datetime) -> NewEntry:
    facts = {
        "clock": clock.pk,
        "kind": clock.kind,
        "was": was,
        "due_at": clock.due_at,
        "provisional": clock.provisional,
        "calendar": clock.calendar_version,
    }
    return NewEntry(REPROJECTED, clock.subject, by, at, facts)
