"""The writes of spots: places where a poster hangs."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.places.rules import Place, stored
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Spot
from jiceng.systems.grid.queries.spots import SPOT_CODE


class BadSpot(BadInput):
    """A code or a place that no poster can carry (422)."""

    code = "bad_spot"
    sentence = _("点位编码应为不超过 20 位的字母、数字。")


def _may_post(*, by: Actor, unit: Unit | None = None, **given: Any) -> None:
    """Posters are hung up by who runs the unit, or one above it, or at set-up."""
    if by in (SYSTEM, OPERATOR):
        return
    held = isinstance(by, Capacity) and by.role in terms.POSTING
    if not held or (unit is not None and not _within(by, unit)):
        raise NotAllowed()


def _within(by: Actor, unit: Unit) -> bool:
    return isinstance(by, Capacity) and unit.path.startswith(by.post.unit.path)


@act(terms.SPOT_SET, label=_("设置点位"), may=_may_post)
def set_spot(
    *,
    by: Actor,
    at: datetime,
    code: str,
    name: str,
    unit: Unit,
    point: Place,
    datum: str = Datum.CGCS2000,
) -> Recorded[Spot]:
    """Set up a spot, or say anew where the one of that code is and who answers for it.

    The point is given in ``datum``. Raises ``BadSpot`` (422), ``NotAllowed`` (403) where a spot
    of another unit has the code.
    """
    if not SPOT_CODE.fullmatch(code):
        raise BadSpot(field="code")
    if not (point.plausible and name):
        raise BadSpot(_("点位要有名称和境内的位置。"), field="name" if not name else "point")
    before = Spot.objects.select_for_update().filter(code=code).select_related("unit").first()
    if before is not None:
        _may_post(by=by, unit=before.unit)
    here = stored(point, datum)
    values = {"name": name, "unit": unit, "lng": here.lng, "lat": here.lat}
    values |= {"valid_from": at, "valid_until": None}
    spot, _new = Spot.objects.update_or_create(code=code, defaults=values)
    # Canonical JSON knows no fractions: degrees as text, as they are stored.
    facts = {"name": name, "unit": unit.code, "lng": f"{here.lng:.7f}", "lat": f"{here.lat:.7f}"}
    return Recorded(spot, subject=f"grid.spot:{code}", facts=facts)


@act(terms.SPOT_RETIRED, label=_("停用点位"), may=_may_post)
def retire_spot(*, by: Actor, at: datetime, code: str) -> Recorded[Spot]:
    """End a spot: who scans its poster is told, and can still report. Raises ``Absent`` (404)."""
    spot = Spot.objects.select_for_update().valid(at).filter(code=code).select_related("unit")
    found = spot.first()
    if found is None:
        raise Absent()
    _may_post(by=by, unit=found.unit)
    Spot.objects.filter(pk=found.pk).update(valid_until=at)
    return Recorded(found, subject=f"grid.spot:{code}", facts={"unit": found.unit.code})
