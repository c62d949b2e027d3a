"""The writes of cells."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from shapely import Polygon

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.places.rules import as_geojson, read_boundary
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.permission import may_set_up
from jiceng.systems.grid.models import Cell, PatrolPlan
from jiceng.systems.grid.rules import lies_within
from jiceng.systems.grid.terms import EDGE_METRES, Level


class BadBoundary(BadInput):
    """The polygon cannot be a cell (422, with the reason)."""

    code = "bad_boundary"


class BadLevel(BadInput):
    """There is no such level, or a street grid would lie in another (422)."""

    code = "bad_level"
    sentence = _("网格层级应为街道、社区、小区之一，上级网格须恰好高一级。")


class ParentEnded(BadInput):
    """The grid above is no longer in force (422)."""

    code = "parent_ended"
    sentence = _("上级网格已失效，请选择现行网格。")


class OutsideParent(BadInput):
    """The polygon, or the unit that answers, does not lie in the grid above (422)."""

    code = "outside_parent"
    sentence = _("网格须完全位于上级网格之内，责任单位也须是其下属。")


class ChildrenOutside(Conflict):
    """Grids of the level below would lie outside the new polygon, or hang in the air (409)."""

    code = "children_outside"
    sentence = _("下级网格还在使用，且不在新的边界之内。请先调整下级网格。")


class BadChief(BadInput):
    """The chief's post is neither of the unit that answers nor above or below it (422)."""

    code = "bad_chief"
    sentence = _("网格长岗位须属于责任单位，或其上级、下级。")


class BadBranch(BadInput):
    """The branch is no party organisation, or is dissolved (422)."""

    code = "bad_branch"
    sentence = _("网格党支部须是现存的党组织。")


class CellAbsent(Conflict):
    """No grid of this code is in force (409)."""

    code = "cell_ended"
    sentence = _("没有这个编码的现行网格。")


class ChildrenInForce(Conflict):
    """Grids of the level below are still in force (409)."""

    code = "children_in_force"
    sentence = _("下级网格还在使用，不能停用。")


@dataclass(frozen=True)
class _Drawing:
    """A grid that is to be drawn, and what is looked at before."""

    code: str
    unit: Unit
    polygon: Polygon
    level: int
    parent: Cell | None
    chief: Post | None
    branch: Unit | None

    def check(self, at: datetime) -> None:
        """Raise the refusal of the first fault."""
        if self.level not in Level.values:
            raise BadLevel(field="level")
        if self.parent is not None:
            self._check_parent(self.parent, at)
        if self.chief is not None and not _kindred(self.chief.unit, self.unit):
            raise BadChief(field="chief")
        if self.branch is not None and not _is_branch(self.branch, at):
            raise BadBranch(field="branch")

    def _check_parent(self, parent: Cell, at: datetime) -> None:
        if parent.level != self.level - 1:
            raise BadLevel(field="level")
        if not Cell.objects.valid(at).filter(pk=parent.pk).exists():
            raise ParentEnded(field="parent")
        above = read_boundary(parent.boundary)
        if not (parent.unit.contains(self.unit) and lies_within(self.polygon, above, EDGE_METRES)):
            raise OutsideParent(field="parent")

    def check_children(self, before: Cell, at: datetime) -> None:
        """Raise ``ChildrenOutside`` unless the grids below ``before`` fit this one too."""
        for child in Cell.objects.valid(at).filter(parent=before).select_related("unit"):
            inside = lies_within(read_boundary(child.boundary), self.polygon, EDGE_METRES)
            if child.level != self.level + 1 or not (inside and self.unit.contains(child.unit)):
                raise ChildrenOutside()


def _kindred(one: Unit, other: Unit) -> bool:
    return one.contains(other) or other.contains(one)


def _is_branch(unit: Unit, at: datetime) -> bool:
    return Unit.objects.existing(at).filter(pk=unit.pk, kind=Kind.PARTY).exists()


@act(terms.CELL_DRAWN, label=_("划定网格"), may=may_set_up)
def draw_cell(
    *,
    by: Actor,
    at: datetime,
    code: str,
    name: str,
    unit: Unit,
    boundary: dict[str, Any],
    datum: str = Datum.CGCS2000,
    level: int = Level.COMMUNITY,
    parent: Cell | None = None,
    chief: Post | None = None,
    branch: Unit | None = None,
) -> Recorded[Cell]:
    """Draw a cell; one of the same code in force ends, its plans and the cells below go on in it.

    ``boundary`` is a GeoJSON polygon in degrees of ``datum``, kept as it came and in CGCS2000.
    ``parent`` is the cell in force one level above that contains it. Raises ``BadBoundary``,
    ``BadLevel``, ``ParentEnded``, ``OutsideParent``, ``BadChief``, ``BadBranch`` (422),
    ``ChildrenOutside`` (409).
    """
    polygon = _read(boundary, datum)
    drawing = _Drawing(code, unit, polygon, level, parent, chief, branch)
    before = _end_version(drawing, at)
    cell = Cell.objects.create(
        code=code,
        name=name,
        unit=unit,
        level=level,
        parent=parent,
        chief=chief,
        branch=branch,
        boundary=as_geojson(polygon),
        sent_boundary=boundary,
        datum=datum,
        valid_from=at,
    )
    if before is not None:
        _carry_over(before, cell, at)
    return Recorded(cell, subject=f"grid.cell:{code}", facts=_facts(cell))


def _read(boundary: dict[str, Any], datum: str) -> Polygon:
    try:
        return read_boundary(boundary, datum)
    except ValueError as error:
        raise BadBoundary(str(error)) from error


def _end_version(drawing: _Drawing, at: datetime) -> Cell | None:
    """Check the drawing, then end the version in force, if there is one, and return it."""
    drawing.check(at)
    before = Cell.objects.select_for_update().filter(code=drawing.code, valid_until=None).first()
    if before is not None:
        drawing.check_children(before, at)
        Cell.objects.filter(pk=before.pk).update(valid_until=at)
    return before


def _carry_over(before: Cell, cell: Cell, at: datetime) -> None:
    """Let what lies in the ended version, and who walks it, go on in the new one."""
    Cell.objects.valid(at).filter(parent=before).update(parent=cell)
    PatrolPlan.objects.valid(at).filter(cell=before).update(cell=cell)


def _facts(cell: Cell) -> dict[str, Any]:
    # Coordinates are fractions, which canonical JSON does not know: the text of them is hashed.
    text = json.dumps(cell.sent_boundary, sort_keys=True)
    return {
        "name": cell.name,
        "unit": cell.unit.code,
        "datum": str(cell.datum),
        "boundary": hashlib.sha256(text.encode()).hexdigest(),
        "level": int(cell.level),
        "parent": cell.parent.code if cell.parent else "",
        "chief": cell.chief.subject if cell.chief else "",
        "branch": cell.branch.code if cell.branch else "",
    }


@act(terms.CELL_RETIRED, label=_("停用网格"), may=may_set_up)
def retire_cell(*, by: Actor, at: datetime, code: str) -> Recorded[Cell]:
    """End the cell of this code that is in force, and with it its patrol plans.

    Raises ``CellAbsent``, ``ChildrenInForce`` (409).
    """
    cell = Cell.objects.select_for_update().filter(code=code, valid_until=None).first()
    if cell is None or cell.valid_from >= at:
        raise CellAbsent()
    if Cell.objects.valid(at).filter(parent=cell).exists():
        raise ChildrenInForce()
    Cell.objects.filter(pk=cell.pk).update(valid_until=at)
    plans = PatrolPlan.objects.filter(cell=cell, valid_until=None)
    ended = list(plans.order_by("pk").values_list("pk", flat=True))
    plans.update(valid_until=at)
    cell.refresh_from_db()
    facts = {"name": cell.name, "unit": cell.unit.code, "plans_ended": ended}
    return Recorded(cell, subject=f"grid.cell:{code}", facts=facts)
