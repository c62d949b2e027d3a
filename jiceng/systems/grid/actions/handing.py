"""Nobody's grid does not exist: plans of a member who has left go to another, or end openly."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from jiceng.kernel.base.jobs import every
from jiceng.kernel.ledger.service import SYSTEM, Actor, append
from jiceng.kernel.orgs.models import Officer, Tenure, Unit
from jiceng.kernel.orgs.service import on_tenure_end, take_turn
from jiceng.kernel.orgs.terms import GRID_MEMBER
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.patrols import begin_plan, handed_facts, stop_plan
from jiceng.systems.grid.models import PatrolPlan
from jiceng.systems.grid.queries.patrols import (
    kindred,
    loads_of,
    may_walk,
    walking_tenures,
)
from jiceng.systems.grid.rules.patrols import successor
from jiceng.systems.grid.terms import MOST_ROUNDS_A_WEEK


@on_tenure_end
def release(*, tenure: Tenure, by: Actor, at: datetime) -> int:
    """Hand on the plans that the holder of an ended tenure may not walk any more.

    Runs inside the transaction that ended the tenure. Returns how many plans changed.
    """
    if tenure.post.role != GRID_MEMBER.code:
        return 0
    return sum(_release(plan, by, at) for plan in _plans(at, Q(member=tenure.officer_id)))


@every(60, "tick")
def hand_over_patrols(at: datetime) -> int:
    """Hand on the plans of members whose post ended by the mere passing of time, or whose unit
    went elsewhere. Returns how many plans changed."""
    paths: dict[int, list[str]] = {}
    for officer, path in walking_tenures(at).values_list("officer", "post__unit__path"):
        paths.setdefault(officer, []).append(path)
    rows = PatrolPlan.objects.valid(at).values_list("pk", "member", "cell__unit__path")
    left = [
        pk
        for pk, member, unit in rows
        if not any(kindred(path, unit) for path in paths.get(member, []))
    ]
    if not left:
        return 0
    with transaction.atomic():
        take_turn()
        return sum(_release(plan, SYSTEM, at) for plan in _plans(at, Q(pk__in=left)))


def _plans(at: datetime, which: Q) -> list[PatrolPlan]:
    """Return plans in force, those with most rounds first: they are the hardest to place."""
    rows = PatrolPlan.objects.valid(at).filter(which, valid_until=None)
    return list(rows.select_related("cell__unit", "member").order_by("-rounds_a_week", "pk"))


def _release(plan: PatrolPlan, by: Actor, at: datetime) -> int:
    """Hand a plan on, or end it, unless its member may still walk the grid."""
    if may_walk(plan.member, plan.cell.unit, at):
        return 0
    candidates = _colleagues(plan, at)
    loads = loads_of(candidates, at)
    walking = PatrolPlan.objects.valid(at).filter(cell=plan.cell, member__in=candidates)
    carried = dict(walking.values_list("member", "pk"))
    chosen = successor(plan.rounds_a_week, loads, frozenset(carried), MOST_ROUNDS_A_WEEK)
    stop_plan(plan, at)
    if chosen is None:
        facts = {"cell": plan.cell.code, "member": plan.member.staff_no, "uncovered": True}
        append(event=terms.PATROL_PLAN_ENDED, subject=plan.subject, by=by, at=at, facts=facts)
    else:
        _give(plan, chosen, by, at)
    return 1


def _give(plan: PatrolPlan, member: int, by: Actor, at: datetime) -> None:
    """Begin the successor's plan; one that the successor has for this grid grows by the rounds."""
    rounds = plan.rounds_a_week
    own = PatrolPlan.objects.filter(cell=plan.cell, member=member, valid_until=None).first()
    if own is not None:
        stop_plan(own, at)
        rounds += own.rounds_a_week
    new = begin_plan(plan.cell, Officer.objects.get(pk=member), rounds, at, plan)
    facts = handed_facts(plan, new)
    append(event=terms.PATROL_HANDED_OVER, subject=plan.subject, by=by, at=at, facts=facts)


def _colleagues(plan: PatrolPlan, at: datetime) -> list[int]:
    """Return who else walks for the unit that the member walked for, by staff number."""
    unit = _unit_left(plan, at)
    rows = walking_tenures(at).filter(post__unit=unit).exclude(officer=plan.member_id)
    found = rows.order_by("officer__staff_no").values_list("officer", flat=True)
    return list(dict.fromkeys(found))


def _unit_left(plan: PatrolPlan, at: datetime) -> Unit:
    """Return the unit of the last post in which the member could walk this grid."""
    held = Tenure.objects.filter(
        officer=plan.member_id, post__role=GRID_MEMBER.code, starts_at__lte=at
    )
    for tenure in held.select_related("post__unit").order_by(
        F("ends_at").desc(nulls_first=True), "-pk"
    ):
        if kindred(tenure.post.unit.path, plan.cell.unit.path):
            return tenure.post.unit
    return plan.cell.unit
