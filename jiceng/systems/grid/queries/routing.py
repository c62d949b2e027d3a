"""Where the rules send a report, and why."""

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid.models import Category, Cell, RoutingRule
from jiceng.systems.grid.queries.places import handling_units
from jiceng.systems.grid.queries.revisions import Tokens, tokens, unchanged_since
from jiceng.systems.grid.queries.routing_words import (
    Names,
    conditions_words,
    fault_words,
    reason_words,
)
from jiceng.systems.grid.rules.routing import (
    BadConditions,
    Conditions,
    Facts,
    Fault,
    World,
    holds,
    narrowed,
    read_conditions,
    unknown,
)
from jiceng.systems.grid.terms import Kind, Source


@dataclass(frozen=True)
class Rule:
    """A rule as it stands at an instant: what it asks, and what is wrong with it if anything."""

    row: RoutingRule
    conditions: Conditions
    faults: tuple[Fault, ...] = ()

    @property
    def broken(self) -> str:
        """Return what is wrong in words, or "" where it works."""
        return reason_words(fault_words(fault) for fault in self.faults) if self.faults else ""


@dataclass(frozen=True)
class Routed:
    """Where a report goes, by which rule (none where a default decided), and why, in Chinese
    whatever language is on the screen: it is kept."""

    unit: Unit | None
    rule: RoutingRule | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """What there is at an instant: the world of the rules, and the units that can handle."""

    world: World
    codes: dict[int, str]
    names: dict[tuple[str, str], str]
    handling: dict[int, Unit] = field(default_factory=dict)

    def codes_of(self, unit: Unit) -> frozenset[str]:
        """Return the codes of a unit and of all above it."""
        return frozenset(self.codes[pk] for pk in unit.lineage if pk in self.codes)


def rules_at(at: datetime) -> list[RoutingRule]:
    """Return the rules in force, in the order in which they are asked."""
    return list(RoutingRule.objects.valid(at).select_related("unit"))


def standing_at(at: datetime) -> Standing:
    """Return what there is at ``at``."""
    categories = Category.objects.valid(at).values_list("code", "group", "kind", "name")
    grids = list(Cell.objects.valid(at).values_list("code", "unit__code", "name"))
    units = Unit.objects.existing(at).values_list("pk", "code", "path", "short_name")
    rows = list(units)
    codes = {pk: code for pk, code, _path, _name in rows}
    told = list(categories)
    names = {("categories", code): name for code, _group, _kind, name in told}
    names |= {("cells", code): name for code, _unit, name in grids}
    names |= {("units", code): name for _pk, code, _path, name in rows}
    world = World(
        categories={code: (group, kind) for code, group, kind, _name in told},
        cells={code: unit for code, unit, _name in grids},
        units={code: _above(path, codes) for _pk, code, path, _name in rows},
        sources=frozenset(Source.values),
        kinds=frozenset(Kind.values),
    )
    return Standing(world, codes, names, {unit.pk: unit for unit in handling_units(at)})


def _above(path: str, codes: dict[int, str]) -> frozenset[str]:
    return frozenset(codes[int(pk)] for pk in path.split("/") if pk and int(pk) in codes)


def examined(row: RoutingRule, standing: Standing) -> Rule:
    """Return a rule with everything that keeps it from working now."""
    try:
        conditions = read_conditions(row.conditions)
    except BadConditions as bad:
        return Rule(row, Conditions(), bad.faults)
    faults = unknown(conditions, standing.world)
    return Rule(row, conditions, (*target_faults(row.unit, standing), *faults))


def target_faults(unit: Unit, standing: Standing) -> list[Fault]:
    """Return why cases cannot be sent to ``unit``; nothing where they can."""
    if unit.pk in standing.handling:
        return []
    gone = unit.pk not in standing.codes
    return [Fault("unit", "unit_gone" if gone else "no_handler", unit.short_name)]


class Router:
    """The rules of an instant, asked any number of times without another query."""

    def __init__(self, rows: Iterable[RoutingRule], standing: Standing) -> None:
        self.standing = standing
        self.rules = [examined(row, standing) for row in rows]

    def route(
        self,
        *,
        category: Category | None,
        cell: Cell | None,
        unit: Unit | None,
        source: str,
        at: datetime,
    ) -> Routed:
        """Return where a report of the instant ``at`` goes: by the first rule that holds and
        works, else to the category's unit, else to the nearest one below the same street."""
        facts = self._facts(category, cell, unit, source, at)
        with override(None):
            met = [rule for rule in self.rules if holds(rule.conditions, facts)]
            chosen = next((rule for rule in met if not rule.faults), None)
            before = met[: met.index(chosen)] if chosen else met
            skipped = [_skipped(rule) for rule in before]
            if chosen is None:
                found, why = self._default(category, unit)
                return Routed(found, None, reason_words([*skipped, why]))
            asked = conditions_words(narrowed(chosen.conditions, facts), self._names(cell))
            told = {"code": chosen.row.code, "name": chosen.row.name, "why": asked}
            why = _("规则 %(code)s“%(name)s”适用（%(why)s）") % told
            return Routed(chosen.row.unit, chosen.row, reason_words([*skipped, why]))

    def _facts(
        self,
        category: Category | None,
        cell: Cell | None,
        unit: Unit | None,
        source: str,
        at: datetime,
    ) -> Facts:
        local = at.astimezone(SHANGHAI)
        return Facts(
            category=category.code if category else "",
            group=category.group if category else "",
            kind=category.kind if category else "",
            cell=cell.code if cell else "",
            units=self.standing.codes_of(unit) if unit else frozenset(),
            source=source,
            weekday=local.isoweekday(),
            hour=local.hour,
        )

    def _names(self, cell: Cell | None) -> Names:
        own = {("cells", cell.code): cell.name} if cell else {}
        return ChainMap(own, self.standing.names)

    def _default(self, category: Category | None, unit: Unit | None) -> tuple[Unit | None, str]:
        """Return who deals with what no rule sends anywhere."""
        handling = self.standing.handling
        responsible = handling.get(category.responsible_unit_id or 0) if category else None
        if responsible:
            return responsible, _("没有规则适用，按立案标准派往责任单位")
        nearest = _nearest(unit, handling.values()) if unit else []
        if len(nearest) == 1:
            return nearest[0], _("没有规则适用，派往就近的处置单位")
        if nearest:
            return None, _("没有规则适用，就近有%(count)d家处置单位，由值班员选择") % {
                "count": len(nearest)
            }
        return None, _("没有规则适用，就近没有可派的处置单位，由值班员选择")


def _skipped(rule: Rule) -> str:
    told = {"code": rule.row.code, "name": rule.row.name, "fault": fault_words(rule.faults[0])}
    return _("规则 %(code)s“%(name)s”失灵（%(fault)s），已跳过") % told


def _nearest(unit: Unit, handling: Iterable[Unit]) -> list[Unit]:
    """Return the handling units nearest in the tree, below the same street: what shares the most
    units above, and of these what lies highest. Several are equally near."""
    own = unit.lineage
    ranked = [
        ((_shared(own, other.lineage), -other.depth), other)
        for other in handling
        if _shared(own, other.lineage) >= min(2, len(own))
    ]
    best = max((rank for rank, _unit in ranked), default=None)
    return [other for rank, other in ranked if rank == best]


def _shared(one: list[int], other: list[int]) -> int:
    return sum(1 for mine, theirs in zip(one, other, strict=False) if mine == theirs)


def route_for(
    *,
    category: Category | None,
    cell: Cell | None,
    unit: Unit | None,
    source: str,
    at: datetime,
    known: Tokens | None = None,
) -> Routed:
    """Return where the rules in force at ``at`` send one report, and why.

    A rule or a grid set a moment ago counts. ``known`` are the tokens where they were just read.
    """
    now = known or tokens()
    router = _router(now, unchanged_since(now, at))
    return router.route(category=category, cell=cell, unit=unit, source=source, at=at)


@lru_cache(maxsize=16)
def _router(known: Tokens, since: datetime) -> Router:
    """Return the rules as they stand from ``since`` on, until something changes."""
    return Router(rules_at(since), standing_at(since))
