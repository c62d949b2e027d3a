"""One request on its way through the procedure: the case, the moves, and what history says of it.

The entries say what is known and what is not: each move names the column that its instant comes
from, and whether the source attests it or only our loop asks for it.
"""

from dataclasses import dataclass
from typing import Any

from jiceng.kernel.ledger.service import Actor, NewEntry, Nobody
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Bulk, Draft, Transition, facts_of_steps
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid import terms
from jiceng.systems.grid.management.replay.mapping import Mapping
from jiceng.systems.grid.management.replay.paths import WORDS, PathStep
from jiceng.systems.grid.management.replay.rows import Request
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import Source

IMPORTER = Nobody("system:import", "外部导入")
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Walked:
    """A request that went its way: the draft, and the judgement that a move gave."""

    request: Request
    draft: Draft
    judgement: str

    def incident(self, origin: str) -> Incident:
        """Return what was reported, for the case that is yet to be written."""
        request = self.request
        lat, lng = request.point or (None, None)
        return Incident(
            case=self.draft.case,
            source=Source.IMPORTED,
            description=request.text,
            place=request.place,
            lat=lat,
            lng=lng,
            judgement=self.judgement,
            origin=origin,
            origin_number=request.number,
        )


class Walk:
    """Takes requests through the procedure, by the rules of the engine, into a batch."""

    def __init__(self, mapping: Mapping, bulk: Bulk) -> None:
        self._mapping = mapping
        self._bulk = bulk
        moves = bulk.procedure.procedure.moves
        self._sending = {move.code for move in moves if Need.UNIT in move.needs}

    def take(self, request: Request, owner: Unit, handler: Unit) -> Walked:
        """Open the case, make the moves of its path, keep it; a ``Refusal`` keeps nothing."""
        title = f"{request.category}{f'（{request.place}）' if request.place else ''}"
        draft = self._bulk.open_case(
            title=title[:LONGEST_TITLE], unit=owner, at=request.opened, due_at=request.target
        )
        path = self._mapping.paths[request.fate]
        entries = [self._opening(draft, request)]
        entries += [self._move(draft, step, request, handler) for step in path]
        self._bulk.keep(draft, entries)
        judged = next((step.judgement for step in path if step.judgement), "")
        return Walked(request, draft, judged)

    def _opening(self, draft: Draft, request: Request) -> NewEntry:
        case = draft.case
        facts = {
            "to": facts_of_steps(draft.steps),
            "category": request.category,
            "unit": case.unit.code,
            "source": Source.IMPORTED,
            "procedure": case.procedure.version,
            "due_at": case.due_at,
            "origin": self._mapping.origin,
            "origin_number": request.number,
            "row_sha256": request.fingerprint,
        }
        personal = {"description": request.text, "place": request.place}
        return _entry(terms.IMPORTED, case, IMPORTER, request.opened, facts, personal)

    def _move(self, draft: Draft, step: PathStep, request: Request, handler: Unit) -> NewEntry:
        at = request.at(step.at)
        standing = next(iter(draft.open_steps.values()))
        acting = self._bulk.seats.acting(standing.post, at)
        # Where nobody holds the post, the engine is to say so, as it would to anybody.
        by: Actor = acting[0] if acting else IMPORTER
        given = _given(step, request, handler)
        sent = handler if step.move in self._sending else None
        done = self._bulk.advance(draft, move=step.move, by=by, at=at, unit=sent, given=given)
        facts = done.facts | {"instant_from": step.at, "attested": step.attested}
        if step.photo:
            facts["row_sha256"] = request.fingerprint
        if step.judgement:
            facts["judgement"] = step.judgement
        return _entry(done.move.event, draft.case, by, at, facts, _spoken(done, given))


def _given(step: PathStep, request: Request, handler: Unit) -> dict[str, Any]:
    """Return what the source gives for a move; the engine asks for what the move needs."""
    words = request.closure or step.words
    return {
        Need.UNIT: handler,
        Need.JUDGEMENT: step.judgement,
        Need.NOTE: words,
        Need.REASON: words,
        Need.PHOTO: request.fingerprint if step.photo == "row" else "",
    }


def _spoken(done: Transition, given: dict[str, Any]) -> dict[str, str]:
    """Return the words that belong to the move; they may name persons, so they are committed."""
    return {need: given[need] for need in WORDS if need in done.move.needs}


def _entry(
    event: str, case: Case, by: Actor, at: Any, facts: dict[str, Any], personal: dict[str, str]
) -> NewEntry:
    words = {str(field): text for field, text in personal.items() if text}
    return NewEntry(event, case.subject, by, at, facts, words)
