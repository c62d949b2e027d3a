"""The writes of routing rules: drafted, put in force, ended; found broken, found mended."""

import logging
import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed
from jiceng.kernel.base.jobs import every
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, current
from jiceng.kernel.orgs.terms import DUTY_OFFICER, ORG_ADMIN, UNIT_HEAD
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import RoutingRule
from jiceng.systems.grid.queries.routing import Rule, standing_at, target_faults
from jiceng.systems.grid.queries.routing_trials import report
from jiceng.systems.grid.queries.routing_words import fault_words
from jiceng.systems.grid.rules.routing import (
    BadConditions,
    Conditions,
    Fault,
    as_json,
    read_conditions,
    unknown,
)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
LAST_POSITION = 9999
# Each is looked at for every report, and compared with every other.
MOST_RULES = 200
LONGEST_FAULT = 200

log = logging.getLogger(__name__)


class BadRule(BadInput):
    """A rule whose conditions or target cannot be used (422, with the field and the fault)."""

    code = "bad_routing_rule"


class BadRuleCode(BadInput):
    """The code of a rule is letters, digits and hyphens (422)."""

    code = "bad_routing_code"
    sentence = _("规则编码应为不超过20位的字母、数字和连字符。")


class BadPosition(BadInput):
    """The place of a rule is a whole number from 1 to 9999 (422)."""

    code = "bad_routing_position"
    sentence = _("次序应为1至9999的整数。")


class NoRuleName(BadInput):
    """A rule has a name (422)."""

    code = "no_routing_name"
    sentence = _("请填写规则名称。")


class PositionTaken(Conflict):
    """Another rule in force has this place in the order (409)."""

    code = "routing_position_taken"
    sentence = _("已有生效规则使用这个次序，请换一个次序。")


class TooManyRules(Conflict):
    """There are as many rules in force as can be compared (409)."""

    code = "too_many_routing_rules"
    sentence = _("生效规则已达200条，请先停用不用的规则。")


class RuleAbsent(Absent):
    """There is no draft, or no rule in force, of this code (404)."""

    code = "no_routing_rule"
    sentence = _("没有该编码的草稿或生效规则。")


class RuleChanged(Conflict):
    """Somebody else changed a rule of the code in the same moment (409)."""

    code = "routing_rule_changed"
    sentence = _("该规则刚被他人修改，请重新查看。")


def may_change_routing(*, by: Actor, at: datetime, **given: Any) -> None:
    """Who administers the organisation, is on duty for the whole of it or heads it; at set-up."""
    if by not in (SYSTEM, OPERATOR) and not changes_routing(by, at):
        raise NotAllowed()


def changes_routing(by: object, at: datetime) -> bool:
    """Tell whether a capacity that holds at ``at`` may change the rules."""
    held = current(by, at) if isinstance(by, Capacity) else None
    if held is None:
        return False
    leads = held.role in (DUTY_OFFICER.code, UNIT_HEAD.code) and held.unit.parent_id is None
    return leads or held.role == ORG_ADMIN.code


def _system_only(*, by: Actor, **given: Any) -> None:
    if by is not SYSTEM:
        raise NotAllowed()


@act(terms.ROUTING_DRAFTED, label=_("起草派遣规则"), may=may_change_routing)
def draft_rule(
    *,
    by: Actor,
    at: datetime,
    code: str,
    name: str,
    position: int,
    conditions: dict[str, Any],
    unit: Unit,
) -> Recorded[RoutingRule]:
    """Write the draft of a rule, or write it anew; it decides nothing yet.

    Raises ``BadRuleCode``, ``NoRuleName``, ``BadPosition``, ``BadRule`` (422), ``RuleChanged``
    (409).
    """
    if not (isinstance(code, str) and CODE.fullmatch(code)):
        raise BadRuleCode(field="code")
    if type(position) is not int or not 1 <= position <= LAST_POSITION:
        raise BadPosition(field="position")
    title = clean_line(name, 60)
    if not title:
        raise NoRuleName(field="name")
    told = as_json(_usable(conditions, unit, at))
    values = {"name": title, "position": position, "conditions": told, "unit": unit}
    rule = _drafted(code, values)
    facts = {"name": title, "position": position, "unit": unit.code, "conditions": told}
    return Recorded(rule, subject=_subject(code), facts=facts)


def _subject(code: str) -> str:
    return f"grid.routing:{code}"


def _drafts(code: str) -> Any:
    return RoutingRule.objects.filter(code=code, valid_from=None, valid_until=None)


def _drafted(code: str, values: dict[str, Any]) -> RoutingRule:
    """Return the draft of the code with these values; whoever comes second begins anew."""
    if _drafts(code).update(**values):
        draft: RoutingRule = _drafts(code).select_related("unit").get()
        return draft
    try:
        with transaction.atomic():
            return RoutingRule.objects.create(code=code, **values)
    except IntegrityError as error:
        raise RuleChanged() from error


def _usable(raw: Any, unit: Unit, at: datetime) -> Conditions:
    """Return the conditions if the rule can work at ``at``, or raise ``BadRule``."""
    try:
        conditions = read_conditions(raw)
    except BadConditions as bad:
        raise _refusal(bad.faults[0]) from bad
    standing = standing_at(at)
    faults = [*unknown(conditions, standing.world), *target_faults(unit, standing)]
    if faults:
        raise _refusal(faults[0])
    return conditions


def _refusal(fault: Fault) -> BadRule:
    sentence = _t("%(fault)s。") % {"fault": fault_words(fault)}
    return BadRule(sentence, field=fault.field, fault=fault.code)


@act(terms.ROUTING_ACTIVATED, label=_("启用派遣规则"), may=may_change_routing)
def activate_rule(*, by: Actor, at: datetime, code: str) -> Recorded[RoutingRule]:
    """Put the draft of ``code`` in force; the version of the code before it ends there.

    Raises ``RuleAbsent`` (404), ``BadRule`` (422), ``PositionTaken``, ``TooManyRules``,
    ``RuleChanged`` (409).
    """
    draft = _drafts(code).select_related("unit").first()
    if draft is None:
        raise RuleAbsent()
    _usable(draft.conditions, draft.unit, at)
    before = _end(code, at)
    others = RoutingRule.objects.filter(valid_from__isnull=False, valid_until=None)
    if others.filter(position=draft.position).exists():
        raise PositionTaken(field="position")
    if others.count() >= MOST_RULES:
        raise TooManyRules()
    try:
        with transaction.atomic():
            if not _drafts(code).filter(pk=draft.pk).update(valid_from=at):
                raise RuleChanged()
    except IntegrityError as error:
        raise PositionTaken(field="position") from error
    draft.valid_from = at
    facts = {"name": draft.name, "position": draft.position, "unit": draft.unit.code}
    facts |= {"conditions": draft.conditions, "in_force_from": at, "replaces": bool(before)}
    return Recorded(draft, subject=_subject(code), facts=facts)


def _in_force(code: str) -> Any:
    return RoutingRule.objects.filter(code=code, valid_from__isnull=False, valid_until=None)


def _end(code: str, at: datetime) -> RoutingRule | None:
    """End what is in force of a code; return it, or ``None`` where nothing was."""
    rule: RoutingRule | None = _in_force(code).first()
    if rule is None:
        return None
    if not _in_force(code).filter(pk=rule.pk, valid_from__lte=at).update(valid_until=at):
        raise RuleChanged()
    return rule


@act(terms.ROUTING_RETIRED, label=_("停用派遣规则"), may=may_change_routing)
def retire_rule(
    *, by: Actor, at: datetime, code: str, draft: bool = False
) -> Recorded[RoutingRule]:
    """End the rule in force of ``code``, or with ``draft`` throw its draft away; what it decided
    stays as it is. Raises ``RuleAbsent`` (404), ``RuleChanged`` (409)."""
    rule = _drafts(code).first() if draft else _end(code, at)
    if rule is None:
        raise RuleAbsent()
    if draft and not _drafts(code).filter(pk=rule.pk).update(valid_until=at):
        raise RuleChanged()
    facts = {"name": rule.name, "draft": draft, "in_force_until": at}
    return Recorded(rule, subject=_subject(code), facts=facts)


@act(terms.ROUTING_BROKEN, label=_("派遣规则失灵"), may=_system_only)
def mark_broken(
    *, by: Actor, at: datetime, rule: RoutingRule, reason: str
) -> Recorded[RoutingRule]:
    """Keep since when a rule in force does not work, and why. Raises ``RuleChanged`` (409)."""
    words = reason[:LONGEST_FAULT]
    rows = RoutingRule.objects.filter(pk=rule.pk, broken_since=None, valid_until=None)
    if not rows.update(broken_since=at, broken_reason=words):
        raise RuleChanged()
    facts = {"name": rule.name, "unit": rule.unit.code, "reason": words}
    return Recorded(rule, subject=_subject(rule.code), facts=facts)


@act(terms.ROUTING_MENDED, label=_("派遣规则恢复"), may=_system_only)
def mark_mended(*, by: Actor, at: datetime, rule: RoutingRule) -> Recorded[RoutingRule]:
    """Keep that a broken rule works again. Raises ``RuleChanged`` (409)."""
    rows = RoutingRule.objects.filter(pk=rule.pk, broken_since__isnull=False, valid_until=None)
    if not rows.update(broken_since=None, broken_reason=""):
        raise RuleChanged()
    facts = {"name": rule.name, "unit": rule.unit.code, "broken_since": rule.broken_since}
    return Recorded(rule, subject=_subject(rule.code), facts=facts)


@every(300, "tick")
def check_routing(at: datetime) -> int:
    """Mark the rules in force that point at what is gone, and those that work again.

    Twice changes nothing; a rule that somebody changed meanwhile is looked at the next time.
    """
    with override(None):
        rules = report(at).lines
        return sum(_check(line.rule, at) for line in rules)


def _check(rule: Rule, at: datetime) -> int:
    marked = rule.row.broken_since is not None
    if bool(rule.faults) == marked:
        return 0
    try:
        if rule.faults:
            mark_broken(by=SYSTEM, at=at, rule=rule.row, reason=rule.broken)
            log.warning("routing rule %s is broken", rule.row.code)
        else:
            mark_mended(by=SYSTEM, at=at, rule=rule.row)
    except RuleChanged as refusal:
        log.warning("routing rule %s is left for later: %s", rule.row.code, refusal.code)
        return 0
    return 1
