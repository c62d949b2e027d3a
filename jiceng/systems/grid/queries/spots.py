"""Places with a poster."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from jiceng.kernel.base.errors import Absent
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import visible_to
from jiceng.systems.grid.models import Spot

SPOT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}", re.ASCII)
SPOTS = 50


def spot_at(code: str, at: datetime) -> Spot | None:
    """Return the spot in force under ``code``; whatever else is typed there is none."""
    if not SPOT_CODE.fullmatch(code):
        return None
    return Spot.objects.valid(at).filter(code=code).select_related("unit").first()


def spots_for(officer: Officer, at: datetime) -> QuerySet[Spot]:
    """Return the spots in force of the units that an officer sees, by code."""
    rows = visible_to(officer, at).filter(Spot.objects.valid(at))
    return rows.select_related("unit").order_by("code")


@dataclass(frozen=True)
class SpotPage:
    """Some spots by code, and the code after which the next ones begin; "" after the last."""

    spots: list[Spot]
    after: str


def spot_page(rows: QuerySet[Spot], after: str) -> SpotPage:
    """Return the spots after the code ``after``."""
    found = list(rows.filter(code__gt=after[:20])[: SPOTS + 1])
    return SpotPage(found[:SPOTS], found[SPOTS - 1].code if len(found) > SPOTS else "")


def spot_for(officer: Officer, code: str, at: datetime) -> Spot:
    """Return a spot, or raise ``Absent`` where there is none or the officer may not know it."""
    found = spots_for(officer, at).filter(code=code[:20]).first()
    if found is None:
        raise Absent()
    return found


def spot_units(officer: Officer, at: datetime) -> QuerySet[Unit]:
    """Return the units for which an officer can set up a spot."""
    return visible_to(officer, at).filter(Unit.objects.existing(at), unit="").order_by("path")
