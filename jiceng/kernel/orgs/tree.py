"""Changes of the tree of units, and the tree as it is read."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import CharField, F, IntegerField, Max, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.authority import Scope
from jiceng.kernel.orgs.grants import may_administer, may_found, may_move
from jiceng.kernel.orgs.models import Delegation, Tenure, Unit
from jiceng.kernel.orgs.terms import FORMULA_SIGNS, MAX_DEPTH, ROOT_KINDS, Kind

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class BadUnit(BadInput):
    """A code, name or kind that no unit may have (422)."""

    code = "bad_unit"
    sentence = _("单位信息不符合要求。")


class SecondRoot(BadInput):
    """There is one tree, so there is one root (422)."""

    code = "second_root"
    sentence = _("组织树只能有一个最上级单位，且须为行政区域或开发区。")


class UnderItself(BadInput):
    """A unit would come to lie under itself (422)."""

    code = "under_itself"
    sentence = _("单位不能移到自己或自己的下级之下。")


class TooDeep(BadInput):
    """More levels than the tree has (422)."""

    code = "too_deep"
    sentence = _("组织层级过深。")


class CodeTaken(Conflict):
    """Another unit has this code, perhaps a dissolved one (409)."""

    code = "code_taken"
    sentence = _("单位代码已被使用。")


class Dissolved(Conflict):
    """The unit does not exist any more (409)."""

    code = "unit_dissolved"
    sentence = _("单位已撤销。")


class StillInUse(Conflict):
    """Units below it exist, or somebody holds a post in it (409)."""

    code = "unit_in_use"
    sentence = _("还有下级单位或在任人员，不能撤销。")


def take_turn() -> None:
    """Let changes of the organisation happen one at a time.

    Two moves could each be right and together make a ring; two delegations likewise. The root's
    row is the lock (SQLite has one writer anyway). ``no_key`` lets cases be opened meanwhile.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(parent__isnull=True).values("pk"))


def standing(unit: Unit) -> Unit:
    """Return ``unit`` as the database has it now, or raise ``Dissolved``."""
    fresh = Unit.objects.get(pk=unit.pk)
    if fresh.dissolved_on is not None:
        raise Dissolved()
    return fresh


def clean_name(value: str, limit: int) -> str:
    """Return a name fit for a unit or post, or raise ``BadInput``."""
    name = clean_line(value, limit)
    if not name or name.startswith(FORMULA_SIGNS):
        raise BadUnit(_("名称不能为空，也不能以运算符开头。"), code="bad_name", field="name")
    return name


def _check_place(code: str, kind: str, parent: Unit | None) -> None:
    if not CODE.fullmatch(code):
        raise BadUnit(_("单位代码应为字母、数字、点或连字符。"), code="bad_code", field="code")
    if kind not in Kind.values:
        raise BadUnit(_("没有这种单位类别。"), code="bad_kind", field="kind")
    if parent is None and kind not in ROOT_KINDS:
        raise SecondRoot()
    if parent is None and Unit.objects.filter(parent=None, dissolved_on=None).exists():
        raise SecondRoot()
    if parent is not None and parent.depth >= MAX_DEPTH:
        raise TooDeep()


def _insert(unit: Unit) -> None:
    """Write the row; its path needs its id, which the database gives."""
    unit.path = f"new/{new_uid()}"
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError as error:
        taken = Unit.objects.filter(code=unit.code).exists()
        raise (CodeTaken() if taken else SecondRoot()) from error
    unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
    Unit.objects.filter(pk=unit.pk).update(path=unit.path)


@act("orgs.unit.founded", label=_("设立单位"), may=may_found)
def found_unit(
    *,
    by: Actor,
    at: datetime,
    code: str,
    name: str,
    kind: str,
    parent: Unit | None = None,
    short_name: str = "",
    division_code: str = "",
    founded_on: date | None = None,
) -> Recorded[Unit]:
    """Found a unit below ``parent``, or the root.

    Raises ``BadUnit``, ``SecondRoot``, ``TooDeep`` (422), ``CodeTaken``, ``Dissolved`` (409).
    """
    take_turn()
    parent = standing(parent) if parent else None
    _check_place(code, kind, parent)
    unit = Unit(
        code=code,
        name=clean_name(name, 100),
        short_name=clean_name(short_name or name, 50),
        kind=kind,
        parent=parent,
        depth=parent.depth + 1 if parent else 0,
        division_code=division_code,
        founded_on=founded_on or legal_day(at),
    )
    _insert(unit)
    facts = {
        "name": unit.name,
        "kind": unit.kind,
        "parent": parent.code if parent else None,
        "division_code": unit.division_code,
        "founded_on": unit.founded_on.isoformat(),
    }
    return Recorded(unit, unit.subject, facts)


def _in_use(unit: Unit, at: datetime) -> bool:
    return (
        unit.children.filter(dissolved_on__isnull=True).exists()
        or Tenure.objects.unfinished(at).filter(post__unit=unit).exists()
        or Delegation.objects.unfinished(at).filter(post__unit=unit).exists()
    )


@act("orgs.unit.dissolved", label=_("撤销单位"), may=may_administer)
def dissolve_unit(*, by: Actor, at: datetime, unit: Unit) -> Recorded[Unit]:
    """Dissolve a unit that has no unit below it and no post held or to be held (409 otherwise)."""
    take_turn()
    fresh = standing(unit)
    if _in_use(fresh, at):
        raise StillInUse()
    if legal_day(at) < fresh.founded_on:
        raise BadUnit(_("撤销日期早于设立日期。"), code="bad_period")
    fresh.dissolved_on = legal_day(at)
    fresh.save(update_fields=["dissolved_on"])
    return Recorded(fresh, fresh.subject, {"dissolved_on": fresh.dissolved_on.isoformat()})


@act("orgs.unit.moved", label=_("调整隶属"), may=may_move)
def move_unit(*, by: Actor, at: datetime, unit: Unit, parent: Unit) -> Recorded[Unit]:
    """Put a unit, with all that lies below it, under another parent.

    Raises ``UnderItself``, ``SecondRoot``, ``TooDeep`` (422), ``Dissolved`` (409).
    """
    take_turn()
    moved, above = standing(unit), standing(parent)
    if moved.contains(above):
        raise UnderItself()
    below = Unit.objects.under(moved)
    deepest = below.aggregate(deepest=Max("depth"))["deepest"]
    step = above.depth + 1 - moved.depth
    if deepest + step > MAX_DEPTH:
        raise TooDeep()
    facts = {"from": moved.parent.code if moved.parent else None, "to": above.code}
    new_path = f"{above.path}{moved.pk}/"
    tail = Substr("path", len(moved.path) + 1)
    Unit.objects.filter(pk=moved.pk).update(parent=above)
    below.update(
        path=Concat(Value(new_path), tail, output_field=CharField()),
        depth=F("depth") + Value(step, output_field=IntegerField()),
    )
    return Recorded(standing(moved), moved.subject, facts)


def ancestors(unit: Unit) -> QuerySet[Unit]:
    """Return the units from the root down to the parent of ``unit``."""
    return Unit.objects.filter(pk__in=unit.lineage[:-1]).order_by("depth")


def subtree(unit: Unit) -> QuerySet[Unit]:
    """Return ``unit`` and all that lies below it."""
    return Unit.objects.under(unit)


def in_tree_order(units: Iterable[Unit]) -> list[Unit]:
    """Return ``units`` depth first, each under its parent, siblings by code."""
    rows = list(units)
    codes = {unit.pk: unit.code for unit in rows}
    return sorted(rows, key=lambda unit: [codes[pk] for pk in unit.lineage if pk in codes])


def unit_tree(scope: Scope, at: datetime) -> list[Unit]:
    """Return the units that ``scope`` sees and that exist at ``at``, depth first. One query."""
    return in_tree_order(scope.filter(Unit.objects.existing(at), unit=""))
