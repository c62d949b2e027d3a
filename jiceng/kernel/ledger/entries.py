"""Appending to the history, and reading a case's history back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_noop as _

from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.loading import load
from jiceng.kernel.base.together import write_together
from jiceng.kernel.ledger.canonical import canonical_payload
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.ledger.personal import commit

EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
SUBJECT = re.compile(r"[a-z][a-z0-9_.]*:[A-Za-z0-9_./-]{1,80}")
REF = re.compile(r"[a-z][a-z0-9_]*(:[A-Za-z0-9_.-]{1,80})?")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Actor(Protocol):
    """Who acts. ``title`` is written into history as it is now, and holds no personal name."""

    @property
    def ref(self) -> str:
        """A stable reference: ``officer:1024``, ``resident``, ``system:tick``."""

    @property
    def title(self) -> str:
        """Unit and role as people say it: 菱北街道 值班员."""


@dataclass(frozen=True)
class Nobody:
    """An actor behind whom stands no officer. History keeps the title in Chinese; a page that
    shows it translates it."""

    ref: str
    title: str


RESIDENT = Nobody("resident", _("群众"))
SYSTEM = Nobody("system:tick", _("系统"))
OPERATOR = Nobody("system:command", _("系统运维"))


@dataclass(frozen=True)
class NewEntry:
    """An entry that is yet to be appended; ``personal`` enters as commitments only."""

    event: str
    subject: str
    by: Actor
    at: datetime
    facts: Mapping[str, Any]
    personal: Mapping[str, str] = field(default_factory=dict)


def check_actor(by: Actor, at: datetime) -> None:
    """Raise ``ValueError`` unless ``by`` and ``at`` can be written into history."""
    if not (isinstance(by.ref, str) and len(by.ref) <= 100 and REF.fullmatch(by.ref)):
        raise ValueError(f"not an actor: {by.ref!r}")
    title = by.title
    if not (isinstance(title, str) and 0 < len(title) <= 200) or CONTROL.search(title):
        raise ValueError(f"not a title: {title!r}")
    if at.tzinfo is None:
        raise ValueError("an act needs an instant with a time zone")


def _check(row: NewEntry) -> None:
    check_actor(row.by, row.at)
    if len(row.event) > 100 or not EVENT.fullmatch(row.event):
        raise ValueError(f"not an event code: {row.event!r}")
    if len(row.subject) > 120 or not SUBJECT.fullmatch(row.subject):
        raise ValueError(f"not a subject: {row.subject!r}")


def _entry(row: NewEntry, uid: str, commitments: Mapping[str, Any]) -> Entry:
    _check(row)
    if both := row.facts.keys() & commitments.keys():
        raise ValueError(f"fact and personal value at once: {sorted(both)}")
    return Entry(
        uid=uid,
        event=row.event,
        subject=row.subject,
        by=row.by.ref,
        by_title=row.by.title,
        at=row.at,
        payload=canonical_payload({**row.facts, **commitments}),
    )


def rows_of(row: NewEntry, uid: str) -> list[Model]:
    """Return what is to be inserted for an entry under ``uid``: itself, then its personal data."""
    commitments, data = commit(uid, row.personal)
    return [_entry(row, uid, commitments), *data]


def append_row(row: NewEntry, uid: str) -> Entry:
    """Append one entry under a ``uid`` that the caller already handed out."""
    entry, *data = rows_of(row, uid)
    write_together(rows=[entry, *data])
    return cast(Entry, entry)


def append(
    *,
    event: str,
    subject: str,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any],
    personal: Mapping[str, str] | None = None,
) -> Entry:
    """Append one entry, in the transaction of whoever calls.

    Raises ``Uncanonical`` (422) or ``PayloadTooLarge`` (413) for facts that cannot be kept.
    """
    return append_row(NewEntry(event, subject, by, at, facts, personal or {}), new_uid())


def append_many(rows: Iterable[NewEntry]) -> list[Entry]:
    """Append many entries at once, each exactly as ``append`` would; all or none."""
    entries: list[Entry] = []
    data: list[PersonalDatum] = []
    for row in rows:
        uid = new_uid()
        commitments, own = commit(uid, row.personal)
        entries.append(_entry(row, uid, commitments))
        data += own
    with transaction.atomic():
        load(entries)
        load(data)
    return entries


def entries_of(subject: str) -> QuerySet[Entry]:
    """Return the history of a subject, oldest first."""
    return Entry.objects.filter(subject=subject).order_by("id")
