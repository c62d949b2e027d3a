"""What is written about incidents outside the loop: taken over from elsewhere, and forgotten."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.service import Actor, entries_of, on_erasure
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Bulk
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.indexing import forget_case, index_cases
from jiceng.systems.grid.models import Incident


def write_incidents(bulk: Bulk, incidents: Sequence[Incident]) -> None:
    """Write a batch that ``bulk`` has kept, and what was reported in each of its cases.

    The one way past ``@act`` (ADR 0003): an act a row would take hours over history of elsewhere.
    Every case still has its entries, and all of a batch is written or nothing.
    """
    with transaction.atomic():
        bulk.flush()
        for incident in incidents:
            # It has its key only now; the key alone would make the case be read again.
            incident.case = incident.case
        load(incidents)
        index_cases(incidents)


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
    forget_case(incidents.select_related("case", "category").get())
    return [f"incident.{name}" for name in held]


def _bare_title(incident: Incident) -> str:
    """Return the title without the place; only history knows the category of an imported case."""
    if incident.category is not None:
        return incident.category.name
    first = entries_of(incident.case.subject).first()
    return str(json.loads(first.payload).get("category", "")) if first else ""
