"""Who walks which grid: plans, loads, and who may take over."""

from collections.abc import Iterable
from datetime import datetime, time

from django.db.models import Count, Q, QuerySet, Sum

from jiceng.kernel.base.clock import SHANGHAI, legal_day
from jiceng.kernel.orgs.models import Officer, Tenure, Unit
from jiceng.kernel.orgs.terms import GRID_MEMBER
from jiceng.systems.grid.models import PatrolPlan, PatrolRound
from jiceng.systems.grid.rules.patrols import week_of

# A round pressed outside the grid is kept, but it is no round of the grid.
COUNTED = Q(inside=True) | Q(inside=None)


def walking_tenures(at: datetime) -> QuerySet[Tenure]:
    """Return the tenures in force of grid members who are active, in units that exist."""
    rows = Tenure.objects.live(at).filter(
        post__role=GRID_MEMBER.code,
        post__unit__in=Unit.objects.existing(at),
        officer__is_active=True,
    )
    return rows.select_related("post__unit", "officer")


def may_walk(member: Officer, unit: Unit, at: datetime) -> bool:
    """Tell whether ``member`` is a grid member of ``unit``, of one above it or one below it."""
    held = walking_tenures(at).filter(officer=member)
    return any(kindred(tenure.post.unit.path, unit.path) for tenure in held)


def kindred(path: str, other: str) -> bool:
    """Tell whether one of two units lies in the other, by their paths."""
    return path.startswith(other) or other.startswith(path)


def members_for(unit: Unit, at: datetime) -> QuerySet[Officer]:
    """Return who may walk a grid of ``unit``, by staff number."""
    related = Q(post__unit__in=unit.lineage) | Q(post__unit__path__startswith=unit.path)
    held = walking_tenures(at).filter(related).values("officer")
    return Officer.objects.filter(pk__in=held).order_by("staff_no")


def loads_of(members: Iterable[int], at: datetime) -> dict[int, int]:
    """Return the rounds a week that each of these carries; one query."""
    keys = list(members)
    plans = PatrolPlan.objects.valid(at).filter(member__in=keys).order_by()
    found = dict(plans.values_list("member").annotate(Sum("rounds_a_week")))
    return {key: found.get(key, 0) for key in keys}


def week_bounds(at: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of the legal week of ``at``, and of the week after."""
    monday, after = week_of(legal_day(at))
    return (
        datetime.combine(monday, time.min, SHANGHAI),
        datetime.combine(after, time.min, SHANGHAI),
    )


def rounds_by(field: str, begin: datetime, end: datetime, plans: Q) -> dict[object, int]:
    """Return how many rounds count in ``[begin, end)``, by ``field`` of their plan; one query."""
    rows = PatrolRound.objects.filter(COUNTED, at__gte=begin, at__lt=end).filter(plans)
    return dict(rows.order_by().values_list(field).annotate(Count("pk")))
