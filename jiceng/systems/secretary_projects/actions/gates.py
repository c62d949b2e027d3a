"""The four gates of 立项, each with its evidence; a filing number comes after the last."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.rows import insert_new
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import (
    ObjectionsOpen,
    PeriodProvisional,
    PeriodRunning,
    blocking,
    completed,
    facts_of,
    latest,
    post,
)
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import advance
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.hanging import post_plan, shown_of
from jiceng.systems.secretary_projects.actions.indexing import index_project
from jiceng.systems.secretary_projects.actions.recording import (
    check_past,
    held,
    keep_photos,
    mark,
    may_move,
    recorded,
    uids_of,
)
from jiceng.systems.secretary_projects.actions.refusals import (
    GateBackDated,
    GateJumped,
    NoPlan,
    NotPublished,
    StillHanging,
)
from jiceng.systems.secretary_projects.models import FilingBook, GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.rules.gates import earliest_day, jumps, registrable
from jiceng.systems.secretary_projects.terms import Gate


def passed_gates(project: Project) -> dict[int, date]:
    """Return the gates that the project has passed, each with its day."""
    return dict(row.dated for row in GateEvidence.objects.standing().filter(project=project))


def _check_gate(project: Project, gate: Gate, day: date, at: datetime) -> None:
    passed = passed_gates(project)
    if jumps(gate, passed):
        raise GateJumped()
    check_past(day, at)
    before = earliest_day(gate, passed)
    if before is not None and day < before:
        raise GateBackDated(field="day")


def _pass(
    gate: Gate,
    event: str,
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    day: date,
    words: str,
    need: str,
    photos: Sequence[Attachment],
    claim: str,
) -> Recorded[Case]:
    project = held(number)
    given = {"photo": photos, need: words}
    moved = advance(number=number, move=MOVE_OF[gate], by=by, at=at, step_id=step_id, given=given)
    _check_gate(project, gate, day, at)
    shown = keep_photos(photos, project.case.subject, claim)
    _keep(project, gate, at, day=day, words=words, photos=uids_of(shown))
    mark(project, event, at)
    return recorded(moved, shown, words={need: words}, gate=gate.value, day=day)


def _keep(project: Project, gate: Gate, at: datetime, **values: Any) -> None:
    GateEvidence.objects.create(project=project, gate=gate, at=at, **values)


MOVE_OF = {Gate.SURVEY: "survey", Gate.STUDY: "study", Gate.FILING: "file"}


@act(terms.SURVEYED, label=_("完成深入调查"), may=may_move)
def survey(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    day: date,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Show that it was looked into on the spot: when, what was found, photos of the papers.

    Raises ``GateJumped`` (409), ``GateBackDated``, ``DayToCome`` (422).
    """
    return _pass(
        Gate.SURVEY,
        terms.SURVEYED,
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        day=day,
        words=note,
        need="note",
        photos=photos,
        claim=claim,
    )


@act(terms.STUDIED, label=_("完成集体研究"), may=may_move)
def study(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    day: date,
    study: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Show that the organisation decided it together. Raises what ``survey`` raises."""
    return _pass(
        Gate.STUDY,
        terms.STUDIED,
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        day=day,
        words=study,
        need="study",
        photos=photos,
        claim=claim,
    )


@act(terms.FILED, label=_("上报备案"), may=may_move)
def file(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    day: date,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Report it to the party office, with its plan. Raises ``NoPlan`` (409) and what ``survey``
    raises."""
    done = _pass(
        Gate.FILING,
        terms.FILED,
        by=by,
        at=at,
        number=number,
        step_id=step_id,
        day=day,
        words=note,
        need="note",
        photos=photos,
        claim=claim,
    )
    if not PlanStep.objects.standing().filter(project=done.value.pk).exists():
        raise NoPlan()
    return done


@act(terms.PUBLISHED, label=_("开始公示"), may=may_move)
def publish(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step_id: int | None,
    note: str,
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[Case]:
    """Hang it on the board of its organisation, today, for the period in which anybody may object.

    Raises what ``survey`` raises.
    """
    project = held(number)
    given = {"photo": photos, "note": note}
    moved = advance(number=number, move="publish", by=by, at=at, step_id=step_id, given=given)
    day = legal_day(at)
    _check_gate(project, Gate.PUBLICATION, day, at)
    notice = post(
        by=by,
        at=at,
        kind=terms.NOTICE,
        subject=project.case.subject,
        title=project.case.title,
        unit=project.unit,
        boards=[project.unit],
        shown=shown_of(project),
    )
    shown = keep_photos(photos, project.case.subject, claim)
    hung = {"notice": notice.uid, "closes_at": notice.closes_at}
    _keep(project, Gate.PUBLICATION, at, day=day, words=note, photos=uids_of(shown), **hung)
    mark(project, terms.PUBLISHED, at)
    told = {"gate": Gate.PUBLICATION.value, "day": day, "published": facts_of(notice)}
    return recorded(moved, shown, words={"note": note}, **told)


def _set_aside(project: Project, gates: Sequence[Gate], at: datetime) -> None:
    """Evidence that was not good enough stays to be read, and counts no more."""
    rows = GateEvidence.objects.standing().filter(project=project, gate__in=gates)
    rows.update(set_aside_at=at)


@act(terms.RETURNED, label=_("退回补充"), may=may_move)
def send_back(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Ask for a better filing; the one before counts no more."""
    project, given = held(number), {"reason": reason}
    moved = advance(number=number, move="return", by=by, at=at, step_id=step_id, given=given)
    _set_aside(project, [Gate.FILING], at)
    return recorded(moved, words=given)


@act(terms.RECALLED, label=_("撤下公示，退回补充"), may=may_move)
def recall(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Go back to the filing, after the notice was withdrawn. Raises ``StillHanging`` (409)."""
    project, given = held(number), {"reason": reason}
    moved = advance(number=number, move="recall", by=by, at=at, step_id=step_id, given=given)
    notice = _notice_of(project)
    if notice is not None and notice.withdrawn_at is None:
        raise StillHanging()
    _set_aside(project, [Gate.FILING, Gate.PUBLICATION], at)
    return recorded(moved, words=given)


def _publication_of(project: Project) -> GateEvidence:
    shown = GateEvidence.objects.standing().filter(project=project, gate=Gate.PUBLICATION).first()
    if shown is None:
        raise NotPublished()
    return shown


def _notice_of(project: Project) -> Notice | None:
    """Return the notice; what was published elsewhere, before it was taken in, has none here."""
    if not _publication_of(project).notice:
        return None
    notice = latest(project.case.subject, terms.NOTICE)
    if notice is None:
        raise NotPublished()
    return notice


def _check_closed(notice: Notice, at: datetime) -> None:
    """Raise why a publication is not over: too early, a calendar missing, an objection open."""
    if completed(notice, at):
        return
    if notice.withdrawn_at is not None:
        raise NotPublished()
    if blocking(notice).exists():
        raise ObjectionsOpen()
    raise PeriodProvisional() if notice.closes_at < at else PeriodRunning()


def _closed(project: Project, notice: Notice | None, at: datetime) -> datetime:
    """Return when the publication was over, or raise why it is not."""
    shown = _publication_of(project)
    if notice is None:
        if shown.closes_at is None or shown.closes_at > at:
            raise PeriodRunning()
        return shown.closes_at
    _check_closed(notice, at)
    # A correction began a period of its own; the evidence is of the notice that hung to the end.
    GateEvidence.objects.filter(pk=shown.pk).update(notice=notice.uid, closes_at=notice.closes_at)
    return notice.closes_at


@act(terms.REGISTERED, label=_("公示期满，立项编号"), may=may_move)
def register(
    *, by: Actor, at: datetime, number: str, step_id: int | None, note: str = ""
) -> Recorded[Case]:
    """Give a filing number after the publication closed, and hang the plan on the board.

    Raises ``PeriodRunning``, ``PeriodProvisional``, ``ObjectionsOpen``, ``NotPublished``,
    ``GateJumped`` (409).
    """
    project = held(number)
    moved = advance(number=number, move="register", by=by, at=at, step_id=step_id)
    notice = _notice_of(project)
    closes_at = _closed(project, notice, at)
    if not registrable(passed_gates(project), closes_at, at):
        raise GateJumped()
    filing = number_project(project, terms.REGISTERED, at)
    plan = post_plan(project, by, at)
    uid = notice.uid if notice else ""
    told: dict[str, Any] = {"filing_no": filing, "notice": uid, "plan": facts_of(plan)}
    return recorded(moved, words={"note": note}, **told)


def number_project(project: Project, event: str, at: datetime) -> str:
    """Give the project the next filing number of its kind and year."""
    year = legal_day(at).year
    insert_new(FilingBook(kind=project.kind, year=year, last=0))
    book = FilingBook.objects.select_for_update().get(kind=project.kind, year=year)
    serial = book.last + 1
    FilingBook.objects.filter(pk=book.pk).update(last=serial)
    mark(project, event, at, filing_year=year, filing_serial=serial, registered_at=at)
    index_project(project)
    return project.filing_no


@act(terms.REFUSED, label=_("不予立项"), may=may_move)
def refuse(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Refuse what was filed, for a reason."""
    given = {"reason": reason}
    moved = advance(number=number, move="refuse", by=by, at=at, step_id=step_id, given=given)
    return recorded(moved, words=given)


@act(terms.WITHDRAWN, label=_("撤回"), may=may_move)
def withdraw(
    *, by: Actor, at: datetime, number: str, step_id: int | None, reason: str
) -> Recorded[Case]:
    """Withdraw what is not registered yet."""
    given = {"reason": reason}
    moved = advance(number=number, move="withdraw", by=by, at=at, step_id=step_id, given=given)
    return recorded(moved, words=given)
