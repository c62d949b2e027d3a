"""The report: what was seen at a place becomes a case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import BadInput, NotAllowed
from jiceng.kernel.ledger.service import RESIDENT, Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.places.rules import Place, stored
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import current, open_case
from jiceng.systems.grid import queries, terms
from jiceng.systems.grid.actions.recording import attach_photos
from jiceng.systems.grid.models import Category, Incident
from jiceng.systems.grid.terms import PATROLS, Source


class NoSuchPlace(BadInput):
    """Neither a point within a cell nor a unit was given (422)."""

    code = "no_place"
    sentence = _("所选位置不在本区网格内，请在地图上重选，或选择所属社区、村。")


class CategoryClosed(BadInput):
    """The category can no longer be reported (422)."""

    code = "category_closed"
    sentence = _("该类别已停用，请重新选择。")


def _may_report(*, by: Actor, source: str, **given: Any) -> None:
    """Residents report for themselves; a patrol is reported by who holds a post for it."""
    patrols = isinstance(by, Capacity) and by.role in PATROLS
    may: dict[str, bool] = {Source.RESIDENT: by is RESIDENT, Source.PATROL: patrols}
    if not may.get(source):
        raise NotAllowed()


@act(terms.REPORTED, label=_("上报"), may=_may_report, key_of="claim")
def report_incident(
    *,
    by: Actor,
    at: datetime,
    source: str,
    category: Category,
    description: str,
    place: str = "",
    point: Place | None = None,
    datum: str = Datum.WGS84,
    unit: Unit | None = None,
    phone: str = "",
    reporter_name: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Open a case for what was seen at a place.

    The point, given in ``datum``, finds its cell and the cell its unit; without a point, or
    outside every cell, the unit that the reporter named answers. Neither raises ``NoSuchPlace``.
    """
    # Asked again: since the form was read the version may have ended.
    if not Category.objects.valid(at).filter(pk=category.pk).exists():
        raise CategoryClosed()
    here = stored(point, datum) if point else None
    cell = queries.cell_at(here, at) if here else None
    case = _open(category, cell.unit if cell else unit, place, at)
    incident = Incident.objects.create(
        case=case,
        category=category,
        cell=cell,
        source=source,
        description=description,
        place=place,
        **_coordinates(point, here, datum),
    )
    facts = _report_facts(incident) | {"photos": attach_photos(photos, case, claim)}
    words = {"description": description, "place": place, "phone": phone}
    words |= {"reporter_name": reporter_name}
    return Recorded(case, subject=case.subject, facts=facts, personal=words)


def _coordinates(sent: Place | None, here: Place | None, datum: str) -> dict[str, Any]:
    if sent is None or here is None:
        return {}
    return here._asdict() | {"sent_lng": sent.lng, "sent_lat": sent.lat, "datum": datum}


def _open(category: Category, answering: Unit | None, place: str, at: datetime) -> Case:
    if answering is None:
        raise NoSuchPlace(field="unit")
    return open_case(
        system=terms.SYSTEM,
        procedure=current(terms.PROCEDURE),
        title=f"{category.name}{f'（{place}）' if place else ''}"[:200],
        unit=answering,
        at=at,
        limit=category.limit,
    )


def _report_facts(incident: Incident) -> dict[str, Any]:
    case, category, cell = incident.case, incident.category, incident.cell
    return {
        "category": category.code if category else "",
        "cell": cell.code if cell else "",
        "unit": case.unit.code,
        "source": incident.source,
        "procedure": case.procedure.version,
        "due_at": case.due_at,
    }
