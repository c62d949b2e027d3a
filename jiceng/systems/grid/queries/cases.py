"""A case as an officer reads it: where it stands, what happened, what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity, capacities, visible_to
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.procedures.service import Move, allowed_moves, reopening_moves, version_of
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.queries.closing import reopen_until
from jiceng.systems.grid.queries.history import Moment, cases_named, moments_of
from jiceng.systems.grid.queries.standing import Standing, fitting, standing_of
from jiceng.systems.grid.terms import Purpose


@dataclass(frozen=True)
class OpenStep:
    """Where the case stands, and what the reader may do there; ``others`` are the moves that
    somebody else must make. Of a case that has ended there is no step, but perhaps a way back."""

    step: CaseStep | None
    label: str
    capacity: Capacity | None
    moves: list[Move]
    others: list[Move] = field(default_factory=list)


@dataclass(frozen=True)
class CaseFile:
    """All that the page of a case shows."""

    case: Case
    incident: Incident
    open_steps: list[OpenStep]
    moments: list[Moment]
    photos: list[Attachment]
    contact: dict[str, str]
    ended: OpenStep | None = None
    main: Case | None = None
    merged: list[Case] = field(default_factory=list)
    parts: list[Case] = field(default_factory=list)


def case_for(officer: Officer, number: str, at: datetime) -> Case:
    """Return the case, or raise ``Absent`` where there is none or the officer may not know it."""
    scope = visible_to(officer, at)
    case = (
        Case.objects.in_scope(scope)
        .filter(system=terms.SYSTEM, number=number)
        .select_related(
            "unit",
            "contact_unit",
            "procedure",
            "incident__category",
            "incident__cell",
            "incident__routed_unit",
        )
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
    standing = standing_of(case, case.incident, at)
    return CaseFile(
        case=case,
        incident=case.incident,
        open_steps=[
            _open_step(case, step, acting.get(step.post_id or 0), standing) for step in steps
        ],
        moments=moments_of(entries, words, photos, _known(cases_named(entries), officer, at)),
        photos=photos,
        contact=_contact(entries, words),
        ended=_way_back(case, list(acting.values()), at) if case.closed_at else None,
        **_relatives(case, officer, at),
    )


def _way_back(case: Case, held: Iterable[Capacity], at: datetime) -> OpenStep | None:
    """Return with which moves one of these capacities can bring an ended case back."""
    until = reopen_until(case)
    for by in held:
        moves = [
            move
            for move in reopening_moves(case, by, at)
            if move.sources != ("closed",) or (until is not None and at <= until)
        ]
        if moves:
            return OpenStep(None, case.get_outcome_display(), by, moves)
    return None


def _known(numbers: Iterable[str], officer: Officer, at: datetime) -> frozenset[str]:
    """Return those ``numbers`` whose cases the officer may open: history also names others."""
    wanted = list(numbers)
    if not wanted:
        return frozenset()
    seen = Case.objects.in_scope(visible_to(officer, at)).filter(number__in=wanted)
    return frozenset(seen.values_list("number", flat=True))


def _relatives(case: Case, officer: Officer, at: datetime) -> dict[str, Any]:
    """Return the cases that belong to this one, as far as the officer may know them."""
    links = CaseLink.objects.filter(Q(main=case) | Q(other=case), ended_at__isnull=True)
    known = Case.objects.in_scope(visible_to(officer, at)).select_related("unit")
    rows = list(links.order_by("id"))
    if not rows:
        return {}
    seen = {one.pk: one for one in known.filter(pk__in=_other_ends(rows))}
    merged = [row.other_id for row in rows if row.main_id == case.pk and row.kind == "merged"]
    parts = [row.other_id for row in rows if row.main_id == case.pk and row.kind == "split"]
    mains = [row.main_id for row in rows if row.other_id == case.pk]
    return {
        "main": next((seen[pk] for pk in mains if pk in seen), None),
        "merged": [seen[pk] for pk in merged if pk in seen],
        "parts": [seen[pk] for pk in parts if pk in seen],
    }


def _other_ends(rows: Iterable[CaseLink]) -> set[int]:
    return {pk for row in rows for pk in (row.main_id, row.other_id)}


def _open_step(
    case: Case, step: CaseStep, capacity: Capacity | None, standing: Standing
) -> OpenStep:
    definition = version_of(case.procedure_id).procedure
    offered = allowed_moves(definition, step, capacity) if capacity else []
    moves = [move for move in offered if fitting(move.code, standing)]
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


def _contact(entries: list[Entry], words: dict[str, dict[str, str]]) -> dict[str, str]:
    first = words.get(entries[0].uid, {}) if entries else {}
    return {field: first[field] for field in ("reporter_name", "phone") if first.get(field)}


SHOWN = frozenset({Purpose.REPORT, Purpose.DISPOSAL})


def offered(file: CaseFile, move: str) -> tuple[OpenStep | None, Move | None]:
    """Return the open step on which the reader may make ``move``, and the move."""
    for open_step in [*file.open_steps, *filter(None, [file.ended])]:
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
    stands = [*file.open_steps, *filter(None, [file.ended])]
    return {move.code: _(move.label) for step in stands for move in step.moves}


def purpose_of(move: Move) -> str:
    """Return what a photo given with a move shows."""
    return Purpose.DISPOSAL if move.code in ("dispose", "finish") else Purpose.VERIFICATION


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
