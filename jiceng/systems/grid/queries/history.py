"""What happened in a case, as an officer reads it."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Substr
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import ACTS, entries_of
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import unit_names
from jiceng.kernel.procedures.terms import EVENT_LABELS as PROCEDURE_LABELS
from jiceng.kernel.procedures.terms import Need
from jiceng.kernel.workdays.terms import EVENT_LABELS as WORKDAY_LABELS
from jiceng.systems.grid import terms
from jiceng.systems.grid.terms import Authority

# What is written into the history of a case beside the acts: by the kernel, and by a replay.
OTHER_LABELS = {**PROCEDURE_LABELS, **WORKDAY_LABELS, **terms.EVENT_LABELS}
# How an entry begins to say which officer acted.
ACTING = "officer:"
# What people write with an act, in the order in which it is read.
PLAIN = ("note", "reason", "words")
SPOKEN = {
    **dict.fromkeys(PLAIN, ""),
    "question": Need.QUESTION.label,
    "party": Need.PARTY.label,
    "participants": Need.PARTICIPANTS.label,
    "study": Need.STUDY.label,
}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    entry: Entry
    label: str
    words: dict[str, str]
    photos: list[Attachment]
    by: str
    to: list[str]
    facts: list[str] = field(default_factory=list)


def history_of(subject: str) -> list[Entry]:
    """Return the history of a subject, each entry with the name of the officer who acted, ""
    where none did, and with what it says, read once."""
    acting = Officer.objects.filter(staff_no=Substr(OuterRef("by"), len(ACTING) + 1))
    named = entries_of(subject).annotate(officer=Subquery(acting.values("name")[:1]))
    entries: list[Any] = list(named)
    for entry in entries:
        if not entry.by.startswith(ACTING):
            entry.officer = ""
        entry.facts = json.loads(entry.payload)
    return entries


def moments_of(
    entries: list[Entry],
    words: dict[str, dict[str, str]],
    photos: list[Attachment],
    token: str,
    known: Collection[str] = (),
) -> list[Moment]:
    """Return the lines of the timeline of a ``history_of``; ``token`` is that of the organisation.

    Of other cases only those in ``known`` are named: the reader may open them.
    """
    receivers = {entry.uid: _receivers(_told(entry)) for entry in entries}
    units = unit_names(token, {unit for pairs in receivers.values() for unit, _post in pairs})
    return [
        Moment(
            entry=entry,
            label=label_of(entry.event),
            words=_spoken(words.get(entry.uid, {})),
            photos=_of(_told(entry), photos),
            by=" · ".join(filter(None, [entry.officer, _(entry.by_title)])),  # type: ignore[attr-defined]
            to=[
                " · ".join(filter(None, [units.get(unit, unit), post]))
                for unit, post in receivers[entry.uid]
            ],
            facts=_facts(_told(entry), known),
        )
        for entry in entries
    ]


def _told(entry: Entry) -> dict[str, Any]:
    return entry.facts  # type: ignore[attr-defined]


def _receivers(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the code of the unit and the name of the post that each open step went to."""
    if "to_unit" in facts:
        return [(facts["to_unit"], facts.get("to_post", ""))]
    return [(step["unit"], step["post"]) for step in facts.get("to", [])]


def photos_named(entries: Iterable[Entry]) -> set[str]:
    """Return the photos that a history names."""
    return {photo["uid"] for entry in entries for photo in _told(entry).get("photos", [])}


def cases_named(entries: Iterable[Entry]) -> set[str]:
    """Return the numbers of the other cases that a history names."""
    named = {_told(entry).get("main", "") for entry in entries}
    return named - {""}


def _facts(payload: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Return what an act said beside words: numbers of other cases, days, the missing authority."""
    main = payload.get("main", "")
    said = [
        (gettext_lazy("缺少的权限：%(value)s"), _authority(payload.get("authority", ""))),
        (gettext_lazy("主办件：%(value)s"), main if main in known else ""),
        (gettext_lazy("分为%(value)s项"), payload.get("parts", "")),
        (gettext_lazy("到 %(value)s 为止"), _day(payload.get("until"))),
    ]
    return [str(sentence) % {"value": value} for sentence, value in said if value]


def _authority(code: str) -> str:
    return str(Authority(code).label) if code in Authority.values else code


def _day(text: str | None) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "Y-m-d H:i") if text else ""


def label_of(event: str) -> str:
    """Return what a timeline calls an event."""
    act = ACTS.find(event)
    return str(act.label if act else OTHER_LABELS.get(event, event))


def _spoken(words: dict[str, str]) -> dict[str, str]:
    """Return what was written with an act; what is not plain note or reason says what it is."""
    return {
        field: text if field in PLAIN else _("%(what)s：%(words)s") % {"what": label, "words": text}
        for field, label in SPOKEN.items()
        if (text := words.get(field))
    }


def _of(facts: Mapping[str, Any], photos: Iterable[Attachment]) -> list[Attachment]:
    shown = {photo["uid"] for photo in facts.get("photos", [])}
    return [photo for photo in photos if photo.uid in shown]
