"""超期申诉: a unit asks not to be counted late; two people decide. The lateness itself stays."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed, Refusal
from jiceng.kernel.ledger.service import Actor, Recorded, act, entries_of
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import current, open_case
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.recording import decided_by_words, may_move
from jiceng.systems.grid.models import Appeal, Incident
from jiceng.systems.grid.queries.appeals import obstacle_to
from jiceng.systems.grid.terms import APPELLANTS

# History is Chinese, whatever language the officer reads.
TITLE = "超期申诉"


class NotHandled(NotAllowed):
    """Only a unit that was sent to deal with the case appeals in it (403)."""

    code = "not_handled"
    sentence = _("只有承办过该办件的单位才能申诉。")


class NotOver(Conflict):
    """The case has not ended yet (409)."""

    code = "not_over"
    sentence = _("办结之后才能申诉。")


class Appealed(Conflict):
    """There was an appeal in this case already (409)."""

    code = "appealed"
    sentence = _("该办件已申诉过一次，不能再申诉。")


class NotLate(Conflict):
    """Neither the case nor the part of this unit was late (409)."""

    code = "not_late"
    sentence = _("该办件没有超期，不需要申诉。")


class WindowOver(Conflict):
    """The time in which an appeal can be filed is over (409)."""

    code = "window_over"
    sentence = _("已过可以申诉的期限。")


class NoReason(BadInput):
    """An appeal says why (422)."""

    code = "no_reason"
    sentence = _("请写明申诉理由。")


class OwnAppeal(NotAllowed):
    """Who appeals does not review (403)."""

    code = "own_appeal"
    sentence = _("申诉是您提出的，须由其他人员审核。")


class EndChanged(Conflict):
    """The case was taken up again after the appeal was filed; its end is another now (409)."""

    code = "end_changed"
    sentence = _("所诉办件在申诉之后重新办理过，不能再认定申诉成立。")


OBSTACLES: dict[str, type[Refusal]] = {
    refusal.code: refusal for refusal in (NotHandled, NotOver, Appealed, NotLate, WindowOver)
}


def _may_appeal(*, by: Actor, **given: Any) -> None:
    """A handler or the head speaks for the unit; that it handled the case is asked under lock."""
    if not isinstance(by, Capacity) or by.role not in APPELLANTS:
        raise NotAllowed()


def check_appeal(*, by: Actor, at: datetime, about: Case) -> None:
    """Raise what stands in the way of an appeal of ``by`` in the case ``about``."""
    _may_appeal(by=by)
    unit = by.unit if isinstance(by, Capacity) else about.unit
    stands = obstacle_to(about, unit, at)
    if stands:
        raise OBSTACLES[stands]()


@act(terms.APPEALED, label=_("提出申诉"), may=_may_appeal)
def file_appeal(*, by: Capacity, at: datetime, number: str, reason: str) -> Recorded[Case]:
    """Ask, for the unit of ``by``, that the lateness of the ended case ``number`` be excused.

    Raises ``Absent`` (404), ``NotHandled`` (403), ``NotOver``, ``Appealed``, ``NotLate``,
    ``WindowOver`` (409), ``NoReason`` (422).
    """
    if not reason:
        raise NoReason(field="reason")
    cases = Case.objects.select_for_update(of=("self",)).select_related("unit")
    about = cases.filter(number=number, system=terms.SYSTEM).first()
    if about is None:
        raise Absent()
    check_appeal(by=by, at=at, about=about)
    case = _open(about, by, at)
    Appeal.objects.create(case=case, about=about)
    facts = {
        **_numbers(case, about),
        "unit": by.unit.code,
        "procedure": case.procedure.version,
        "due_at": about.due_at,
        "closed_at": about.closed_at,
    }
    return Recorded(case, case.subject, facts, {"reason": reason})


def _open(about: Case, by: Capacity, at: datetime) -> Case:
    """Open the appeal with the unit that answers for the case; who appeals goes on seeing it.

    The title keeps to the standard: the place in the title of the other case may be erased there.
    """
    incident = Incident.objects.select_related("category").get(case=about)
    name = f"（{incident.category.name}）" if incident.category else ""
    case = open_case(
        system=terms.APPEALS,
        procedure=current(terms.APPEAL_PROCEDURE),
        title=f"{TITLE}{name}"[:200],
        unit=about.unit,
        at=at,
    )
    if by.unit.pk != about.unit_id:
        Case.objects.filter(pk=case.pk).update(contact_unit=by.unit)
        case.contact_unit = by.unit
    return case


@act(terms.APPEAL_PASSED, label=_("初审同意，提交复审"), may=may_move)
def pass_appeal(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Find the appeal worth a second look. Raises ``OwnAppeal`` (403)."""
    return _review("pass", by=by, at=at, number=number, step_id=step_id, words={"note": note})


@act(terms.APPEAL_UPHELD, label=_("认定申诉成立"), may=may_move)
def uphold_appeal(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Excuse the lateness, as somebody else than the first reviewer: the case counts in no ratio.

    Its day, its end and whether it was on time stay as they are. Raises ``OwnAppeal``,
    ``SamePerson`` (403), ``EndChanged`` (409).
    """
    done = _review("uphold", by=by, at=at, number=number, step_id=step_id, words={"reason": reason})
    appeal = Appeal.objects.get(case=done.value)
    # Under the lock that reopening takes as well: excused is the end that was appealed against.
    about = Case.objects.select_for_update().get(pk=appeal.about_id)
    if about.closed_at is None or about.closed_at > done.value.opened_at:
        raise EndChanged()
    Incident.objects.filter(case=about).update(excused=True)
    return done


@act(terms.APPEAL_REJECTED, label=_("认定申诉不成立"), may=may_move, decides=True)
def reject_appeal(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Find that nothing excuses the lateness. Raises ``OwnAppeal``, ``SamePerson`` (403)."""
    return _review("reject", by=by, at=at, number=number, step_id=step_id, words={"reason": reason})


def _review(move: str, *, by: Actor, number: str, **given: Any) -> Recorded[Case]:
    """Make a move of the review; history names the case that the appeal is about as well."""
    done = decided_by_words(move, by=by, number=number, **given)
    case = done.value
    filed = entries_of(case.subject).first()
    if filed is not None and filed.by == by.ref:
        raise OwnAppeal()
    about = Appeal.objects.select_related("about").get(case=case).about
    return replace(done, facts={**done.facts, **_numbers(case, about)})


def _numbers(case: Case, about: Case) -> dict[str, str]:
    return {"appeal": case.number, "about": about.number}


APPEAL_MOVES: dict[str, Any] = {
    "pass": pass_appeal,
    "uphold": uphold_appeal,
    "reject": reject_appeal,
}
