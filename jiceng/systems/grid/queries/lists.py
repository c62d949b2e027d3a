"""Which cases somebody looks at: one choice for the list, the count, the map and the export."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.models import Case, CaseQuerySet, CaseStep
from jiceng.kernel.procedures.terms import Outcome
from jiceng.kernel.search.service import matching
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Watch
from jiceng.systems.grid.queries.lights import Lights
from jiceng.systems.grid.queries.readers import Reader
from jiceng.systems.grid.terms import SEARCHED, Pressure, Sort, Tab


@dataclass(frozen=True)
class Choice:
    """What a page was asked for. ``state`` is open, ended, a step or an outcome; ``unit`` stands
    for all below it too; the days are those of the report, both included."""

    tab: str = Tab.ALL.value
    q: str = ""
    state: str = ""
    category: str = ""
    group: str = ""
    unit: str = ""
    cell: str = ""
    source: str = ""
    light: str = ""
    judgement: str = ""
    candidate: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = Sort.NEWEST.value

    @property
    def filters(self) -> dict[str, Any]:
        """Return what narrows the list, tab and order aside."""
        return {
            name: value
            for name, value in asdict(self).items()
            if value and name not in ("tab", "sort")
        }

    @property
    def query(self) -> str:
        """Return the choice as the query of an address, what is usual left out."""
        usual = {"tab": Tab.ALL.value, "sort": Sort.NEWEST.value}
        parts = {name: value for name, value in asdict(self).items() if value}
        return urlencode({name: v for name, v in parts.items() if v != usual.get(name)})

    def but(self, **changes: Any) -> "Choice":
        """Return the choice with something changed."""
        return replace(self, **changes)


def _standing(**where: Any) -> Q:
    """Return the condition that a case stands in a step now that is as ``where`` says."""
    return Q(Exists(CaseStep.objects.open().filter(case=OuterRef("pk"), **where)))


def _state(state: str) -> Q:
    if state in ("open", "ended"):
        return Q(closed_at__isnull=state == "open")
    return Q(outcome=state) if state in Outcome.values else _standing(step=state)


def _under(code: str) -> Q:
    paths = Unit.objects.filter(code=code).values_list("path", flat=True)
    path = paths.first()
    return Q(unit__path__startswith=path) if path else Q(pk__in=())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


CONDITIONS: dict[str, Callable[[Any, Lights], Q]] = {
    "q": lambda typed, lights: matching(SEARCHED, typed, field="pk"),
    "state": lambda state, lights: _state(state),
    "category": lambda code, lights: Q(incident__category__code=code),
    "group": lambda group, lights: Q(incident__category__group=group),
    "unit": lambda code, lights: _under(code),
    "cell": lambda code, lights: Q(incident__cell__code=code),
    "source": lambda source, lights: Q(incident__source=source),
    "light": lambda pressure, lights: lights.q(Pressure(pressure).light),
    "judgement": lambda found, lights: Q(incident__judgement=found),
    "candidate": lambda yes, lights: Q(incident__major_candidate=True),
    "since": lambda day, lights: Q(opened_at__gte=_midnight(day)),
    "until": lambda day, lights: Q(opened_at__lt=_midnight(day + timedelta(days=1))),
}

ORDERS: dict[str, tuple[Any, ...]] = {
    Sort.NEWEST: ("-opened_at", "-id"),
    Sort.OLDEST: ("opened_at", "id"),
    Sort.DUE: (F("due_at").asc(nulls_last=True), "id"),
    Sort.NUMBER: ("number",),
}


def _of_tab(tab: str, officer: Officer, scope: Scope) -> Q:
    if tab == Tab.MINE:
        return _standing(post__in=scope.posts)
    if tab == Tab.UNIT:
        held = CaseStep.objects.open().filter(scope.q("unit"), case=OuterRef("pk"))
        return scope.q("unit") | Q(Exists(held))
    if tab == Tab.WATCHING:
        return Q(Exists(Watch.objects.filter(officer=officer, case=OuterRef("pk"))))
    return Q()


def seen(scope: Scope) -> CaseQuerySet:
    """Return all cases of the grid within a scope."""
    return Case.objects.in_scope(scope).filter(system=terms.SYSTEM)


def chosen(reader: Reader, choice: Choice) -> CaseQuerySet:
    """Return the cases of a choice that its reader may see, in the order of the choice. Every
    list, count, map and file of cases begins here."""
    cases = seen(reader.scope).filter(_of_tab(choice.tab, reader.officer, reader.scope))
    for name, value in choice.filters.items():
        cases = cases.filter(CONDITIONS[name](value, reader.lights))
    return cases.order_by(*ORDERS[choice.sort])


def _beyond_day(due_at: datetime | None, pk: int) -> Q:
    if due_at is None:
        return Q(due_at__isnull=True, pk__gt=pk)
    return Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at__isnull=True)


def beyond(scope: Scope, sort: str, after: int) -> Q:
    """Return the condition on what comes behind the case ``after``; one that is not seen tells
    nothing, and nothing comes behind it."""
    rows = seen(scope).filter(pk=after).values_list("opened_at", "due_at", "number")
    last = rows.order_by().first()
    if last is None:
        return Q(pk__in=())
    opened_at, due_at, number = last
    if sort == Sort.NUMBER:
        return Q(number__gt=number)
    if sort == Sort.DUE:
        return _beyond_day(due_at, after)
    if sort == Sort.OLDEST:
        return Q(opened_at__gte=opened_at) & (Q(opened_at__gt=opened_at) | Q(pk__gt=after))
    return Q(opened_at__lte=opened_at) & (Q(opened_at__lt=opened_at) | Q(pk__lt=after))
