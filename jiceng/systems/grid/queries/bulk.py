"""Several open steps at once: which of them may be moved together, by which move, and why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.base.errors import Absent, BadInput, Refusal, TooLarge
from jiceng.kernel.base.ids import spaced_number
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity, visible_to
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import (
    Move,
    NotHolder,
    SamePerson,
    StalePage,
    allowed_moves,
    version_of,
)
from jiceng.systems.grid import terms
from jiceng.systems.grid.queries.cases import step_shown
from jiceng.systems.grid.rules.together import MOST_TOGETHER, TOGETHER


class TooManyRows(TooLarge):
    """More cases than are moved together (413)."""

    code = "too_many_cases"
    sentence = gettext_lazy("一次最多选 100 件，请分几次办理。")


class NotTogether(BadInput):
    """What is due with this case asks for something of its own (422)."""

    code = "not_together"
    sentence = gettext_lazy("这一环节要逐件办理。")


@dataclass(frozen=True)
class Chosen:
    """A step that was picked; ``refusal`` says why nothing can be done with it, if so."""

    step_id: int
    step: CaseStep | None = None
    by: Capacity | None = None
    moves: list[Move] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def words(self) -> str:
        """Return the line below the title: step, unit and number."""
        if self.step is None:
            return ""
        case = self.step.case
        return " · ".join(
            [_(self.step.definition.label), str(case.unit), spaced_number(case.number)]
        )


@dataclass(frozen=True)
class Offer:
    """A move that some of the picked steps allow: those are ``able``, ``without`` are the cases of
    the others."""

    move: Move
    able: list[Chosen]
    without: list[Case]


@dataclass(frozen=True)
class Selection:
    """What was picked: every row in its order, and the moves for all that can be moved at all."""

    rows: list[Chosen]

    @property
    def workable(self) -> list[Chosen]:
        """Return the rows with which something can be done."""
        return [row for row in self.rows if row.refusal is None]

    @property
    def left_out(self) -> list[Chosen]:
        """Return the rows with which nothing can be done, each says why."""
        return [row for row in self.rows if row.refusal is not None]

    @property
    def offers(self) -> list[Offer]:
        """Return the moves that any row allows, in the order of the list of moves together."""
        found = {move.code: move for row in self.workable for move in row.moves}
        return [self._offer(found[code]) for code in TOGETHER if code in found]

    def offer(self, move: str) -> Offer | None:
        """Return the offer of this move, if every row that can be moved allows it; without one,
        the only thing that there is to choose."""
        offers = self.offers
        if not move and len(offers) == 1:
            move = offers[0].move.code
        return next(
            (offer for offer in offers if offer.move.code == move and not offer.without), None
        )

    def _offer(self, move: Move) -> Offer:
        able = [row for row in self.workable if move.code in {each.code for each in row.moves}]
        others = [row.step.case for row in self.workable if row.step and row not in able]
        return Offer(move, able, others)


def picked(typed: Iterable[str]) -> list[int]:
    """Return the steps that a form names, each once; more than a hundred raise ``TooManyRows``."""
    steps = list(dict.fromkeys(step_shown(text) for text in typed))
    if len(steps) > MOST_TOGETHER:
        raise TooManyRows(most=MOST_TOGETHER)
    return steps


def selection(
    officer: Officer, held: Sequence[Capacity], step_ids: Iterable[int], at: datetime
) -> Selection:
    """Return the picked steps with what this officer may do with each; a step of a case that the
    officer may not know is as absent as none. As many queries for one step as for a hundred."""
    wanted = list(step_ids)
    cases = Case.objects.in_scope(visible_to(officer, at)).filter(system=terms.SYSTEM)
    steps = CaseStep.objects.filter(pk__in=wanted, case__in=cases)
    found = {step.pk: step for step in steps.select_related("case__unit", "post", "unit")}
    made = _made(officer, found.values())
    posts = {capacity.post.pk: capacity for capacity in held}
    return Selection([_chosen(pk, found.get(pk), posts, made) for pk in wanted])


def _made(officer: Officer, steps: Iterable[CaseStep]) -> set[tuple[int, str]]:
    """Return which moves this officer made before in these cases."""
    cases = {step.case_id for step in steps}
    own = CaseStep.objects.filter(case__in=cases, left_by=f"officer:{officer.staff_no}")
    return set(own.values_list("case", "move"))


def _chosen(
    pk: int, step: CaseStep | None, posts: dict[int, Capacity], made: set[tuple[int, str]]
) -> Chosen:
    if step is None:
        return Chosen(pk, refusal=Absent())
    step.case.procedure = version_of(step.case.procedure_id)
    by = posts.get(step.post_id or 0)
    if step.left_at is not None:
        return Chosen(pk, step, by, refusal=StalePage())
    if by is None:
        return Chosen(pk, step, refusal=NotHolder())
    known = [
        move for move in allowed_moves(step.case.definition, step, by) if move.code in TOGETHER
    ]
    moves = [
        move
        for move in known
        if not any((step.case_id, code) in made for code in move.differs_from)
    ]
    refusal = None if moves else SamePerson() if known else NotTogether()
    return Chosen(pk, step, by, moves, refusal)


def offer_of(chosen: Selection, code: str) -> Offer | None:
    """Return a move that is made for several, as any picked step knows it or knew it: a form that
    is sent again names steps that were left by it. ``None`` for another move, or without a step."""
    if code not in TOGETHER:
        return None
    for row in chosen.rows:
        definition = row.step.case.definition if row.step else None
        found = (
            definition.move(code, [step.code for step in definition.steps]) if definition else None
        )
        if found is not None:
            return Offer(found[0], [], [])
    return None
