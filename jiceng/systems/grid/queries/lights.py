"""The lights of many cases at once.

Whether a light is green depends on the working calendar and on the limit of the category. For one
limit there is one instant from which a day is far enough away, so that the database can compare.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from jiceng.kernel.workdays.service import Limit, light
from jiceng.kernel.workdays.terms import Light
from jiceng.systems.grid.models import Category

INSTANT = timedelta(microseconds=1)
Kind = tuple[str, int]


def green_from(at: datetime, limit: Limit | None) -> datetime:
    """Return the first day, as an instant, whose light is green at ``at``."""
    step = timedelta(days=1)
    while light(at + step, at, limit) != Light.GREEN:
        step *= 2
    pressing, far = at - INSTANT, at + step
    while far - pressing > INSTANT:
        middle = pressing + (far - pressing) // 2
        if light(middle, at, limit) == Light.GREEN:
            far = middle
        else:
            pressing = middle
    return far


@dataclass(frozen=True)
class Lights:
    """The lights at an instant; ``limits`` are those of the categories, by kind and amount."""

    at: datetime
    limits: dict[Kind, Limit]
    _known: dict[Kind | None, datetime] = field(default_factory=dict)

    def green_from(self, kind: Kind | None) -> datetime:
        """Return from which day on a case of this limit has a green light."""
        if kind not in self._known:
            self._known[kind] = green_from(self.at, self.limits[kind] if kind else None)
        return self._known[kind]

    def of(self, due_at: datetime | None, kind: Kind | None) -> str:
        """Return the light of an open case, "" where nothing runs against it."""
        if due_at is None:
            return ""
        if due_at < self.at:
            return Light.RED.value
        return (Light.GREEN if due_at >= self.green_from(kind) else Light.YELLOW).value

    def q(self, colour: str) -> Q:
        """Return the condition on cases that are open and have this light."""
        running = Q(closed_at__isnull=True, due_at__isnull=False)
        if colour == Light.RED:
            return running & Q(due_at__lt=self.at)
        green = Q(incident__category__isnull=True, due_at__gte=self.green_from(None))
        for kind in self.limits:
            name, amount = kind
            green |= Q(
                incident__category__limit_kind=name,
                incident__category__limit_amount=amount,
                due_at__gte=self.green_from(kind),
            )
        if colour == Light.GREEN:
            return running & green
        return running & Q(due_at__gte=self.at) & ~green


def limits_of(kinds: Iterable[Kind]) -> dict[Kind, Limit]:
    """Return each limit once."""
    return {kind: Limit(*kind, "rolling") for kind in set(kinds)}


def lights_at(at: datetime) -> Lights:
    """Return the lights at an instant, in one query."""
    kinds = Category.objects.order_by().values_list("limit_kind", "limit_amount").distinct()
    return Lights(at, limits_of(kinds))
