"""The writes of cells."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import as_geojson, read_boundary
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.permission import may_set_up
from jiceng.systems.grid.models import Cell


class BadBoundary(BadInput):
    """The polygon cannot be a cell (422, with the reason)."""

    code = "bad_boundary"


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
) -> Recorded[Cell]:
    """Draw a cell; a cell of the same code that is in force ends where the new one begins.

    ``boundary`` is a GeoJSON polygon in degrees of ``datum``; it is kept as it came, and beside it
    as it is stored, in CGCS2000. Raises ``BadBoundary`` (422).
    """
    try:
        polygon = read_boundary(boundary, datum)
    except ValueError as error:
        raise BadBoundary(str(error)) from error
    Cell.objects.filter(code=code, valid_until__isnull=True).update(valid_until=at)
    cell = Cell.objects.create(
        code=code,
        name=name,
        unit=unit,
        boundary=as_geojson(polygon),
        sent_boundary=boundary,
        datum=datum,
        valid_from=at,
    )
    # Coordinates are fractions, which canonical JSON does not know: the text of them is hashed.
    digest = hashlib.sha256(json.dumps(boundary, sort_keys=True).encode()).hexdigest()
    facts = {"name": name, "unit": unit.code, "datum": str(datum), "boundary": digest}
    return Recorded(cell, subject=f"grid.cell:{code}", facts=facts)
