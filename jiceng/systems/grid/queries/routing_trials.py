"""Routing rules put to the test: on past reports before they count, and against one another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident, RoutingRule
from jiceng.systems.grid.queries.routing import (
    Routed,
    Router,
    Rule,
    Standing,
    rules_at,
    standing_at,
)
from jiceng.systems.grid.queries.routing_words import conditions_words
from jiceng.systems.grid.rules.routing import Box, box, conflicting, is_dead

MOST_TRIED = 5000
# The step in which a unit deals with a case; whoever held it last was sent the case.
DISPATCHED = "dispatched"
SENT = ("unit", "sent_to")


@dataclass(frozen=True)
class Hit:
    """A rule, and how many of the tried reports it decides."""

    rule: Rule
    count: int


@dataclass(frozen=True)
class Difference:
    """A report that the rules would send elsewhere: where it was sent, or suggested to be."""

    case: Case
    was: Unit | None
    dispatched: bool
    would: Routed


@dataclass(frozen=True)
class Trial:
    """What the rules say of the last reports. Nothing of it is written."""

    tried: int
    hits: list[Hit]
    by_default: int
    undecided: int
    differences: list[Difference]


def draft_of(code: str) -> RoutingRule:
    """Return the draft of this code, or raise ``Absent`` (404)."""
    drafts = RoutingRule.objects.filter(code=code, valid_from=None, valid_until=None)
    draft = drafts.select_related("unit").order_by("-id").first()
    if draft is None:
        raise Absent()
    return draft


def with_draft(rows: Iterable[RoutingRule], draft: RoutingRule) -> list[RoutingRule]:
    """Return the rules as they would be asked if the draft counted."""
    others = [row for row in rows if row.code != draft.code]
    return sorted([*others, draft], key=lambda row: (row.position, row.pk or 0))


def dry_run(
    *,
    at: datetime,
    last: int = 500,
    rules: Sequence[RoutingRule] | None = None,
    scope: Scope | None = None,
) -> Trial:
    """Say of the ``last`` reports in ``scope`` where ``rules``, or those in force, send them.

    Day and hour are those of the report; units and posts are those of ``at``. It writes nothing.
    """
    router = Router(rules_at(at) if rules is None else rules, standing_at(at))
    incidents = _last(last, scope)
    sent = _sent_to(incidents)
    routed = [(incident, _routed(router, incident)) for incident in incidents]
    counts = Counter(would.rule.pk for _incident, would in routed if would.rule)
    differences = [
        Difference(incident.case, was, incident.pk in sent, would)
        for incident, would in routed
        if (was := sent.get(incident.pk, incident.routed_unit)) != would.unit
    ]
    return Trial(
        tried=len(incidents),
        hits=[Hit(rule, counts[rule.row.pk]) for rule in router.rules],
        by_default=sum(1 for _incident, would in routed if would.unit and not would.rule),
        undecided=sum(1 for _incident, would in routed if would.unit is None),
        differences=differences,
    )


def _last(count: int, scope: Scope | None) -> list[Incident]:
    rows = Incident.objects.order_by("-case_id")
    rows = rows.select_related("case__unit", "category", "cell", "routed_unit")
    if scope is not None:
        rows = rows.filter(case__in=Case.objects.filter(system=terms.SYSTEM).in_scope(scope))
    return list(rows[: max(0, min(count, MOST_TRIED))])


def _sent_to(incidents: Sequence[Incident]) -> dict[int, Unit]:
    """Return for each case that was dispatched the unit that it was dispatched to last."""
    keys = [incident.pk for incident in incidents]
    steps = CaseStep.objects.filter(step=DISPATCHED, case__in=keys).order_by("id")
    return {step.case_id: step.sent_to or step.unit for step in steps.select_related(*SENT)}


def _routed(router: Router, incident: Incident) -> Routed:
    return router.route(
        category=incident.category,
        cell=incident.cell,
        unit=incident.case.unit,
        source=incident.source,
        at=incident.case.opened_at,
    )


@dataclass(frozen=True)
class Line:
    """A rule as a list shows it."""

    rule: Rule
    asks: str
    state: str  # in_force, draft, broken
    dead: bool = False


@dataclass(frozen=True)
class Report:
    """How the rules get on: ``conflicts`` are pairs of different units that can both hold while
    neither is the special case of the other; a dead rule never decides anything."""

    lines: list[Line]
    conflicts: list[tuple[Rule, Rule]]
    dead: list[Rule]
    broken: list[Rule]

    @property
    def fine(self) -> bool:
        """Tell whether there is nothing to say."""
        return not (self.conflicts or self.dead or self.broken)


def report(at: datetime, rules: Sequence[RoutingRule] | None = None) -> Report:
    """Return how ``rules``, or those in force at ``at``, get on with each other and with what
    there is. A broken rule decides nothing, so it neither hides nor contradicts another."""
    standing = standing_at(at)
    examined = Router(rules_at(at) if rules is None else rules, standing).rules
    boxes = [(rule, box(rule.conditions, standing.world)) for rule in examined if not rule.faults]
    dead = _dead(boxes)
    return Report(
        lines=[_line(rule, standing, dead) for rule in examined],
        conflicts=_conflicts(boxes),
        dead=dead,
        broken=[rule for rule in examined if rule.faults],
    )


def _dead(boxes: Sequence[tuple[Rule, Box]]) -> list[Rule]:
    sides = [own for _rule, own in boxes]
    return [rule for index, (rule, own) in enumerate(boxes) if is_dead(own, sides[:index])]


def _conflicts(boxes: Sequence[tuple[Rule, Box]]) -> list[tuple[Rule, Rule]]:
    return [
        (first, second)
        for (first, one), (second, other) in combinations(boxes, 2)
        if first.row.unit_id != second.row.unit_id and conflicting(one, other)
    ]


def _line(rule: Rule, standing: Standing, dead: Sequence[Rule]) -> Line:
    state = "broken" if rule.faults else "draft" if rule.row.valid_from is None else "in_force"
    asks = conditions_words(rule.conditions, standing.names)
    return Line(rule, asks, state, dead=any(each is rule for each in dead))


def drafts(at: datetime) -> list[Line]:
    """Return the drafts, each as it would stand if it counted now."""
    rows = RoutingRule.objects.filter(valid_from=None, valid_until=None)
    standing = standing_at(at)
    rules = Router(rows.select_related("unit").order_by("code", "id"), standing).rules
    return [_line(rule, standing, ()) for rule in rules]


@dataclass(frozen=True)
class RuleFile:
    """What there is of one code: the rule in force, the draft that would replace it."""

    code: str
    in_force: Line | None
    draft: Line | None

    @property
    def newest(self) -> Line:
        """Return what whoever changes the rule begins with."""
        line = self.draft or self.in_force
        if line is None:
            raise Absent()
        return line


def rule_file(code: str, at: datetime) -> RuleFile:
    """Return what there is of a code, or raise ``Absent`` (404)."""
    in_force = [line for line in report(at).lines if line.rule.row.code == code]
    waiting = [line for line in drafts(at) if line.rule.row.code == code]
    file = RuleFile(code, next(iter(in_force), None), next(iter(waiting), None))
    if file.in_force is None and file.draft is None:
        raise Absent()
    return file


def next_position(at: datetime) -> int:
    """Return a place behind all rules in force, with room to put others in between."""
    last = RoutingRule.objects.valid(at).last()
    return (last.position // 10 + 1) * 10 if last else 10
