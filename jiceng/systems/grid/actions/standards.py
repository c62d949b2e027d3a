"""The writes of the filing standard 立案标准: versions follow each other, none is ever deleted."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, Conflict
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.workdays.service import Limit
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.permission import may_set_up
from jiceng.systems.grid.models import Category

LONGEST_LIMIT = 32_767


class Backdated(BadInput):
    """A version cannot have been in force before anybody knew of it (422)."""

    code = "backdated"
    sentence = _("生效时间不能早于现在。")


class NotLater(BadInput):
    """Versions of one code follow each other; this one would lie in or before another (422)."""

    code = "not_later"
    sentence = _("生效时间须晚于该编码已有版本的生效时间，且不早于其失效时间。")


class LimitNotWhole(BadInput):
    """The limit of a category is a whole number of hours or days (422)."""

    code = "limit_not_whole"
    sentence = _("立案标准的时限应为 1 至 32767 的整数。")


class CategoryAbsent(Absent):
    """No version of the code is in force, so none can end (404)."""

    code = "no_category"
    sentence = _("没有该编码的现行立案标准。")


class CategoryChanged(Conflict):
    """Somebody else wrote a version of the code in the same moment (409)."""

    code = "category_changed"
    sentence = _("该编码的立案标准刚被他人修改，请重试。")


@act(terms.CATEGORY_SET, label=_("设定立案标准"), may=may_set_up)
def set_category(
    *,
    by: Actor,
    at: datetime,
    code: str,
    name: str,
    kind: str,
    limit: Limit,
    closing_condition: str,
    condition: str = "",
    group: str = "",
    responsible_unit: Unit | None = None,
    supervising_unit: Unit | None = None,
    needs_verification: bool = True,
    anonymous_allowed: bool = False,
    sensitive: bool = False,
    duplicate_radius: int = 0,
    effective: datetime | None = None,
) -> Recorded[Category]:
    """Add a category to the standard, or a new version of one, in force from ``effective`` or now.

    The version before ends at that instant; where nothing differs from it, it stays. Cases that
    run keep the version they were filed under, and the day that was promised. Raises
    ``Backdated``, ``NotLater``, ``LimitNotWhole`` (422), ``CategoryChanged`` (409).
    """
    values = _limit_values(limit) | {"name": name, "kind": kind, "group": group}
    values |= {"condition": condition, "closing_condition": closing_condition}
    values |= {"responsible_unit": responsible_unit, "supervising_unit": supervising_unit}
    values |= {"needs_verification": needs_verification, "sensitive": sensitive}
    values |= {"anonymous_allowed": anonymous_allowed, "duplicate_radius": duplicate_radius}
    category = _version(code, values, _since(at, effective))
    facts = values | {"in_force_from": category.valid_from}
    facts |= {field: _code(facts[field]) for field in ("responsible_unit", "supervising_unit")}
    return Recorded(category, subject=f"grid.category:{code}", facts=facts)


def _limit_values(limit: Limit) -> dict[str, Any]:
    if limit.amount != int(limit.amount) or limit.amount > LONGEST_LIMIT:
        raise LimitNotWhole(field="limit")
    return {
        "limit_kind": limit.kind,
        "limit_amount": int(limit.amount),
        "convention": limit.convention,
    }


def _code(unit: Unit | None) -> str:
    return unit.code if unit else ""


def _since(at: datetime, effective: datetime | None) -> datetime:
    since = effective or at
    if since < at:
        raise Backdated(field="effective")
    return since


def _version(code: str, values: dict[str, Any], since: datetime) -> Category:
    """Return the version of ``code`` that says ``values`` from ``since`` on."""
    last = Category.objects.filter(code=code).order_by("valid_from").last()
    if last and last.valid_until is None and since >= last.valid_from and last.says(values):
        return last
    if last:
        _make_way(last, since)
    try:
        with transaction.atomic():
            return Category.objects.create(code=code, valid_from=since, **values)
    except IntegrityError as error:
        raise CategoryChanged() from error


def _make_way(last: Category, since: datetime) -> None:
    """End the last version where the next begins, unless it has ended already."""
    if since <= last.valid_from or (last.valid_until and since < last.valid_until):
        raise NotLater(field="effective")
    if last.valid_until is None:
        _end(last, since)


def _end(category: Category, until: datetime) -> None:
    """End a version; whoever comes second finds it ended."""
    open_ended = Category.objects.filter(pk=category.pk, valid_until__isnull=True)
    if not open_ended.update(valid_until=until):
        raise CategoryChanged()
    category.valid_until = until


@act(terms.CATEGORY_RETIRED, label=_("停用立案标准"), may=may_set_up)
def retire_category(
    *, by: Actor, at: datetime, code: str, effective: datetime | None = None
) -> Recorded[Category]:
    """End a category at ``effective`` or now; cases filed under it go on under it.

    Raises ``CategoryAbsent`` (404), ``Backdated``, ``NotLater`` (422), ``CategoryChanged`` (409).
    """
    until = _since(at, effective)
    category = Category.objects.filter(code=code, valid_until__isnull=True).first()
    if category is None:
        raise CategoryAbsent()
    if until <= category.valid_from:
        raise NotLater(field="effective")
    _end(category, until)
    facts = {"name": category.name, "in_force_until": until}
    return Recorded(category, subject=f"grid.category:{code}", facts=facts)
