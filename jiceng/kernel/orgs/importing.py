"""Units from a table of divisions: all of it or nothing, each unit an act of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.orgs.divisions import (
    BadTable,
    Problem,
    Row,
    check_table,
    kind_of,
    read_table,
    short_name,
)
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.tree import found_unit, take_turn


@dataclass(frozen=True)
class Imported:
    """How many units an import founded, and how many stood already as the table says."""

    founded: int
    kept: int


def _changed(row: Row, unit: Unit, in_file: Iterable[str]) -> Problem | None:
    """A table cannot rename, move or revive a unit; that is decided, not imported."""
    if unit.dissolved_on is not None:
        return Problem(row.line, "unit_dissolved", _("该代码的单位已撤销。"))
    if unit.name != row.name:
        sentence = _("该代码的单位已存在，名称为“%(name)s”。") % {"name": unit.name}
        return Problem(row.line, "name_differs", sentence)
    if row.parent in in_file and (unit.parent is None or unit.parent.code != row.parent):
        return Problem(row.line, "parent_differs", _("该代码的单位已存在，上级不同。"))
    return None


def _found(row: Row, units: dict[str, Unit], by: Actor, at: datetime) -> Unit:
    done = found_unit(
        by=by,
        at=at,
        code=row.code,
        name=row.name,
        short_name=short_name(row.level, row.name),
        kind=kind_of(row.level, row.name).value,
        parent=units.get(row.parent),
        division_code=row.code,
    )
    assert done.value is not None  # no idempotency key, so never a replay
    return done.value


def import_divisions(*, by: Actor, at: datetime, data: bytes) -> Imported:
    """Found the units of a table that do not exist yet; a second run founds none.

    Raises ``BadTable`` (422) with every problem by line; then nothing is saved.
    """
    rows = read_table(data)
    with transaction.atomic():
        take_turn()
        units = {unit.code: unit for unit in Unit.objects.select_related("parent")}
        known = frozenset(units)
        has_root = any(u.parent is None and u.dissolved_on is None for u in units.values())
        ordered = check_table(rows, known, has_root=has_root)
        codes = {row.code for row in rows}
        standing = [row for row in ordered if row.code in known]
        differing = [p for row in standing if (p := _changed(row, units[row.code], codes))]
        if differing:
            raise BadTable(differing)
        for row in ordered:
            if row.code not in known:
                try:
                    units[row.code] = _found(row, units, by, at)
                except Refusal as refusal:
                    raise BadTable([Problem(row.line, refusal.code, refusal.sentence)]) from refusal
    return Imported(len(rows) - len(standing), len(standing))
