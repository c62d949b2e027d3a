"""研判: what a report is, and who has the authority to deal with it."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.together import Change, write_together
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance, plan, start_level_clock
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.recording import (
    check_fits,
    decided,
    decided_by_words,
    may_apply,
    may_let_go_on,
    may_move,
    recorded,
)
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import Judgement


@act(terms.JUDGED, label=_("一般，立即处置"), may=may_move, decides=True)
def judge(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    judgement: str = Judgement.ORDINARY,
    note: str = "",
) -> Recorded[Case]:
    """Find that the problem is ordinary and can be dispatched now.

    The first version of the procedure asked here for the ``judgement`` itself.
    """
    given = {"judgement": judgement}
    made = plan(number=number, move="judge", by=by, at=at, step_id=step_id, given=given)
    made.changes.append(_noted(made.moved.case, judgement))
    done = decided(made, note=note)
    return replace(done, facts={**done.facts, "judgement": judgement})


@act(terms.FOUND_MAJOR, label=_("重大，提交研究"), may=may_move, decides=True)
def find_major(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Find that the problem is major: it is studied before anybody is sent."""
    given = {"reason": reason}
    made = plan(number=number, move="find_major", by=by, at=at, step_id=step_id, given=given)
    made.changes.append(_noted(made.moved.case, Judgement.MAJOR))
    return decided(made, reason=reason)


@act(terms.STUDIED, label=_("记录研究意见"), may=may_move, decides=True)
def study(
    *, by: Actor, at: datetime, number: str, step_id: int | None, participants: str, study: str
) -> Recorded[Case]:
    """Record who studied a major problem together, and what they found shall be done."""
    words = {"participants": participants, "study": study}
    return decided_by_words("study", by=by, at=at, number=number, step_id=step_id, words=words)


@act(terms.PASSED_UP, label=_("超出权限，报上级"), may=may_move)
def pass_up(
    *, by: Actor, at: datetime, number: str, step_id: int | None, authority: str, note: str = ""
) -> Recorded[Case]:
    """Give a case to the unit above, naming the ``authority`` that is missing here.

    The unit that received it first goes on speaking with the reporter. The promised day stays;
    a second clock of the same limit starts for the unit above. Raises ``AtRoot`` (409).
    """
    given = {"authority": authority}
    moved = advance(number=number, move="pass_up", by=by, at=at, step_id=step_id, given=given)
    incident = Incident.objects.select_related("category").get(case=moved.case)
    if incident.category is not None:
        start_level_clock(moved.case, incident.category.limit, at)
    write_together([_noted(moved.case, Judgement.BEYOND)])
    done = recorded(moved, note=note)
    facts = {"authority": authority, "contact_unit": _contact(moved.case)}
    return replace(done, facts={**done.facts, **facts})


def _noted(case: Case, judgement: str) -> Change:
    """Keep what was found beside the report, where lists and pages read it."""
    return Change(Incident, {"case_id": case.pk}, {"judgement": judgement})


def _contact(case: Case) -> str:
    return case.contact_unit.code if case.contact_unit else ""


@act(terms.REFUSED, label=_("不予受理"), may=may_move, decides=True)
def refuse(
    *, by: Actor, at: datetime, number: str, reason: str, step_id: int | None
) -> Recorded[Case]:
    """End a report that is not the zone's to handle, saying why."""
    return decided_by_words(
        "refuse", by=by, at=at, number=number, step_id=step_id, words={"reason": reason}
    )


@act(terms.ASKED, label=_("请反映人补充"), may=may_move, decides=True)
def ask(
    *, by: Actor, at: datetime, number: str, step_id: int | None, question: str
) -> Recorded[Case]:
    """Ask the reporter something; the promise waits, a few days and no longer."""
    check_fits("ask", number, at)
    return decided_by_words(
        "ask", by=by, at=at, number=number, step_id=step_id, words={"question": question}
    )


@act(terms.ANSWERED, label=_("补充情况"), may=may_apply, key_of="claim", decides=True)
def answer(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str, claim: str = ""
) -> Recorded[Case]:
    """Take down what the reporter answers; the duty officer judges with it."""
    return decided_by_words(
        "answer", by=by, at=at, number=number, step_id=step_id, words={"note": note}
    )


@act(terms.UNANSWERED, label=_("不再等待"), may=may_let_go_on, decides=True)
def go_on(*, by: Actor, at: datetime, number: str, step_id: int | None) -> Recorded[Case]:
    """Go on without the answer, when the time for it is over or nobody waits any more."""
    return decided_by_words("go_on", by=by, at=at, number=number, step_id=step_id)


@act(terms.WITHDRAWN, label=_("撤回"), may=may_apply, key_of="claim", decides=True)
def withdraw(
    *, by: Actor, at: datetime, number: str, step_id: int | None, claim: str = ""
) -> Recorded[Case]:
    """Let the reporter take the report back before it was judged."""
    return decided_by_words("withdraw", by=by, at=at, number=number, step_id=step_id)
