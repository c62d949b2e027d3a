"""The writes of an incident: the report, and the act behind each move."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import attach, facts_of
from jiceng.kernel.base.errors import BadInput, NotAllowed
from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.service import (
    RESIDENT,
    Actor,
    Recorded,
    act,
    entries_of,
    on_erasure,
)
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.places.rules import Place, stored
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Bulk, Transition, advance, current, open_case
from jiceng.systems.grid import queries, terms
from jiceng.systems.grid.models import Category, Incident
from jiceng.systems.grid.terms import PATROLS, Source

Shown = Sequence[Mapping[str, str]]


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


def _may_move(*, by: Actor, **given: Any) -> None:
    """Only an officer moves a case; whether the step is theirs is the engine's question, asked
    under the lock of the case."""
    if not isinstance(by, Capacity):
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
    facts = _report_facts(incident) | {"photos": _attach(photos, case, claim)}
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


def _attach(photos: Sequence[Attachment], case: Case, claim: str) -> Shown:
    """Give the uploads of this session to the case; the entry keeps what proves each photo."""
    if not photos:
        return []
    return facts_of(attach([photo.uid for photo in photos], subject=case.subject, claim=claim))


def _recorded(moved: Transition, shown: Shown = (), **words: str) -> Recorded[Case]:
    """Hand a move to the ledger: what changed in clear, what people wrote under a commitment."""
    spoken = {field: text for field, text in words.items() if text}
    facts = moved.facts | ({"photos": list(shown)} if shown else {})
    return Recorded(moved.case, subject=moved.case.subject, facts=facts, personal=spoken)


@act(terms.JUDGED, label=_("研判"), may=_may_move)
def judge(
    *, by: Actor, at: datetime, number: str, judgement: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Find whether the problem is ordinary or major."""
    given = {"judgement": judgement}
    moved = advance(number=number, move="judge", by=by, at=at, step_id=step_id, given=given)
    Incident.objects.filter(case=moved.case).update(judgement=judgement)
    return _recorded(moved, note=note)


@act(terms.REFUSED, label=_("不予受理"), may=_may_move)
def refuse(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """End a report that is not the zone's to handle, saying why."""
    given = {"reason": reason}
    moved = advance(number=number, move="refuse", by=by, at=at, step_id=step_id, given=given)
    return _recorded(moved, reason=reason)


@act(terms.DISPATCHED, label=_("派遣"), may=_may_move)
def dispatch(
    *, by: Actor, at: datetime, number: str, unit: Unit, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Send the case to the unit that will handle it."""
    moved = advance(
        number=number,
        move="dispatch",
        by=by,
        at=at,
        step_id=step_id,
        unit=unit,
        given={"unit": unit},
    )
    return _recorded(moved, note=note)


@act(terms.RETURNED, label=_("退回"), may=_may_move)
def send_back(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Give a case back to the duty officer, who can only dispatch it again."""
    given = {"reason": reason}
    moved = advance(number=number, move="return", by=by, at=at, step_id=step_id, given=given)
    return _recorded(moved, reason=reason)


@act(terms.REASSIGNED, label=_("改派"), may=_may_move)
def reassign(
    *, by: Actor, at: datetime, number: str, unit: Unit, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Hand the case to another handling unit."""
    moved = advance(
        number=number,
        move="reassign",
        by=by,
        at=at,
        step_id=step_id,
        unit=unit,
        given={"unit": unit, "reason": reason},
    )
    return _recorded(moved, reason=reason)


@act(terms.DISPOSED, label=_("处置完成"), may=_may_move)
def dispose(
    *,
    by: Actor,
    at: datetime,
    number: str,
    photos: Sequence[Attachment],
    note: str,
    step_id: int | None,
    claim: str = "",
) -> Recorded[Case]:
    """Report that the problem was dealt with, with a photo of how it is now."""
    given = {"photo": photos, "note": note}
    moved = advance(number=number, move="dispose", by=by, at=at, step_id=step_id, given=given)
    shown = _attach(photos, moved.case, claim)
    return _recorded(moved, shown, note=note)


@act(terms.VERIFIED, label=_("核实通过"), may=_may_move)
def verify(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Confirm on site, as somebody other than the handler, that it was really dealt with."""
    moved = advance(number=number, move="verify", by=by, at=at, step_id=step_id)
    shown = _attach(photos, moved.case, claim)
    return _recorded(moved, shown, note=note)


@act(terms.REWORKED, label=_("退回重办"), may=_may_move)
def rework(
    *,
    by: Actor,
    at: datetime,
    number: str,
    reason: str,
    step_id: int | None,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Find on site that it was not dealt with; the handling unit has it again."""
    given = {"reason": reason}
    moved = advance(number=number, move="rework", by=by, at=at, step_id=step_id, given=given)
    shown = _attach(photos, moved.case, claim)
    return _recorded(moved, shown, reason=reason)


@act(terms.CLOSED, label=_("结案"), may=_may_move)
def close(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Close a verified case."""
    moved = advance(number=number, move="close", by=by, at=at, step_id=step_id)
    return _recorded(moved, note=note)


def write_incidents(bulk: Bulk, incidents: Sequence[Incident]) -> None:
    """Write a batch that ``bulk`` has kept, and what was reported in each of its cases.

    The one way past ``@act`` (ADR 0003): an act a row would take hours over history of elsewhere.
    Every case still has its entries, and all of a batch is written or nothing.
    """
    with transaction.atomic():
        bulk.flush()
        for incident in incidents:
            incident.case_id = incident.case.pk  # it has its key only now
        load(incidents)


@on_erasure
def forget_words(*, subject: str, by: Actor, at: datetime) -> list[str]:
    """Blank what was typed into the report of a case, and the point; the title is the category's.

    Cell and unit stay: they say who answered, and a cell is nobody's address.
    """
    system, _case, number = subject.partition(".case:")
    incidents = Incident.objects.filter(case__number=number, case__system=system)
    incident = incidents.select_related("case", "category").first()
    if system != terms.SYSTEM or incident is None:
        return []
    blank: dict[str, Any] = {"description": "", "place": "", "datum": ""}
    blank |= dict.fromkeys(("lng", "lat", "sent_lng", "sent_lat"))
    held = [name for name in blank if getattr(incident, name) != blank[name]]
    Incident.objects.filter(pk=incident.pk).update(**blank)
    Case.objects.filter(pk=incident.pk).update(title=_bare_title(incident))
    return [f"incident.{name}" for name in held]


def _bare_title(incident: Incident) -> str:
    """Return the title without the place; only history knows the category of an imported case."""
    if incident.category is not None:
        return incident.category.name
    first = entries_of(incident.case.subject).first()
    return str(json.loads(first.payload).get("category", "")) if first else ""


# The act behind each move of the procedure; a conformance test keeps the two lists equal.
MOVES: dict[str, Callable[..., Any]] = {
    "judge": judge,
    "refuse": refuse,
    "dispatch": dispatch,
    "return": send_back,
    "reassign": reassign,
    "dispose": dispose,
    "verify": verify,
    "rework": rework,
    "close": close,
}
