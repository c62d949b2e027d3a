"""The grids of an officer as a tree: who heads and walks each, and what was walked of the plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.text import whole_number
from jiceng.kernel.orgs.models import Officer, Tenure
from jiceng.kernel.orgs.service import visible_to
from jiceng.systems.grid.models import Cell, PatrolPlan, PatrolRound
from jiceng.systems.grid.queries.patrols import loads_of, rounds_by, week_bounds
from jiceng.systems.grid.rules.patrols import Coverage, Plan, predecessors, without_plan

SHOWN_ROUNDS = 20
INSTANT = timedelta(microseconds=1)
NOTHING = Coverage(0, 0)


@dataclass(frozen=True)
class PlanRow:
    """A plan in force: whose, this week's rounds, all that the member carries, the last round."""

    plan: PatrolPlan
    week: Coverage
    load: int
    last_at: datetime | None = None


@dataclass(frozen=True)
class GridLine:
    """A grid as the tree shows it."""

    cell: Cell
    depth: int
    chiefs: Sequence[str]
    members: Sequence[tuple[str, int]]
    this_week: Coverage
    last_week: Coverage
    without_plan: bool


@dataclass(frozen=True)
class GridTree:
    """All grids of an officer, depth first, and the whole of them."""

    lines: Sequence[GridLine]
    this_week: Coverage
    last_week: Coverage
    without_plan: Sequence[Cell]


@dataclass(frozen=True)
class GridFile:
    """A grid in detail."""

    cell: Cell
    chiefs: Sequence[str]
    plans: Sequence[PlanRow]
    rounds: Sequence[PatrolRound]
    this_week: Coverage
    last_week: Coverage


@dataclass
class _Week:
    """Rounds planned and walked in a week, by cell."""

    planned: Mapping[Any, int] = field(default_factory=dict)
    walked: Mapping[Any, int] = field(default_factory=dict)

    @classmethod
    def read(cls, at: datetime, begin: datetime, end: datetime, cells: Sequence[int]) -> "_Week":
        """Read what was planned at ``at``, and walked in ``[begin, end)``; two queries."""
        plans = PatrolPlan.objects.valid(at).filter(cell__in=cells).order_by()
        planned = dict(plans.values_list("cell").annotate(Sum("rounds_a_week")))
        walked = rounds_by("plan__cell", begin, end, Q(plan__cell__in=cells))
        return cls(planned, walked)

    def of(self, cell: int) -> Coverage:
        """Return the coverage of a cell."""
        return Coverage(self.planned.get(cell, 0), self.walked.get(cell, 0))


def _weeks(cells: Sequence[int], at: datetime) -> tuple[_Week, _Week]:
    begin, end = week_bounds(at)
    before = begin - timedelta(days=7)
    return (
        _Week.read(at, begin, end, cells),
        _Week.read(begin - INSTANT, before, begin, cells),
    )


def _together(weeks: Iterable[Coverage]) -> Coverage:
    """Return the coverage of several grids: too many rounds in one do not cover another."""
    rows = list(weeks)
    return Coverage(sum(row.planned for row in rows), sum(row.counted for row in rows))


def _cells(officer: Officer, at: datetime) -> QuerySet[Cell]:
    rows = visible_to(officer, at).filter(Cell.objects.valid(at))
    return rows.select_related("unit", "chief__unit", "branch", "parent")


def _depth_first(cells: Iterable[Cell]) -> list[tuple[Cell, int]]:
    """Return cells, each under the one above where that is among them, with the depth."""
    rows = sorted(cells, key=lambda cell: (cell.level, cell.code))
    shown = {cell.pk for cell in rows}
    below: dict[int | None, list[Cell]] = defaultdict(list)
    for cell in rows:
        below[cell.parent_id if cell.parent_id in shown else None].append(cell)
    found: list[tuple[Cell, int]] = []
    front = [(cell, 0) for cell in reversed(below[None])]
    while front:
        cell, depth = front.pop()
        found.append((cell, depth))
        front += [(child, depth + 1) for child in reversed(below[cell.pk])]
    return found


def _chiefs(cells: Iterable[Cell], at: datetime) -> Mapping[int | None, Sequence[str]]:
    """Return who holds the post of each chief; one query."""
    posts = {cell.chief_id for cell in cells if cell.chief_id}
    held = Tenure.objects.live(at).filter(post__in=posts, officer__is_active=True)
    found: dict[int | None, list[str]] = defaultdict(list)
    for post, name in held.order_by("officer__staff_no").values_list("post", "officer__name"):
        found[post].append(name)
    return found


def grid_tree(officer: Officer, at: datetime) -> GridTree:
    """Return the grids that ``officer`` sees. The number of queries does not grow with them."""
    cells = _depth_first(_cells(officer, at))
    keys = [cell.pk for cell, _depth in cells]
    chiefs = _chiefs([cell for cell, _depth in cells], at)
    members = _members(keys, at)
    this_week, last_week = _weeks(keys, at)
    parents = {cell.pk: cell.parent_id for cell, _depth in cells}
    bare = set(without_plan(parents, frozenset(members)))
    lines = [
        GridLine(
            cell=cell,
            depth=depth,
            chiefs=chiefs.get(cell.chief_id, ()),
            members=members.get(cell.pk, ()),
            this_week=this_week.of(cell.pk),
            last_week=last_week.of(cell.pk),
            without_plan=cell.pk in bare,
        )
        for cell, depth in cells
    ]
    return GridTree(
        lines=lines,
        this_week=_together(line.this_week for line in lines),
        last_week=_together(line.last_week for line in lines),
        without_plan=[line.cell for line in lines if line.without_plan],
    )


def _members(cells: Sequence[int], at: datetime) -> Mapping[int, Sequence[tuple[str, int]]]:
    """Return who walks each cell, with all that they carry; two queries."""
    plans = PatrolPlan.objects.valid(at).filter(cell__in=cells).select_related("member")
    rows = list(plans.order_by("member__staff_no"))
    loads = loads_of({plan.member_id for plan in rows}, at)
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for plan in rows:
        found[plan.cell_id].append((plan.member.name, loads[plan.member_id]))
    return found


def grid_cell(officer: Officer, code: str, at: datetime) -> Cell:
    """Return the cell in force of this code; absent and out of sight are alike (404)."""
    cell = _cells(officer, at).filter(code=code[:20]).first() if len(code) <= 20 else None
    if cell is None:
        raise Absent()
    return cell


def grid_file(cell: Cell, at: datetime) -> GridFile:
    """Return a grid with its plans and its last rounds."""
    plans = PatrolPlan.objects.valid(at).filter(cell=cell).select_related("member", "cell")
    rounds = PatrolRound.objects.filter(plan__cell=cell).select_related("plan__member")
    this_week, last_week = _weeks([cell.pk], at)
    return GridFile(
        cell=cell,
        chiefs=_chiefs([cell], at).get(cell.chief_id, ()),
        plans=_plan_rows(list(plans.order_by("member__staff_no")), at),
        rounds=list(rounds.order_by("-at", "-pk")[:SHOWN_ROUNDS]),
        this_week=this_week.of(cell.pk),
        last_week=last_week.of(cell.pk),
    )


def my_plans(officer: Officer, at: datetime) -> Sequence[PlanRow]:
    """Return the plans of a member, with what was walked of them this week."""
    plans = PatrolPlan.objects.valid(at).filter(member=officer)
    return _plan_rows(list(plans.select_related("cell", "member").order_by("cell__code")), at)


def _plan_rows(plans: Sequence[PatrolPlan], at: datetime) -> list[PlanRow]:
    """Return plans with their weeks; four queries."""
    begin, end = week_bounds(at)
    cells = {plan.cell_id for plan in plans}
    lately = PatrolPlan.objects.filter(Q(valid_until=None) | Q(valid_until__gt=begin))
    known = [
        Plan(*row)
        for row in lately.filter(cell__in=cells).values_list("pk", "cell", "member", "taken_from")
    ]
    walked = rounds_by("plan", begin, end, Q(plan__cell__in=cells))
    last = PatrolRound.objects.filter(plan__in=plans).order_by().values_list("plan")
    last_at = dict(last.annotate(Max("at")))
    loads = loads_of({plan.member_id for plan in plans}, at)
    return [
        PlanRow(
            plan=plan,
            week=Coverage(
                plan.rounds_a_week, sum(walked.get(key, 0) for key in _keys(plan, known))
            ),
            load=loads[plan.member_id],
            last_at=last_at.get(plan.pk),
        )
        for plan in plans
    ]


def _keys(plan: PatrolPlan, known: Sequence[Plan]) -> frozenset[int]:
    here = Plan(plan.pk, plan.cell_id, plan.member_id, plan.taken_from_id)
    return predecessors(here, known)


def plan_of(cells: Iterable[Cell], typed: str, at: datetime) -> PatrolPlan:
    """Return a plan in force of one of these cells by what stands in an address, or 404."""
    return _plan(PatrolPlan.objects.filter(cell__in=list(cells)), typed, at)


def own_plan(officer: Officer, typed: str, at: datetime) -> PatrolPlan:
    """Return the officer's plan by what stands in an address; of others there is none (404)."""
    return _plan(PatrolPlan.objects.filter(member=officer), typed, None)


def _plan(rows: QuerySet[PatrolPlan], typed: str, at: datetime | None) -> PatrolPlan:
    known = whole_number(typed)
    if at is not None:
        rows = PatrolPlan.objects.valid(at) & rows
    plans = rows.select_related("cell__unit", "member")
    found = plans.filter(pk=known).first() if known is not None else None
    if found is None:
        raise Absent()
    return found
