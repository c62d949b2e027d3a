"""The writes of patrols: who walks which grid how often, each round, and who takes over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity, current, take_turn
from jiceng.kernel.orgs.terms import DUTY_OFFICER, ORG_ADMIN, UNIT_HEAD
from jiceng.kernel.places.rules import Place, read_boundary, stored
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Cell, PatrolPlan, PatrolRound
from jiceng.systems.grid.queries.patrols import loads_of, may_walk
from jiceng.systems.grid.rules import is_near
from jiceng.systems.grid.rules.patrols import has_room
from jiceng.systems.grid.terms import MOST_ROUNDS_A_WEEK, ROUND_METRES, ROUND_MINUTES

PLANNERS = (UNIT_HEAD.code, DUTY_OFFICER.code, ORG_ADMIN.code)


class NotThePlanner(NotAllowed):
    """Neither head nor duty officer nor administrator at or above the grid's unit (403)."""

    code = "not_the_planner"
    sentence = _("巡查计划由网格长、本级或上级的负责人、值班员安排。")


class NotAMember(BadInput):
    """The officer is no grid member of the grid's unit, above or below it (422)."""

    code = "not_a_member"
    sentence = _("该人员不是这个网格的网格员。")


class TooManyRounds(Conflict):
    """The member would have to walk more rounds a week than a part-time member can (409)."""

    code = "too_many_rounds"
    sentence = _("超出每人每周的巡查次数上限。")


class BadRounds(BadInput):
    """Not a number of rounds that a week has room for (422)."""

    code = "bad_rounds"
    sentence = _("每周次数应为 1 至 14 的整数。")


class AlreadyPlanned(Conflict):
    """The member has just this plan for the grid, or walks it already (409)."""

    code = "already_planned"
    sentence = _("该网格员已有这个网格的巡查计划。")


class CellEnded(Conflict):
    """The grid is no longer in force (409)."""

    code = "patrol_cell_ended"
    sentence = _("网格已失效。")


class PlanEnded(Conflict):
    """The plan is no longer in force (409)."""

    code = "plan_ended"
    sentence = _("巡查计划已结束。")


class WalkedJustNow(Conflict):
    """A round of this grid was recorded a moment ago (409)."""

    code = "walked_just_now"
    sentence = _("刚刚已记录过这个网格的巡查。")


def may_plan(by: Actor, cell: Cell, at: datetime) -> bool:
    """Tell whether ``by`` plans the patrols of ``cell``: its chief, or who answers above it."""
    if by in (SYSTEM, OPERATOR):
        return True
    capacity = current(by, at)
    if capacity is None:
        return False
    above = capacity.role in PLANNERS and capacity.unit.contains(cell.unit)
    return above or capacity.post.pk == cell.chief_id


def _may_plan_cell(*, by: Actor, at: datetime, cell: Cell, **given: object) -> None:
    if not may_plan(by, cell, at):
        raise NotThePlanner()


def _may_change(*, by: Actor, at: datetime, plan: PatrolPlan, **given: object) -> None:
    if not may_plan(by, plan.cell, at):
        raise NotThePlanner()


def _standing(plan: PatrolPlan, at: datetime) -> PatrolPlan:
    """Return the plan as it is now, under a lock, or raise ``PlanEnded``."""
    rows = PatrolPlan.objects.select_for_update(of=("self",)).filter(pk=plan.pk)
    fresh = rows.select_related("cell__unit", "member").first()
    if fresh is None or fresh.valid_until is not None:
        raise PlanEnded()
    return fresh


def _check_member(member: Officer, cell: Cell, at: datetime) -> None:
    if not may_walk(member, cell.unit, at):
        raise NotAMember(field="member")


def _check_room(member: Officer, rounds: int, given_up: int, at: datetime) -> None:
    carried = loads_of([member.pk], at)[member.pk] - given_up
    if not has_room(rounds, carried, MOST_ROUNDS_A_WEEK):
        raise TooManyRounds(
            _("%(name)s每周已有 %(carried)d 次，再加 %(more)d 次超过上限 %(most)d 次。")
            % {
                "name": member.name,
                "carried": carried,
                "more": rounds,
                "most": MOST_ROUNDS_A_WEEK,
            }
        )


def begin_plan(
    cell: Cell, member: Officer, rounds: int, at: datetime, taken_from: PatrolPlan | None
) -> PatrolPlan:
    """Write a plan that begins now."""
    return PatrolPlan.objects.create(
        cell=cell, member=member, rounds_a_week=rounds, valid_from=at, taken_from=taken_from
    )


def stop_plan(plan: PatrolPlan, at: datetime) -> None:
    """End a plan, once; whoever comes second raises ``PlanEnded``."""
    end = max(at, plan.valid_from)
    if not PatrolPlan.objects.filter(pk=plan.pk, valid_until=None).update(valid_until=end):
        raise PlanEnded()


@act(terms.PATROL_PLANNED, label=_("安排巡查"), may=_may_plan_cell)
def plan_patrol(
    *, by: Actor, at: datetime, cell: Cell, member: Officer, rounds_a_week: int
) -> Recorded[PatrolPlan]:
    """Let a grid member walk a grid so many times a week; another number replaces the one before.

    Raises ``BadRounds``, ``NotAMember`` (422), ``CellEnded``, ``AlreadyPlanned``,
    ``TooManyRounds`` (409), ``NotThePlanner`` (403).
    """
    take_turn()  # posts end and loads grow under the same lock, so the cap is never overrun
    if type(rounds_a_week) is not int or not 1 <= rounds_a_week <= MOST_ROUNDS_A_WEEK:
        raise BadRounds(field="rounds_a_week")
    here = Cell.objects.valid(at).filter(pk=cell.pk).select_related("unit").first()
    if here is None:
        raise CellEnded()
    _check_member(member, here, at)
    before = PatrolPlan.objects.filter(cell=here, member=member, valid_until=None).first()
    if before is not None and before.rounds_a_week == rounds_a_week:
        raise AlreadyPlanned()
    _check_room(member, rounds_a_week, before.rounds_a_week if before else 0, at)
    if before is not None:
        stop_plan(before, at)
    plan = begin_plan(here, member, rounds_a_week, at, before)
    facts = {
        "cell": here.code,
        "member": member.staff_no,
        "rounds_a_week": rounds_a_week,
        "replaces": before.pk if before else None,
    }
    return Recorded(plan, plan.subject, facts)


@act(terms.PATROL_PLAN_ENDED, label=_("结束巡查计划"), may=_may_change)
def end_plan(*, by: Actor, at: datetime, plan: PatrolPlan) -> Recorded[PatrolPlan]:
    """End a plan now. Raises ``PlanEnded`` (409), ``NotThePlanner`` (403)."""
    take_turn()
    standing = _standing(plan, at)
    stop_plan(standing, at)
    standing.refresh_from_db(fields=["valid_until"])
    facts = {"cell": standing.cell.code, "member": standing.member.staff_no}
    return Recorded(standing, standing.subject, facts)


@act(terms.PATROL_HANDED_OVER, label=_("移交巡查"), may=_may_change)
def hand_over(*, by: Actor, at: datetime, plan: PatrolPlan, to: Officer) -> Recorded[PatrolPlan]:
    """Let another member walk the grid from now on.

    Raises ``NotAMember`` (422), ``PlanEnded``, ``AlreadyPlanned``, ``TooManyRounds`` (409),
    ``NotThePlanner`` (403).
    """
    take_turn()
    old = _standing(plan, at)
    _check_member(to, old.cell, at)
    if PatrolPlan.objects.filter(cell=old.cell, member=to, valid_until=None).exists():
        raise AlreadyPlanned()
    _check_room(to, old.rounds_a_week, 0, at)
    stop_plan(old, at)
    new = begin_plan(old.cell, to, old.rounds_a_week, at, old)
    return Recorded(new, old.subject, handed_facts(old, new))


def handed_facts(old: PatrolPlan, new: PatrolPlan) -> dict[str, object]:
    """Return what history is told of a hand-over: the grid, from whom, to whom."""
    return {
        "cell": old.cell.code,
        "from": old.member.staff_no,
        "to": new.member.staff_no,
        "rounds_a_week": new.rounds_a_week,
        "plan": new.pk,
    }


def hand_over_all(*, by: Actor, at: datetime, member: Officer, to: Officer) -> int:
    """Hand all plans of ``member`` that ``by`` may change to another, all or none.

    Returns how many. Raises what ``hand_over`` raises.
    """
    with transaction.atomic():
        plans = PatrolPlan.objects.valid(at).filter(member=member).order_by("pk")
        mine = [plan for plan in plans.select_related("cell__unit") if may_plan(by, plan.cell, at)]
        for plan in mine:
            hand_over(by=by, at=at, plan=plan, to=to)
    return len(mine)


def _may_walk_plan(*, by: Actor, plan: PatrolPlan, **given: object) -> None:
    """A plan of somebody else does not exist for who records a round."""
    if not (isinstance(by, Capacity) and by.officer.pk == plan.member_id):
        raise Absent()


@act(terms.PATROL_WALKED, label=_("巡查到位"), may=_may_walk_plan)
def walk(
    *,
    by: Actor,
    at: datetime,
    plan: PatrolPlan,
    point: Place | None = None,
    datum: str = Datum.WGS84,
) -> Recorded[PatrolRound]:
    """Record that the member has walked the grid, where the phone says so.

    The point is kept beside the round, not in the ledger: history tells that a round was walked
    and whether inside, not where somebody stood. Raises ``PlanEnded``, ``WalkedJustNow`` (409).
    """
    standing = _standing(plan, at)
    since = at - timedelta(minutes=ROUND_MINUTES)
    if PatrolRound.objects.filter(plan=standing, at__gt=since).exists():
        raise WalkedJustNow(
            _("%(minutes)d 分钟内已记录过这个网格的巡查。") % {"minutes": ROUND_MINUTES}
        )
    here = stored(point, datum) if point else None
    inside = is_near(here, read_boundary(standing.cell.boundary), ROUND_METRES) if here else None
    place = here._asdict() if here else {}
    row = PatrolRound.objects.create(plan=standing, at=at, inside=inside, **place)
    facts = {"cell": standing.cell.code, "plan": standing.pk, "inside": inside}
    return Recorded(row, standing.subject, facts)
