"""处置: a unit is sent, and deals with it, asks for time, or cannot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import facts_of
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance, extend_promise, plan
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.photo_checks import doubts_about
from jiceng.systems.grid.actions.recording import (
    check_fits,
    decided,
    decided_by_words,
    hand_in_photos,
    may_let_go_on,
    may_move,
    recorded,
    together_with,
)
from jiceng.systems.grid.terms import MOST_SHELVED_DAYS

# History and the explanation of a day are Chinese, whatever language the officer reads.
EXTENSION_BASIS = "承办单位到期前申请，值班员批准"


class BadShelving(BadInput):
    """A shelved case ends its rest on a day to come, at most a year away (422)."""

    code = "bad_shelving"
    sentence = _("挂账的截止日期应在今天之后、一年之内。")


@act(terms.DISPATCHED, label=_("派遣"), may=may_move, decides=True)
def dispatch(
    *, by: Actor, at: datetime, number: str, unit: Unit, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Send the case to the unit that will handle it."""
    return decided_by_words(
        "dispatch", by=by, at=at, number=number, step_id=step_id, unit=unit, words={"note": note}
    )


@act(terms.RETURNED, label=_("退回"), may=may_move, decides=True)
def send_back(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Give a case back to the duty officer, who can only send it on, split it or pass it up."""
    return decided_by_words(
        "return", by=by, at=at, number=number, step_id=step_id, words={"reason": reason}
    )


@act(terms.REASSIGNED, label=_("改派"), may=may_move, decides=True)
def reassign(
    *, by: Actor, at: datetime, number: str, unit: Unit, reason: str, step_id: int | None
) -> Recorded[Case]:
    """Hand the case to another handling unit."""
    return decided_by_words(
        "reassign",
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        unit=unit,
        words={"reason": reason},
    )


@act(terms.CONSULTED, label=_("请外单位配合"), may=may_move, decides=True)
def consult(
    *, by: Actor, at: datetime, number: str, step_id: int | None, party: str, question: str
) -> Recorded[Case]:
    """Ask somebody outside, such as the power company; the promise waits, two weeks at most."""
    words = {"party": party, "question": question}
    return decided_by_words("consult", by=by, at=at, number=number, step_id=step_id, words=words)


@act(terms.CONSULTATION_ENDED, label=_("外单位已答复"), may=may_move, decides=True)
def hear(*, by: Actor, at: datetime, number: str, step_id: int | None, note: str) -> Recorded[Case]:
    """Take down what the party outside said."""
    return decided_by_words(
        "hear", by=by, at=at, number=number, step_id=step_id, words={"note": note}
    )


@act(terms.CONSULTATION_EXPIRED, label=_("不再等外单位"), may=may_let_go_on, decides=True)
def go_on_without(*, by: Actor, at: datetime, number: str, step_id: int | None) -> Recorded[Case]:
    """Go on without the party outside, when its time is over or nobody waits any more."""
    return decided_by_words("go_on_without", by=by, at=at, number=number, step_id=step_id)


@act(terms.EXTENSION_ASKED, label=_("申请延期"), may=may_move, decides=True)
def ask_extension(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Ask for more time, before the promised day is over. Raises ``PastDue`` (409)."""
    words = {"reason": reason}
    done = decided_by_words(
        "ask_extension", by=by, at=at, number=number, step_id=step_id, words=words
    )
    check_fits("ask_extension", number, at)
    return done


@act(terms.EXTENDED, label=_("同意延期"), may=may_move)
def extend(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Give the case its original limit once more; at most twice, and before it is late."""
    moved = advance(number=number, move="extend", by=by, at=at, step_id=step_id)
    extend_promise(moved.case, EXTENSION_BASIS, at)
    done = recorded(moved, note=note)
    facts = {**done.facts, "due_at": moved.case.due_at}
    return replace(done, facts=facts)


@act(terms.EXTENSION_REFUSED, label=_("不同意延期"), may=may_move, decides=True)
def refuse_extension(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Refuse more time; a refusal does not count against the two."""
    words = {"reason": reason}
    return decided_by_words(
        "refuse_extension", by=by, at=at, number=number, step_id=step_id, words=words
    )


@act(terms.SHELVING_ASKED, label=_("申请挂账"), may=may_move, decides=True)
def ask_shelving(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Ask to put off what cannot be dealt with for now."""
    words = {"reason": reason}
    done = decided_by_words(
        "ask_shelving", by=by, at=at, number=number, step_id=step_id, words=words
    )
    check_fits("ask_shelving", number, at)
    return done


@act(terms.SHELVED, label=_("同意挂账"), may=may_move, decides=True)
def shelve(
    *, by: Actor, at: datetime, number: str, step_id: int | None, until: datetime, note: str = ""
) -> Recorded[Case]:
    """Let the case and its promise rest until a day, once a case; then it goes on by itself.

    Raises ``BadShelving`` (422), ``MadeEnough`` (409).
    """
    if not at < until <= at + timedelta(days=MOST_SHELVED_DAYS):
        raise BadShelving(field="until")
    done = decided_by_words(
        "shelve", by=by, at=at, number=number, step_id=step_id, until=until, words={"note": note}
    )
    return replace(done, facts={**done.facts, "until": until})


@act(terms.SHELVING_REFUSED, label=_("不同意挂账"), may=may_move, decides=True)
def refuse_shelving(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Refuse to put it off."""
    words = {"reason": reason}
    return decided_by_words(
        "refuse_shelving", by=by, at=at, number=number, step_id=step_id, words=words
    )


@act(terms.RESUMED, label=_("恢复办理"), may=may_let_go_on, decides=True)
def resume(*, by: Actor, at: datetime, number: str, step_id: int | None) -> Recorded[Case]:
    """Take a shelved case up again, when its day has come or earlier."""
    return decided_by_words("resume", by=by, at=at, number=number, step_id=step_id)


@act(terms.DISPOSED, label=_("处置完成"), may=may_move, decides=True)
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
    return _done("dispose", by, at, number, step_id, photos, note, claim)


@act(terms.FINISHED, label=_("处置完成，免核实"), may=may_move, decides=True)
def finish(
    *,
    by: Actor,
    at: datetime,
    number: str,
    photos: Sequence[Attachment],
    note: str,
    step_id: int | None,
    claim: str = "",
) -> Recorded[Case]:
    """Report the same where the standard asks for no verification. Raises ``DoesNotFit`` (409)."""
    check_fits("finish", number, at)
    return _done("finish", by, at, number, step_id, photos, note, claim)


def _done(
    move: str,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    photos: Sequence[Attachment],
    note: str,
    claim: str,
) -> Recorded[Case]:
    given = {"photo": photos, "note": note}
    made = plan(number=number, move=move, by=by, at=at, step_id=step_id, given=given)
    handed = hand_in_photos(photos, made, claim)
    doubts = doubts_about(made.moved.case, handed, at)
    done = decided(made, facts_of(handed.photos), note=note)
    facts = {**done.facts, "photo_doubts": doubts.codes}
    return replace(done, facts=facts, write=together_with(doubts.rows, made.write))
