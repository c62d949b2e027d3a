"""What a move writes, and what an act adds to it: one statement where the database can."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from jiceng.kernel.base.together import Change, need_transaction, write_together
from jiceng.kernel.procedures.clocks import end_clocks, keep_clock, moves_days
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.moves import Transition

SETTLED = ("version", "unit_id", "contact_unit_id", "closed_at", "outcome")
LEFT = ("left_at", "left_by", "move")


@dataclass
class Plan:
    """A move that was decided and is yet to be written; ``beside`` are the open steps of other
    branches. An act may add ``changes`` of its own."""

    moved: Transition
    beside: Sequence[CaseStep]
    at: datetime
    changes: list[Change] = field(default_factory=list)
    written: bool = False

    def write(self, *, rows: Sequence[Model] = (), claim: Model | None = None) -> None:
        """Write the move together with ``rows``, as ``write_together`` does.

        Raises ``Overtaken`` where somebody moved the case, or raised or handed on the step that
        is left.
        """
        if self.written:
            write_together(self.changes, rows, claim)
        elif self.moved.case.closed_at is None:
            write_together(self._changes(), [*self.moved.opened, *rows], claim)
        else:
            # Whoever was overtaken inside a transaction of their own decides anew in it.
            with transaction.atomic():
                write_together(self._changes(), [*self.moved.opened, *rows], claim)
                end_clocks(self.moved.case, self.moved.left, self.at)

    def move_days(self) -> None:
        """Write a move that changes days at once, for the history of the act tells them.

        Raises ``NeedsTransaction`` outside a transaction, and what ``write`` raises.
        """
        case, left = self.moved.case, self.moved.left
        standing = [*self.beside, *self.moved.opened]
        if not moves_days(case, left, standing):
            return
        need_transaction()
        self.write()
        self.written = True
        keep_clock(case, left, standing, self.at)

    def _changes(self) -> list[Change]:
        case, left = self.moved.case, self.moved.left
        counted = {"id": case.pk, "version": case.version - 1}
        held = {"id": left.pk, "left_at": None, "post_id": left.post_id}
        return [
            Change(Case, counted, {name: getattr(case, name) for name in SETTLED}),
            Change(CaseStep, held, {name: getattr(left, name) for name in LEFT}),
            *self.changes,
        ]
