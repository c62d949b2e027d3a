"""A case as an officer reads it: where it stands, what happened, what can be done."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import ACTS, entries_of, personal_of_many
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity, capacities, visible_to
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import Move, allowed_moves, version_of
from jiceng.kernel.procedures.terms import EVENT_LABELS as PROCEDURE_LABELS
from jiceng.kernel.workdays.terms import EVENT_LABELS as WORKDAY_LABELS
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import Purpose

# What is written into the history of a case beside the acts: by the kernel, and by a replay.
OTHER_LABELS = {**PROCEDURE_LABELS, **WORKDAY_LABELS, **terms.EVENT_LABELS}


@dataclass(frozen=True)
class OpenStep:
    """A step where the case stands, and what the reader may do there; ``others`` are the moves
    that somebody else must make."""

    step: CaseStep
    label: str
    capacity: Capacity | None
    moves: list[Move]
    others: list[Move] = field(default_factory=list)


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    entry: Entry
    label: str
    words: dict[str, str]
    photos: list[Attachment]
    by: str
    to: list[str]


@dataclass(frozen=True)
class CaseFile:
    """All that the page of a case shows."""

    case: Case
    incident: Incident
    open_steps: list[OpenStep]
    moments: list[Moment]
    photos: list[Attachment]
    contact: dict[str, str]


def case_for(officer: Officer, number: str, at: datetime) -> Case:
    """Return the case, or raise ``Absent`` where there is none or the officer may not know it."""
    scope = visible_to(officer, at)
    case = (
        Case.objects.in_scope(scope)
        .filter(system=terms.SYSTEM, number=number)
        .select_related("unit", "procedure", "incident__category", "incident__cell")
        .first()
    )
    if case is None:
        raise Absent()
    return case


def case_file(officer: Officer, number: str, at: datetime) -> CaseFile:
    """Return the case with where it stands, its timeline, photos and the reporter's contact."""
    case = case_for(officer, number, at)
    acting = {capacity.post.pk: capacity for capacity in capacities(officer, at)}
    steps = case.steps.open().select_related("unit", "post").order_by("id")
    photos = list(attachments_of(case.subject))
    entries = list(entries_of(case.subject))
    words = personal_of_many(entries)
    return CaseFile(
        case=case,
        incident=case.incident,
        open_steps=[_open_step(case, step, acting.get(step.post_id or 0)) for step in steps],
        moments=_moments(entries, words, photos),
        photos=photos,
        contact=_contact(entries, words),
    )


def _moments(
    entries: list[Entry], words: dict[str, dict[str, str]], photos: list[Attachment]
) -> list[Moment]:
    numbers = {entry.by.removeprefix("officer:") for entry in entries}
    names = dict(Officer.objects.filter(staff_no__in=numbers).values_list("staff_no", "name"))
    receivers = {entry.uid: _receivers(entry) for entry in entries}
    codes = {unit for pairs in receivers.values() for unit, _post in pairs}
    units = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        Moment(
            entry=entry,
            label=label_of(entry.event),
            words=_spoken(words.get(entry.uid, {})),
            photos=_of(entry, photos),
            by=" · ".join(filter(None, [names.get(entry.by[8:], ""), _(entry.by_title)])),
            to=[
                " · ".join(filter(None, [units.get(unit, unit), post]))
                for unit, post in receivers[entry.uid]
            ],
        )
        for entry in entries
    ]


def _receivers(entry: Entry) -> list[tuple[str, str]]:
    """Return the code of the unit and the name of the post that each open step went to."""
    facts = json.loads(entry.payload)
    if "to_unit" in facts:
        return [(facts["to_unit"], facts.get("to_post", ""))]
    return [(step["unit"], step["post"]) for step in facts.get("to", [])]


def _open_step(case: Case, step: CaseStep, capacity: Capacity | None) -> OpenStep:
    definition = version_of(case.procedure_id).procedure
    moves = allowed_moves(definition, step, capacity) if capacity else []
    others = _for_others(case, moves, capacity)
    return OpenStep(
        step=step,
        label=_(definition.step(step.step).label),
        capacity=capacity,
        moves=[move for move in moves if move not in others],
        others=others,
    )


def _for_others(case: Case, moves: list[Move], capacity: Capacity | None) -> list[Move]:
    """Return the moves that the reader may not make for having made another one before."""
    asked = {code for move in moves for code in move.differs_from}
    if not asked or capacity is None:
        return []
    own = case.steps.filter(move__in=asked, left_by=capacity.ref).values_list("move", flat=True)
    return [move for move in moves if not set(own).isdisjoint(move.differs_from)]


def label_of(event: str) -> str:
    """Return what a timeline calls an event."""
    act = ACTS.find(event)
    return str(act.label if act else OTHER_LABELS.get(event, event))


def _spoken(words: dict[str, str]) -> dict[str, str]:
    return {field: text for field, text in words.items() if field in ("note", "reason")}


def _of(entry: Entry, photos: Iterable[Attachment]) -> list[Attachment]:
    shown = {photo["uid"] for photo in json.loads(entry.payload).get("photos", [])}
    return [photo for photo in photos if photo.uid in shown]


def _contact(entries: list[Entry], words: dict[str, dict[str, str]]) -> dict[str, str]:
    first = words.get(entries[0].uid, {}) if entries else {}
    return {field: first[field] for field in ("reporter_name", "phone") if first.get(field)}


SHOWN = frozenset({Purpose.REPORT, Purpose.DISPOSAL})


def offered(file: CaseFile, move: str) -> tuple[OpenStep | None, Move | None]:
    """Return the open step on which the reader may make ``move``, and the move."""
    for open_step in file.open_steps:
        for other in open_step.moves:
            if other.code == move:
                return open_step, other
    return None, None


def pressed_before(
    file: CaseFile, held: Iterable[Capacity], move: str, step_id: int | None
) -> tuple[OpenStep | None, Move | None]:
    """Return the step that the reader left by ``move`` on the page that showed it, and the move."""
    by = next(iter(held))
    left = file.case.steps.filter(pk=step_id or 0, move=move, left_by=by.ref).first()
    if left is None:
        return None, None
    definition = version_of(file.case.procedure_id).procedure
    found = definition.move(move, [left.step])
    return (OpenStep(left, str(definition.step(left.step).label), by, []), found and found[0])


def offered_labels(file: CaseFile) -> dict[str, str]:
    """Return what the reader may do with the case now."""
    return {move.code: _(move.label) for step in file.open_steps for move in step.moves}


def purpose_of(move: Move) -> str:
    """Return what a photo given with a move shows."""
    return Purpose.DISPOSAL if move.code == "dispose" else Purpose.VERIFICATION


def step_shown(typed: str) -> int:
    """Return the open step that a page was made for; 0, which no step is, where it is nonsense or
    missing: a form that does not say what its reader saw is stale."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def first_entry(case: Case) -> Entry:
    """Return the entry with which the case began."""
    entry = entries_of(case.subject).first()
    if entry is None:
        raise Absent()
    return entry
