"""Appeals against a lateness 超期申诉: who may file one, and how an officer reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.service import personal_of_many
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity, Scope, capacities, visible_to
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import Move, allowed_moves, end_of, version_of
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Appeal
from jiceng.systems.grid.queries.cases import OpenStep
from jiceng.systems.grid.queries.history import Moment, history_of, moments_of
from jiceng.systems.grid.rules.appeals import Grounds, Obstacle, Stay, obstacle
from jiceng.systems.grid.terms import APPEAL_DAYS, APPELLANTS


@dataclass(frozen=True)
class AppealFile:
    """All that the page of an appeal shows: ``unit`` appeals, ``late_stays`` are what it had in
    hand too long. ``about`` is ``None`` for who may not see that case; the days are shown all the
    same, they are what the appeal is about."""

    case: Case
    unit: Unit
    about: Case | None
    due_at: datetime | None
    closed_at: datetime | None
    late_stays: list[CaseStep]
    open_steps: list[OpenStep]
    moments: list[Moment]
    end: str


@dataclass(frozen=True)
class AppealLink:
    """What the page of a case says of its appeal: that one can be filed, or how it went."""

    offered: bool
    appeal: Case | None = None
    state: str = ""

    @property
    def label(self) -> str:
        """Return what a badge says of it."""
        return _("超期申诉：%(state)s") % {"state": self.state}


def handled_by(about: Case, unit: Unit) -> QuerySet[CaseStep]:
    """Return the stays in which ``unit`` had the case in hand: it was sent there, or one of its
    posts held it."""
    own = Q(sent_to=unit) | Q(post__unit=unit)
    return about.steps.filter(own, step="dispatched").order_by("id")


def obstacle_to(about: Case, unit: Unit, at: datetime) -> Obstacle:
    """Return what stands in the way of an appeal of ``unit`` in a case; two queries."""
    handled = handled_by(about, unit).values_list("due_at", "left_at")
    stays = [Stay(*row) for row in handled]
    if not stays:
        return "not_handled"
    grounds = Grounds(
        due_at=about.due_at,
        closed_at=about.closed_at,
        stays=stays,
        appealed=Appeal.objects.filter(about=about).exists(),
    )
    return obstacle(grounds, at, days=APPEAL_DAYS)


def appeal_offered(case: Case, held: Iterable[Capacity], at: datetime) -> Capacity | None:
    """Return in which of these capacities its reader may appeal in an ended case."""
    if case.closed_at is None:
        return None
    asking = (by for by in held if by.role in APPELLANTS)
    return next((by for by in asking if not obstacle_to(case, by.unit, at)), None)


def appeal_link(case: Case, officer: Officer, held: Iterable[Capacity], at: datetime) -> AppealLink:
    """Return what the page of ``case`` says of its appeal to this reader."""
    if case.closed_at is None:
        return AppealLink(False)
    appeal = Appeal.objects.filter(about=case).select_related("case__procedure").first()
    if appeal is None:
        return AppealLink(appeal_offered(case, held, at) is not None)
    seen = Case.objects.in_scope(visible_to(officer, at)).filter(pk=appeal.case_id).exists()
    return AppealLink(False, appeal.case if seen else None, _state(appeal.case))


def _state(case: Case) -> str:
    end = end_of(case)
    return _(end.label) if end else _("审核中")


def appeal_file(officer: Officer, number: str, at: datetime) -> AppealFile:
    """Return an appeal, or raise ``Absent`` where there is none or the officer may not know it."""
    scope = visible_to(officer, at)
    case = _appeal_for(scope, number)
    about = case.appeal.about
    entries = history_of(case.subject)
    seen = Case.objects.in_scope(scope).filter(pk=about.pk).exists()
    acting = {capacity.post.pk: capacity for capacity in capacities(officer, at)}
    steps = case.steps.open().select_related("unit", "post").order_by("id")
    asked_by = entries[0].by if entries else ""
    unit = case.contact_unit or case.unit
    return AppealFile(
        case=case,
        unit=unit,
        about=about if seen else None,
        due_at=about.due_at,
        closed_at=about.closed_at,
        late_stays=list(handled_by(about, unit).filter(left_at__gt=F("due_at"))),
        open_steps=[
            _open_step(case, step, acting.get(step.post_id or 0), asked_by) for step in steps
        ],
        moments=moments_of(entries, personal_of_many(entries), [], scope.token),
        end=_state(case) if case.closed_at else "",
    )


def _appeal_for(scope: Scope, number: str) -> Case:
    case = (
        Case.objects.in_scope(scope)
        .filter(system=terms.APPEALS, number=number)
        .select_related("unit", "contact_unit", "procedure", "appeal__about__unit")
        .first()
    )
    if case is None:
        raise Absent()
    return case


def _open_step(case: Case, step: CaseStep, capacity: Capacity | None, asked_by: str) -> OpenStep:
    definition = version_of(case.procedure_id).procedure
    offered = allowed_moves(definition, step, capacity) if capacity else []
    others = [move for move in offered if _for_others(case, move, capacity, asked_by)]
    return OpenStep(
        step=step,
        label=_(definition.step(step.step).label),
        capacity=capacity,
        moves=[move for move in offered if move not in others],
        others=others,
    )


def _for_others(case: Case, move: Move, capacity: Capacity | None, asked_by: str) -> bool:
    """Tell whether the reader may not make the move for having asked, or reviewed, before."""
    if capacity is None:
        return False
    if capacity.ref == asked_by:
        return True
    own = case.steps.filter(move__in=move.differs_from, left_by=capacity.ref)
    return bool(move.differs_from) and own.exists()


def offered_on(file: AppealFile, move: str) -> tuple[OpenStep | None, Move | None]:
    """Return the open step on which the reader may make ``move``, and the move."""
    for open_step in file.open_steps:
        for other in open_step.moves:
            if other.code == move:
                return open_step, other
    return None, None


def made_before(
    file: AppealFile, held: Iterable[Capacity], move: str, step_id: int
) -> tuple[OpenStep | None, Move | None]:
    """Return the step that the reader left by ``move`` on the page that showed it, and the move:
    the second press of a button goes to the act again, which knows it by its key."""
    left = file.case.steps.filter(pk=step_id, move=move).select_related("post").first()
    by = next((one for one in held if left and left.left_by == one.ref), None)
    if left is None or by is None:
        return None, None
    own = next((one for one in held if one.post.pk == left.post_id), by)
    definition = version_of(file.case.procedure_id).procedure
    found = definition.move(move, [left.step])
    return OpenStep(left, _(definition.step(left.step).label), own, []), found and found[0]


def moves_offered(file: AppealFile) -> dict[str, str]:
    """Return what the reader may do with the appeal now."""
    return {move.code: _(move.label) for step in file.open_steps for move in step.moves}
