"""A case as an officer reads it: where it stands, what happened, what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.text import whole_number
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import entries_of, personal_of_many
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import (
    Capacity,
    Scope,
    capacities,
    posts_of,
    units_of,
    visible_to,
)
from jiceng.kernel.procedures.models import Case, CaseLink, CaseStep
from jiceng.kernel.procedures.service import Move, allowed_moves, reopening_moves, version_of
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident, Watch
from jiceng.systems.grid.queries.closing import reopen_until
from jiceng.systems.grid.queries.history import (
    Moment,
    cases_named,
    history_of,
    moments_of,
    photos_named,
)
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
    """All that the pages of a case show to an officer; what a page does not draw is not asked for.

    ``steps`` are all stays of the case, in order.
    """

    case: Case
    steps: list[CaseStep]
    officer: Officer
    at: datetime
    scope: Scope

    @property
    def incident(self) -> Incident:
        """Return what was reported."""
        return self.case.incident

    @property
    def watched(self) -> bool:
        """Tell whether the officer watches the case."""
        return bool(self.case.watched)  # type: ignore[attr-defined]

    @cached_property
    def acting(self) -> dict[int, Capacity]:
        """Return the posts in which the officer acts, by their keys."""
        return {capacity.post.pk: capacity for capacity in capacities(self.officer, self.at)}

    @cached_property
    def open_steps(self) -> list[OpenStep]:
        """Return where the case stands, and what the officer may do there."""
        standing = standing_of(self.case, self.incident, self.at, self.steps)
        return [
            _open_step(self, step, self.acting.get(step.post_id or 0), standing)
            for step in self.steps
            if step.left_at is None
        ]

    @cached_property
    def ended(self) -> OpenStep | None:
        """Return how the officer can bring the ended case back, if at all."""
        if self.case.closed_at is None:
            return None
        return _way_back(self.case, self.acting.values(), self.at)

    @cached_property
    def entries(self) -> list[Entry]:
        """Return the history."""
        return history_of(self.case.subject)

    @cached_property
    def _words(self) -> dict[str, dict[str, str]]:
        return personal_of_many(self.entries)

    @cached_property
    def photos(self) -> list[Attachment]:
        """Return the photos; history names each, so that where it names none, none is asked for."""
        return list(attachments_of(self.case.subject)) if photos_named(self.entries) else []

    @cached_property
    def moments(self) -> list[Moment]:
        """Return the timeline."""
        known = _known(cases_named(self.entries), self.scope)
        return moments_of(self.entries, self._words, self.photos, self.scope.token, known)

    @property
    def contact(self) -> dict[str, str]:
        """Return how the reporter can be reached."""
        return _contact(self.entries, self._words)

    @cached_property
    def _relatives(self) -> dict[str, list[Case]]:
        return _relatives(self.case, self.scope) if self.case.linked else {}  # type: ignore[attr-defined]

    @property
    def main(self) -> Case | None:
        """Return the case that this one belongs to, if the officer may know it."""
        return next(iter(self._relatives.get("main", ())), None)

    @property
    def merged(self) -> list[Case]:
        """Return the cases that were merged into this one, as far as the officer may know them."""
        return self._relatives.get("merged", [])

    @property
    def parts(self) -> list[Case]:
        """Return the parts of this one, as far as the officer may know them."""
        return self._relatives.get("parts", [])


def case_for(officer: Officer, number: str, at: datetime) -> Case:
    """Return the case, or raise ``Absent`` where there is none or the officer may not know it.

    It knows whether the officer watches it (``watched``) and whether others belong to it
    (``linked``).
    """
    return _case_for(officer, number, visible_to(officer, at))


def _case_for(officer: Officer, number: str, scope: Scope) -> Case:
    links = CaseLink.objects.filter(Q(main=OuterRef("pk")) | Q(other=OuterRef("pk")))
    case = (
        Case.objects.in_scope(scope)
        .filter(system=terms.SYSTEM, number=number)
        .annotate(
            watched=Exists(Watch.objects.filter(officer=officer, case=OuterRef("pk"))),
            linked=Exists(links.filter(ended_at__isnull=True)),
        )
        .select_related("incident__category", "incident__cell")
        .defer("incident__cell__boundary", "incident__cell__sent_boundary")
        .first()
    )
    if case is None:
        raise Absent()
    _introduce(case, scope)
    return case


def _introduce(case: Case, scope: Scope) -> None:
    """Give a case its units and its version from memory."""
    incident = case.incident
    keys = {case.unit_id, case.contact_unit_id, incident.routed_unit_id}
    units = units_of(scope.token, filter(None, keys))
    case.unit = units[case.unit_id]
    case.contact_unit = units.get(case.contact_unit_id or 0)
    incident.routed_unit = units.get(incident.routed_unit_id or 0)
    case.procedure = version_of(case.procedure_id)


def case_file(officer: Officer, number: str, at: datetime) -> CaseFile:
    """Return the case with where it stood and stands; the rest is asked for when it is read."""
    scope = visible_to(officer, at)
    case = _case_for(officer, number, scope)
    steps = list(case.steps.order_by("id"))
    units = units_of(scope.token, {step.unit_id for step in steps})
    posts = posts_of(scope.token, {step.post_id for step in steps if step.post_id})
    for step in steps:
        step.unit, step.post = units[step.unit_id], posts.get(step.post_id or 0)
    return CaseFile(case, steps, officer, at, scope)


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


def _known(numbers: Iterable[str], scope: Scope) -> frozenset[str]:
    """Return those ``numbers`` whose cases the officer may open: history also names others."""
    wanted = list(numbers)
    if not wanted:
        return frozenset()
    seen = Case.objects.in_scope(scope).filter(number__in=wanted)
    return frozenset(seen.values_list("number", flat=True))


def _relatives(case: Case, scope: Scope) -> dict[str, list[Case]]:
    """Return the cases that belong to this one, as far as they are seen."""
    links = CaseLink.objects.filter(Q(main=case) | Q(other=case), ended_at__isnull=True)
    rows = list(links.order_by("id"))
    seen = Case.objects.in_scope(scope).in_bulk(_other_ends(rows))
    mains = [row.main_id for row in rows if row.other_id == case.pk]
    merged = [row.other_id for row in rows if row.main_id == case.pk and row.kind == "merged"]
    parts = [row.other_id for row in rows if row.main_id == case.pk and row.kind == "split"]
    return {
        name: [seen[pk] for pk in keys if pk in seen]
        for name, keys in {"main": mains, "merged": merged, "parts": parts}.items()
    }


def _other_ends(rows: Iterable[CaseLink]) -> set[int]:
    return {pk for row in rows for pk in (row.main_id, row.other_id)}


def _open_step(
    file: CaseFile, step: CaseStep, capacity: Capacity | None, standing: Standing
) -> OpenStep:
    definition = file.case.definition
    offered = allowed_moves(definition, step, capacity) if capacity else []
    moves = [move for move in offered if fitting(move.code, standing)]
    others = _for_others(file.steps, moves, capacity)
    return OpenStep(
        step=step,
        label=_(definition.step(step.step).label),
        capacity=capacity,
        moves=[move for move in moves if move not in others],
        others=others,
    )


def _for_others(
    steps: Iterable[CaseStep], moves: list[Move], capacity: Capacity | None
) -> list[Move]:
    """Return the moves that the reader may not make for having made another one before."""
    own = {step.move for step in steps if capacity and step.left_by == capacity.ref}
    return [move for move in moves if not own.isdisjoint(move.differs_from)]


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
    made = (move, by.ref)
    left = next((s for s in file.steps if s.pk == step_id and (s.move, s.left_by) == made), None)
    if left is None:
        return None, None
    definition = file.case.definition
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
    return whole_number(typed) or 0


def first_entry(case: Case) -> Entry:
    """Return the entry with which the case began."""
    entry = entries_of(case.subject).first()
    if entry is None:
        raise Absent()
    return entry
