"""The report: what was seen at a place becomes a case, of its own or with one that is open."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import HandedIn, facts_of, hand_in
from jiceng.kernel.base.errors import Absent, BadInput, NotAllowed
from jiceng.kernel.base.together import write_together
from jiceng.kernel.ledger.service import RESIDENT, Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.places.rules import Place, stored
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import (
    current,
    main_case,
    open_case,
    open_joined,
    opening_of,
)
from jiceng.systems.grid import queries, terms
from jiceng.systems.grid.actions.indexing import card_of_new
from jiceng.systems.grid.actions.recording import together_with
from jiceng.systems.grid.models import Category, Cell, Incident, Spot
from jiceng.systems.grid.queries.revisions import Tokens, hold
from jiceng.systems.grid.queries.routing import route_for
from jiceng.systems.grid.terms import ANSWERING, PATROLS, Source


class NoSuchPlace(BadInput):
    """Neither a point within a cell nor a unit was given (422)."""

    code = "no_place"
    sentence = _("所选位置不在本区网格内，请在地图上重选，或选择所属社区、村。")


class CategoryClosed(BadInput):
    """The category can no longer be reported (422)."""

    code = "category_closed"
    sentence = _("该类别已停用，请重新选择。")


class PhoneNeeded(BadInput):
    """What is reported cannot be dealt with for somebody unknown (422)."""

    code = "phone_needed"
    sentence = _("这类问题不能匿名上报，请留电话。")


@dataclass(frozen=True)
class Where:
    """Where something was seen: as it was sent, as it is stored, and who answers there."""

    sent: Place | None
    here: Place | None
    datum: str
    words: str
    cell: Cell | None
    unit: Unit | None
    spot: Spot | None

    @property
    def columns(self) -> dict[str, Any]:
        """Return what the row of the incident says of it."""
        said = {"place": self.words, "cell": self.cell, "spot": self.spot}
        if self.sent is None or self.here is None:
            return said
        sent = {"sent_lng": self.sent.lng, "sent_lat": self.sent.lat, "datum": self.datum}
        return said | self.here._asdict() | sent


def _may_report(*, by: Actor, source: str, **given: Any) -> None:
    """Residents report for themselves; a patrol is reported by who holds a post for it, and a
    caller's words are taken down by who answers the telephone."""
    role = by.role if isinstance(by, Capacity) else ""
    may: dict[str, bool] = {
        Source.RESIDENT: by is RESIDENT,
        Source.PATROL: role in PATROLS,
        Source.PHONE: role in ANSWERING,
    }
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
    spot: Spot | None = None,
    phone: str = "",
    reporter_name: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Open a case for what was seen at a place.

    The point, given in ``datum``, finds its cell and the cell its unit; without a point, or
    outside every cell, the unit that the reporter named answers. Neither raises ``NoSuchPlace``.
    A ``spot`` says all three. Without a phone the reporter stays anonymous and has a code
    instead; where the category does not allow that, ``PhoneNeeded`` is raised.
    """
    known = _hold(category, at)
    where = _at_spot(spot, place, at) if spot else _where(point, datum, place, unit, at, known)
    told = {"phone": phone, "reporter_name": reporter_name} | _code(source, category, phone)
    before = queries.repeats(category, where.here, at, known=known)
    case = _open(category, where.unit, where.words, at)
    incident = _told(case, category, source, description, where, told, before, known)
    facts = _report_facts(incident) | _repeat_facts(before) | {"to": opening_of(case)}
    words = {"description": description, "place": where.words, **told}
    return _recorded(incident, facts, words, hand_in(photos, subject=case.subject, claim=claim))


@act(terms.JOINED, label=_("一并上报"), may=_may_report, key_of="claim")
def join_incident(
    *,
    by: Actor,
    at: datetime,
    source: str,
    main: Case,
    description: str = "",
    place: str = "",
    point: Place | None = None,
    datum: str = Datum.WGS84,
    phone: str = "",
    reporter_name: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Report what is being dealt with already: a case of the reporter's own, merged into ``main``
    from its first instant. It counts as a report where repeats are counted.

    Raises ``Absent`` (404) for a case of which the public may not know, ``PhoneNeeded`` (422),
    ``MainCaseEnded`` (409).
    """
    first = main_case(main)
    whole = Incident.objects.select_related("case", "category", "cell").get(case=first)
    category = whole.category
    if category is None or queries.is_kept_back(category, at):
        raise Absent()
    Category.objects.select_for_update(no_key=True).get(pk=category.pk)
    here = stored(point, datum) if point else None
    where = Where(point, here, datum, place, whole.cell, None, None)
    told = {"phone": phone, "reporter_name": reporter_name} | _code(source, category, phone)
    before = queries.repeats(category, here, at, whole.case)
    case = open_joined(first, title=_title(category, place), at=at)
    incident = _told(case, category, source, description, where, told, before)
    facts = _report_facts(incident) | _repeat_facts(before) | _joined_facts(case, first)
    words = {"description": description, "place": place, **told}
    return _recorded(incident, facts, words, hand_in(photos, subject=case.subject, claim=claim))


def _recorded(
    incident: Incident, facts: Mapping[str, Any], words: Mapping[str, str], handed: HandedIn
) -> Recorded[Case]:
    """Hand a report to the ledger, which writes it and its photos with its entry."""
    told = {**facts, "photos": facts_of(handed.photos)}
    write = partial(write_together, handed.changes)
    own = [incident, card_of_new(incident)]
    case = incident.case
    return Recorded(case, case.subject, told, words, together_with(own, write))


def _joined_facts(case: Case, main: Case) -> dict[str, Any]:
    """Return what history says of the case that was joined. The receipt of a neighbour shows it,
    so it is named by its first entry, never by the number of somebody else."""
    contact = case.contact_unit.code if case.contact_unit else ""
    return {
        "main_entry": queries.first_entry(main).uid,
        "outcome": case.outcome,
        "priority": case.priority,
        "contact_unit": contact,
    }


def _hold(category: Category, at: datetime) -> Tokens:
    """Ask again, for since the form was read the version may have ended."""
    known = hold(category, at)
    if known is None:
        raise CategoryClosed()
    return known


def _where(
    point: Place | None, datum: str, words: str, unit: Unit | None, at: datetime, known: Tokens
) -> Where:
    here = stored(point, datum) if point else None
    cell = queries.cell_at(here, at, known) if here else None
    return Where(point, here, datum, words, cell, cell.unit if cell else unit, None)


def _at_spot(spot: Spot, words: str, at: datetime) -> Where:
    """Return the place of a poster; its unit answers, or the cell's where that unit is gone."""
    here = Place(lng=spot.lng, lat=spot.lat)
    cell = queries.cell_at(here, at)
    unit = Unit.objects.existing(at).filter(pk=spot.unit_id).first()
    answering = unit or (cell.unit if cell else None)
    return Where(here, here, Datum.CGCS2000, words or spot.name, cell, answering, spot)


def _code(source: str, category: Category, phone: str) -> dict[str, str]:
    """Return the access code of a reporter who leaves no phone; nothing where none is due."""
    if phone or source not in (Source.RESIDENT, Source.PHONE):
        return {}
    if not category.anonymous_allowed:
        raise PhoneNeeded(field="phone")
    return {"code": f"{secrets.randbelow(10**6):06d}"}


def _told(
    case: Case,
    category: Category,
    source: str,
    description: str,
    where: Where,
    told: Mapping[str, str],
    before: queries.Repeats,
    known: Tokens | None = None,
) -> Incident:
    """Return what was reported; if it makes the place a candidate, the open cases there are too."""
    if before.major:
        Incident.objects.filter(pk__in=before.open_cases).update(major_candidate=True)
    return Incident(
        case=case,
        category=category,
        source=source,
        description=description,
        anonymous="code" in told,
        repeats=before.count,
        major_candidate=before.major,
        **where.columns,
        **_routed(case, category, where.cell, source, known),
    )


def _title(category: Category, place: str) -> str:
    return f"{category.name}{f'（{place}）' if place else ''}"[:200]


def _routed(
    case: Case, category: Category, cell: Cell | None, source: str, known: Tokens | None
) -> dict[str, Any]:
    """Return where the rules would send it, kept as it is now: rules change, cases do not."""
    routed = route_for(
        category=category,
        cell=cell,
        unit=case.unit,
        source=source,
        at=case.opened_at,
        known=known,
    )
    return {
        "routed_unit": routed.unit,
        "routed_by": routed.rule,
        "routing_reason": routed.reason,
    }


def _open(category: Category, answering: Unit | None, place: str, at: datetime) -> Case:
    if answering is None:
        raise NoSuchPlace(field="unit")
    return open_case(
        system=terms.SYSTEM,
        procedure=current(terms.PROCEDURE),
        title=_title(category, place),
        unit=answering,
        at=at,
        limit=category.limit,
    )


def _repeat_facts(before: queries.Repeats) -> dict[str, Any]:
    """Return what history says of reports of the same place. Receipts show it, so the cases that
    are perhaps major with this one are named by their first entries, as the joined one is."""
    marked = Case.objects.filter(pk__in=before.open_cases) if before.major else ()
    entries = sorted(queries.first_entry(case).uid for case in marked)
    return {"repeats": before.count, "major_candidate": before.major, "candidates": entries}


def _report_facts(incident: Incident) -> dict[str, Any]:
    case, category, cell = incident.case, incident.category, incident.cell
    return {
        "category": category.code if category else "",
        "cell": cell.code if cell else "",
        "spot": incident.spot.code if incident.spot else "",
        "unit": case.unit.code,
        "source": incident.source,
        "anonymous": incident.anonymous,
        "procedure": case.procedure.version,
        "due_at": case.due_at,
        "routed_unit": incident.routed_unit.code if incident.routed_unit else "",
        "rule": incident.routed_by.code if incident.routed_by else "",
        "rule_since": incident.routed_by.valid_from if incident.routed_by else None,
    }
