"""What the acts of an incident have in common: who may try, and what history is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import HandedIn, hand_in
from jiceng.kernel.base.errors import Conflict, NotAllowed
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, Actor, Recorded, Write
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Plan, Transition, plan
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.queries.standing import fitting, standing_of

Shown = Sequence[Mapping[str, str]]


class DoesNotFit(Conflict):
    """The move is there, but not for a case of this standard and this past (409)."""

    code = "does_not_fit"
    sentence = _("该办件不适用此项操作。")


def may_move(*, by: Actor, **given: Any) -> None:
    """Only an officer moves a case; whether the step is theirs is the engine's question, asked of
    the case as it is written."""
    if not isinstance(by, Capacity):
        raise NotAllowed()


def may_let_go_on(*, by: Actor, **given: Any) -> None:
    """Waiting is ended by who waits, or by the clock of the house when its time is over."""
    if by is not SYSTEM:
        may_move(by=by)


def may_apply(*, by: Actor, **given: Any) -> None:
    """What only the reporter does; that it is their case is for the page to know."""
    if by is not RESIDENT:
        raise NotAllowed()


def hand_in_photos(photos: Sequence[Attachment], made: Plan, claim: str) -> HandedIn:
    """Let a move give the uploads of this session to its case."""
    handed = hand_in(photos, subject=made.moved.case.subject, claim=claim)
    made.changes += handed.changes
    return handed


def recorded(moved: Transition, shown: Shown = (), **words: str) -> Recorded[Case]:
    """Hand a move to the ledger: what changed in clear, what people wrote under a commitment."""
    spoken = {field: text for field, text in words.items() if text}
    facts = moved.facts | ({"photos": list(shown)} if shown else {})
    return Recorded(moved.case, subject=moved.case.subject, facts=facts, personal=spoken)


def decided(made: Plan, shown: Shown = (), **words: str) -> Recorded[Case]:
    """Hand a move that is yet to be written to the ledger, which writes it with its entry."""
    return replace(recorded(made.moved, shown, **words), write=made.write)


def together_with(own: Sequence[Model], write: Write) -> Write:
    """Let ``write`` insert rows of the act before those of the ledger."""

    def both(*, rows: Sequence[Model], claim: Model | None = None) -> None:
        write(rows=[*own, *rows], claim=claim)

    return both


def decided_by_words(
    move: str,
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    unit: Unit | None = None,
    until: datetime | None = None,
    words: Mapping[str, str] | None = None,
) -> Recorded[Case]:
    """Decide a move that asks for nothing but words, a unit, or a day."""
    said = words or {}
    made = plan(
        number=number,
        move=move,
        by=by,
        at=at,
        step_id=step_id,
        unit=unit,
        until=until,
        given={**said, "unit": unit, "until": until},
    )
    return decided(made, (), **said)


def check_fits(move: str, number: str, at: datetime) -> None:
    """Raise ``DoesNotFit`` where the standard or the past of a case speaks against a move."""
    incident = Incident.objects.select_related("case", "category").get(case__number=number)
    if not fitting(move, standing_of(incident.case, incident, at)):
        raise DoesNotFit(move=move)
