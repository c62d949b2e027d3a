"""The engine in bulk: thousands of cases are opened and moved in memory, then written together.

For taking over what happened elsewhere. Every move passes ``engine.decide``, the rules of a single
move; only reading and writing differ. A batch is written whole or not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.base.ids import new_number
from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.service import Actor, NewEntry, append_many
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.procedures.engine import conclude, end_by, place_step, promise
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import Asked, Past, Transition, decide, take_over, where_sent
from jiceng.kernel.procedures.seats import Seats
from jiceng.kernel.procedures.terms import Priority
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import Limit

NUMBER_TRIES = 1000


@dataclass
class Draft:
    """A case that exists in memory only: its steps in the order of their opening, its clock."""

    case: Case
    clock: Clock | None = None
    steps: list[CaseStep] = field(default_factory=list)

    @property
    def open_steps(self) -> dict[str, CaseStep]:
        """Return where the case stands."""
        return {step.step: step for step in self.steps if step.left_at is None}

    def made(self) -> list[tuple[str, str]]:
        """Return who made which move."""
        return [(step.move, step.left_by) for step in self.steps if step.left_at is not None]

    def last_unit(self, code: str) -> Unit | None:
        """Return the unit that had the step last."""
        return where_sent(next((step for step in reversed(self.steps) if step.step == code), None))


class Bulk:
    """A batch of new cases of one procedure. ``keep`` what shall be written, then ``flush``.

    A draft that was refused half-way is simply not kept. ``seats`` may be handed on from batch to
    batch. Without ``limits`` the steps have no day
    of their own: the working calendar of here does not apply to history of elsewhere. The steps are
    held by who sat there then, or by who does at ``seated_at``.
    """

    def __init__(
        self,
        *,
        system: str,
        procedure: ProcedureVersion,
        limits: bool = True,
        seats: Seats | None = None,
        seated_at: datetime | None = None,
    ) -> None:
        self.system = system
        self.procedure = procedure
        self.seats = seats or Seats()
        self.seats.refresh()
        self._seated_at = seated_at
        self._place: Callable[..., CaseStep] = partial(place_step, seat=self._seat, limits=limits)
        self._numbers: dict[date, set[str]] = {}
        self._drafts: list[Draft] = []
        self._entries: list[NewEntry] = []

    def _seat(self, role: str, unit: Unit, at: datetime) -> Post | None:
        return self.seats.post(role, unit, self._seated_at or at)

    def open_case(
        self,
        *,
        title: str,
        unit: Unit,
        at: datetime,
        limit: Limit | None = None,
        due_at: datetime | None = None,
        priority: int = Priority.NORMAL,
        number: str = "",
    ) -> Draft:
        """Open a case like ``engine.open_case``, in memory; ``number`` is one that it had before.

        ``ValueError`` for a counted day in a procedure that lets its clock wait: pauses are not
        written in bulk.
        """
        if limit is not None and any(step.pauses for step in self.procedure.procedure.steps):
            raise ValueError(f"the clock of {self.procedure} pauses; give a day instead")
        case = Case(
            number=number or self._number(at),
            system=self.system,
            procedure=self.procedure,
            title=title,
            unit=unit,
            opened_at=at,
            priority=priority,
        )
        draft = Draft(case, promise(case, at, limit, due_at))
        definition = self.procedure.procedure
        draft.steps.append(self._place(case, definition.step(definition.start), unit, at))
        return draft

    def _number(self, at: datetime) -> str:
        """Draw a number that no case has; the unique key keeps out who draws it meanwhile."""
        day = legal_day(at)
        if day not in self._numbers:
            first, last = f"{day:%y%m%d}0000000", f"{day:%y%m%d}9999999"
            taken = Case.objects.filter(number__range=(first, last))
            self._numbers[day] = set(taken.values_list("number", flat=True))
        for _try in range(NUMBER_TRIES):
            number = new_number(day)
            if number not in self._numbers[day]:
                self._numbers[day].add(number)
                return number
        raise Conflict(code="no_number")

    def advance(
        self,
        draft: Draft,
        *,
        move: str,
        by: Actor,
        at: datetime,
        unit: Unit | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Transition:
        """Make a move like ``engine.advance``, in memory; a refusal leaves ``draft`` as it was.

        Raises also ``BackDated`` (422) where a clock would stop before it started.
        """
        past = Past(draft.made, draft.last_unit)
        asked = Asked(move, by, at, unit=unit, given=given or {})
        done = decide(draft.case, draft.open_steps, past, asked, self._place)
        return self._made(draft, done, asked)

    def take_over(self, draft: Draft, *, move: str, by: Actor, at: datetime) -> Transition:
        """Make a move that was made elsewhere, in memory: whose it was and what it needed was asked
        there. Raises ``MoveNotPossible`` (409) and ``BackDated`` (422)."""
        past, asked = Past(draft.made, draft.last_unit), Asked(move, by, at)
        done = take_over(draft.case, draft.open_steps, past, asked, self._place)
        return self._made(draft, done, asked)

    def _made(self, draft: Draft, done: Transition, asked: Asked) -> Transition:
        by, at = asked.by, asked.at
        if draft.clock is not None and end_by(draft.case, done.move):
            workdays.stop_new_clock(draft.clock, at)
        conclude(draft.case, done.move, at)
        left = done.left
        left.left_at, left.left_by, left.move = max(at, left.entered_at), by.ref, done.move.code
        draft.steps += done.opened
        return done

    def keep(self, draft: Draft, entries: Iterable[NewEntry]) -> None:
        """Take a case and its history into the batch."""
        self._entries += entries
        self._drafts.append(draft)

    def flush(self) -> list[Case]:
        """Write the batch in one transaction and return its cases with their keys.

        An ``IntegrityError`` means that nothing was written: somebody drew the same number, or
        the cases may not be as they are.
        """
        drafts, entries = self._drafts, self._entries
        cases = [draft.case for draft in drafts]
        with transaction.atomic():
            load(cases)
            load([draft.clock for draft in drafts if draft.clock is not None])
            for draft in drafts:
                for step in draft.steps:
                    step.case_id = draft.case.pk
            load([step for draft in drafts for step in draft.steps])
            append_many(entries)
        self._drafts, self._entries = [], []
        return cases
