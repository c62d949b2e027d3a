"""The rounds that grid members of the demo zone walked in the last two weeks."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity, capacities
from jiceng.kernel.orgs.terms import GRID_MEMBER
from jiceng.kernel.places.rules import Place, read_boundary
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import PatrolPlan, PatrolRound

# Whose rounds are told: enough to see a week, few enough to start quickly.
STREET = "340871001"
DAYS = 10


def walk_rounds(now: datetime) -> Iterator[PatrolRound]:
    """Walk, in the first communities of one street, most of what the plans ask for."""
    dice = random.Random(124)
    plans = PatrolPlan.objects.valid(now).filter(cell__unit__code__startswith=f"{STREET}00")
    for plan in plans.select_related("cell", "member").order_by("pk")[:40]:
        for days_ago in sorted(dice.sample(range(DAYS), dice.randint(1, 3)), reverse=True):
            at = (now - timedelta(days=days_ago)).astimezone(SHANGHAI)
            at = min(now, at.replace(hour=dice.randint(8, 11), minute=dice.randint(0, 59)))
            done = actions.walk(by=_acting(plan.member, at), at=at, plan=plan, point=_inside(plan))
            if done.value is not None:
                yield done.value


def _acting(member: Officer, at: datetime) -> Capacity:
    return next(held for held in capacities(member, at) if held.role == GRID_MEMBER.code)


def _inside(plan: PatrolPlan) -> Place:
    point = read_boundary(plan.cell.boundary).representative_point()
    return Place(lng=round(point.x, 6), lat=round(point.y, 6))
