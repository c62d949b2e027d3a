"""Putting a notice on boards, correcting and withdrawing it, and ending its period."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line, mask_personal
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.notices import rules, terms
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.permission import may_keep, may_publish
from jiceng.kernel.notices.reading import blocking, facts_of, item_of
from jiceng.kernel.notices.refusals import (
    BadPeriod,
    NoBoard,
    NothingChanged,
    NothingShown,
    NoticeEnded,
    ObjectionsOpen,
    PeriodProvisional,
    PeriodRunning,
    Wordless,
)
from jiceng.kernel.notices.terms import KINDS, NoticeKind
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.search.service import put_many
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.service import start_clock, stop_clock, workdays
from jiceng.kernel.workdays.terms import ClockKind, Convention


def post(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    subject: str,
    title: str,
    unit: Unit,
    boards: Sequence[Unit],
    shown: Mapping[str, Any],
    days: int | None = None,
    replaces: Notice | None = None,
    correction: str = "",
) -> Notice:
    """Write a notice inside the act of whoever calls; that act's entry carries ``facts_of`` it.

    Only fields that the kind allows go in, with telephone and identity numbers masked. The period
    is ``days`` working days (the kind's unless given), counted from the next day. A notice that
    it ``replaces`` for the reason ``correction`` hangs no more; its objections are answered first.
    Raises ``NotShowable``, ``NothingShown``, ``NoBoard``, ``BadPeriod``, ``Wordless`` (422),
    ``NoticeEnded``, ``ObjectionsOpen`` (409).
    """
    definition = KINDS.get(kind)
    notice = _drawn_up(definition, title, unit, shown)
    notice.subject, notice.published_at, notice.published_by = subject, at, by.title
    notice.days = _days(definition, days)
    if not boards:
        raise NoBoard(field="boards")
    if replaces is not None:
        notice.replaces, notice.correction = _taken_off(replaces, at), _reason(correction)
    notice.clock = _start(notice, at)
    notice.save(force_insert=True)
    notice.boards.set(boards)
    put_many(terms.SEARCHED, [item_of(notice)])
    return notice


def _drawn_up(kind: NoticeKind, title: str, unit: Unit, shown: Mapping[str, Any]) -> Notice:
    name = mask_personal(clean_line(title, terms.LONGEST_TITLE))
    content = rules.projection(kind, shown)
    if not name or not content:
        raise NothingShown(field="" if name else "title")
    seal = rules.fingerprint(kind.code, name, unit.code, content)
    return Notice(
        uid=new_uid(), kind=kind.code, title=name, unit=unit, shown=content, fingerprint=seal
    )


def _taken_off(old: Notice, at: datetime) -> Notice:
    """Return a notice that is about to be replaced, its period ended."""
    fresh = _hanging(old)
    if fresh.objections.open().exists():
        raise ObjectionsOpen()
    _stop(fresh, at)
    return fresh


def _days(kind: NoticeKind, days: int | None) -> int:
    wanted = kind.days if days is None else days
    if not 0 < wanted <= terms.MOST_DAYS:
        raise BadPeriod(field="days")
    return wanted


def _start(notice: Notice, at: datetime) -> Clock:
    limit = workdays(notice.days, Convention.NEXT_DAY)
    return start_clock(subject=notice.ledger_subject, kind=ClockKind.PROMISED, limit=limit, at=at)


@act(terms.PUBLISHED, label=_("发布公示"), may=may_publish)
def publish(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    subject: str,
    title: str,
    unit: Unit,
    boards: Sequence[Unit],
    shown: Mapping[str, Any],
    days: int | None = None,
) -> Recorded[Notice]:
    """Publish a notice as an act of its own: the keywords of ``post``, and its refusals."""
    notice = post(
        by=by,
        at=at,
        kind=kind,
        subject=subject,
        title=title,
        unit=unit,
        boards=boards,
        shown=shown,
        days=days,
    )
    return Recorded(notice, notice.ledger_subject, facts_of(notice))


def held(notice: Notice) -> Notice:
    """Return ``notice`` as it is now, and let everybody else who changes it wait for us."""
    rows = Notice.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("clock", "unit", "replaced_by").get(pk=notice.pk)


def _hanging(notice: Notice) -> Notice:
    """Return what still hangs; a notice that was withdrawn or corrected is past changing."""
    fresh = held(notice)
    if fresh.withdrawn_at or fresh.replacement:
        raise NoticeEnded()
    return fresh


def _reason(typed: str) -> str:
    reason = mask_personal(clean_line(typed, terms.LONGEST_REASON))
    if not reason:
        raise Wordless(field="reason")
    return reason


def _stop(notice: Notice, at: datetime) -> None:
    """End the period: a calendar that arrives later moves nothing any more."""
    if notice.clock.stopped_at is None:
        stop_clock(notice.clock, at)


@act(terms.CORRECTED, label=_("更正公示"), may=may_keep)
def correct(
    *,
    by: Actor,
    at: datetime,
    notice: Notice,
    title: str,
    shown: Mapping[str, Any],
    reason: str,
) -> Recorded[Notice]:
    """Replace a notice by a corrected one, for a whole new period; both stay readable.

    Objections that were upheld are answered by it; those that nobody has answered come first.
    Raises ``ObjectionsOpen``, ``NoticeEnded`` (409), ``NothingChanged``, ``Wordless`` and what
    ``post`` raises (422).
    """
    old = _hanging(notice)
    new = post(
        by=by,
        at=at,
        kind=old.kind,
        subject=old.subject,
        title=title,
        unit=old.unit,
        boards=list(old.boards.all()),
        shown=shown,
        days=old.days,
        replaces=old,
        correction=reason,
    )
    if new.fingerprint == old.fingerprint:
        raise NothingChanged()
    facts = {**facts_of(new), "replaces": old.uid, "was": old.fingerprint}
    return Recorded(new, new.ledger_subject, facts, {"reason": new.correction})


@act(terms.WITHDRAWN, label=_("撤回公示"), may=may_keep)
def withdraw(*, by: Actor, at: datetime, notice: Notice, reason: str) -> Recorded[Notice]:
    """Withdraw a notice: that it hung, and why it does not any more, stays on the board.

    Raises ``NoticeEnded`` (409), ``Wordless`` (422).
    """
    fresh, why = _hanging(notice), _reason(reason)
    fresh.withdrawn_at, fresh.withdrawal = at, why
    fresh.save(update_fields=["withdrawn_at", "withdrawal"])
    _stop(fresh, at)
    put_many(terms.SEARCHED, [item_of(fresh)])
    facts = {"fingerprint": fresh.fingerprint}
    return Recorded(fresh, fresh.ledger_subject, facts, {"reason": why})


@act(terms.CLOSED, label=_("公示期满"), may=may_keep)
def close(*, by: Actor, at: datetime, notice: Notice) -> Recorded[Notice]:
    """End a period that is over, with nothing in its way; the tick does it, or a keeper.

    Raises ``PeriodRunning``, ``PeriodProvisional``, ``ObjectionsOpen``, ``NoticeEnded`` (409).
    """
    fresh = _hanging(notice)
    if fresh.closed_at:
        raise NoticeEnded()
    if at <= fresh.closes_at:
        raise PeriodRunning()
    if fresh.provisional:
        raise PeriodProvisional()
    if blocking(fresh).exists():
        raise ObjectionsOpen()
    fresh.closed_at = at
    fresh.save(update_fields=["closed_at"])
    _stop(fresh, at)
    facts = {"closes_at": fresh.closes_at, "fingerprint": fresh.fingerprint}
    return Recorded(fresh, fresh.ledger_subject, facts)
