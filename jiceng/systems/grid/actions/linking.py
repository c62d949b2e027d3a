"""并案与分办: several reports of one thing are one case, one report of several things many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.service import copy_to, facts_of
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.service import Actor, Done, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, visible_to
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import (
    advance,
    check_parts_done,
    link,
    open_case,
    opening_of,
    reopen,
    unlink,
)
from jiceng.kernel.procedures.terms import LinkKind
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.indexing import index_case
from jiceng.systems.grid.actions.recording import decided_by_words, may_move, recorded
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.queries import first_entry
from jiceng.systems.grid.terms import MOST_PARTS


class NoSuchMainCase(BadInput):
    """No case of this number that the officer may see (422)."""

    code = "no_such_case"
    sentence = _("没有这个编号的办件，或您无权查看。")


class BadParts(BadInput):
    """A case is split into two parts at least, ten at most, each with words and a unit (422)."""

    code = "bad_parts"
    sentence = _("分办至少两项、至多十项，每项写明事项并选择单位。")


@dataclass(frozen=True)
class Part:
    """One of the things that a report is about: what, for whom, with which of its photos."""

    words: str
    unit: Unit
    photos: tuple[str, ...] = ()

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this part."""
        return "|".join((self.words, self.unit.code, *self.photos))


@act(terms.MERGED, label=_("并案"), may=may_move)
def merge(
    *, by: Actor, at: datetime, number: str, step_id: int | None, case: str, note: str = ""
) -> Recorded[Case]:
    """Let a case be dealt with in another, the main ``case``; its reporter keeps the number.

    Raises ``NoSuchMainCase``, ``SameCase`` (422), ``MainCaseEnded`` (409).
    """
    main = _main(case, by, at)
    given = {"case": main.number}
    moved = advance(number=number, move="merge", by=by, at=at, step_id=step_id, given=given)
    link(kind=LinkKind.MERGED, main=main, other=moved.case, at=at)
    done = recorded(moved, note=note)
    return replace(done, facts={**done.facts, "main": main.number})


def _main(typed: str, by: Actor, at: datetime) -> Case:
    number = read_number(typed)
    scope = visible_to(by.officer if isinstance(by, Capacity) else None, at)
    cases = Case.objects.in_scope(scope).filter(system=terms.SYSTEM)
    found = cases.filter(number=number).first() if number else None
    if found is None:
        raise NoSuchMainCase(field="case")
    return found


@act(terms.UNMERGED, label=_("解除并案"), may=may_move)
def unmerge(*, by: Actor, at: datetime, number: str, reason: str) -> Recorded[Case]:
    """Take a case out of the one it was merged into; its own promise goes on as if never merged.

    Who said «me too» was promised nothing of their own yet: that promise begins now.
    """
    case = Case.objects.select_related("incident__category").get(number=number)
    category = case.incident.category
    limit = category.limit if category and case.due_at is None else None
    moved = reopen(
        number=number, move="unmerge", by=by, at=at, limit=limit, given={"reason": reason}
    )
    row = unlink(kind=LinkKind.MERGED, other=moved.case, at=at)
    done = recorded(moved, reason=reason)
    facts = {**done.facts, "main": row.main.number}
    return replace(done, facts=facts)


@act(terms.SPLIT, label=_("分办"), may=may_move)
def _split(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    parts: Sequence[Part],
    note: str = "",
) -> Recorded[Case]:
    given = {"parts": parts}
    moved = advance(number=number, move="split", by=by, at=at, step_id=step_id, given=given)
    done = recorded(moved, note=note)
    return replace(done, facts={**done.facts, "parts": len(parts)})


@act(terms.SPLIT_OFF, label=_("分出"), may=may_move)
def _split_off(*, by: Actor, at: datetime, main: Case, part: Part) -> Recorded[Case]:
    """Open the case of one part, at the unit that shall do it, with its share of the photos."""
    whole = Incident.objects.select_related("category", "cell").get(case=main)
    case = open_case(
        system=terms.SYSTEM,
        procedure=main.procedure,
        title=main.title,
        unit=main.unit,
        at=at,
        limit=whole.category.limit if whole.category else None,
        due_at=None if whole.category else main.due_at,
        priority=main.priority,
        step="dispatched",
        sent_to=part.unit,
    )
    incident = Incident.objects.create(
        case=case,
        category=whole.category,
        cell=whole.cell,
        source=whole.source,
        description=part.words,
        place=whole.place,
        judgement=whole.judgement,
        **{name: getattr(whole, name) for name in ("lng", "lat", "sent_lng", "sent_lat", "datum")},
    )
    index_case(incident)
    link(kind=LinkKind.SPLIT, main=main, other=case, at=at)
    photos = copy_to(part.photos, source=main.subject, subject=case.subject, by=by, at=at)
    # Who gets the part may not know the whole: it is named by its entry, as what was joined is.
    facts: dict[str, Any] = {"main_entry": first_entry(main).uid, "unit": main.unit.code}
    facts |= {"due_at": case.due_at}
    facts |= {"to": opening_of(case), "priority": case.priority, "judgement": whole.judgement}
    facts |= {"photos": list(facts_of(photos)), "procedure": case.procedure.version}
    words = {"description": part.words, "place": whole.place}
    return Recorded(case, case.subject, facts, {name: text for name, text in words.items() if text})


def split(*, parts: Sequence[Part], **given: Any) -> Done[Case]:
    """Split a case into parts, each a case of its own at the unit that shall do it.

    The case itself waits for them: one act on it and one on each part, all or none. Raises
    ``BadParts`` (422).
    """
    if not 2 <= len(parts) <= MOST_PARTS:
        raise BadParts(field="parts")
    with transaction.atomic():
        done = _split(parts=parts, **given)
        if done.value is not None:
            for part in parts:
                _split_off(by=given["by"], at=given["at"], main=done.value, part=part)
    return done


# Which of these acts is the one on the case itself.
split.act = _split  # type: ignore[attr-defined]


@act(terms.GATHERED, label=_("汇总"), may=may_move, decides=True)
def gather(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str = ""
) -> Recorded[Case]:
    """Go on with a case whose parts are done. Over open parts only where a ``reason`` is stated.

    Raises ``OpenParts`` (409).
    """
    done = decided_by_words(
        "gather", by=by, at=at, number=number, step_id=step_id, words={"reason": reason}
    )
    if not reason and done.value is not None:
        check_parts_done(done.value)
    return done
