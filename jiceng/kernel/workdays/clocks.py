"""Clocks: started, paused, resumed, stopped, restarted.

Called inside an act, so in its transaction. Whoever saw an older state than the database
holds is refused and has changed nothing.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.text import listed
from jiceng.kernel.workdays.changes import (
    ClockChanged,
    ClockOverdue,
    change,
    derived,
    not_before,
    running,
)
from jiceng.kernel.workdays.models import Clock, Pause
from jiceng.kernel.workdays.moments import civil
from jiceng.kernel.workdays.rules import Limit, deadline
from jiceng.kernel.workdays.shelf import calendar
from jiceng.kernel.workdays.terms import COUNTING_KINDS, PAUSE_CAUSES, ClockKind, PauseCause

# As the ledger writes it; otherwise moving the deadline later could not be recorded.
SUBJECT = re.compile(r"[a-z][a-z0-9_.]*:[A-Za-z0-9_./-]{1,80}")
LONGEST_SUBJECT = 120
# Stops the usual clocks and names all that ran: what was not stopped takes more.
STOP = """
    UPDATE workdays_clock SET
      stopped_at = CASE WHEN paused_at IS NULL AND changed_at <= %s THEN %s END,
      changed_at = CASE WHEN paused_at IS NULL AND changed_at <= %s THEN %s ELSE changed_at END
    WHERE subject = %s AND stopped_at IS NULL
    RETURNING id, stopped_at
"""


class BadSubject(BadInput):
    """A clock that is about nothing the ledger could name (422)."""

    code = "bad_subject"
    sentence = _("时钟的对象应写作“系统.类别:编号”。")


class DueBeforeStart(BadInput):
    """A given day earlier than the start (422)."""

    code = "due_before_start"
    sentence = _("到期时间早于起算时间。")


class CauseNotAllowed(BadInput):
    """A clock of this kind may not be paused for this cause (422)."""

    code = "cause_not_allowed"
    sentence = _("这类时限不得因此停表。")


class ClockPaused(Conflict):
    """The clock stands still already (409)."""

    code = "clock_paused"
    sentence = _("时钟已经停表，不能重复停表。")


class ClockNotPaused(Conflict):
    """There is no pause to end (409)."""

    code = "clock_not_paused"
    sentence = _("时钟没有停表，不能恢复。")


class ClockRunning(Conflict):
    """There is no stop to take back (409)."""

    code = "clock_running"
    sentence = _("计时没有结束，不能恢复计时。")


def start_clock(*, subject: str, kind: str, limit: Limit, at: datetime) -> Clock:
    """Start a clock that counts (promised, statutory or level) at ``at`` and return it.

    Raises ``CalendarUnknown`` where no deadline can be computed, then nothing was written.
    """
    clock = new_clock(subject=subject, kind=kind, limit=limit, at=at)
    clock.save(force_insert=True)
    return clock


def new_clock(*, subject: str, kind: str, limit: Limit, at: datetime) -> Clock:
    """Return the clock that ``start_clock`` would write, unsaved, for whoever writes many."""
    if kind not in COUNTING_KINDS:
        raise ValueError(f"a clock that counts is promised, statutory or level, not {kind!r}")
    due = deadline(calendar(), at, limit)
    return Clock(
        subject=_subject(subject),
        kind=kind,
        limit_kind=limit.kind,
        limit_amount=limit.amount,
        convention=limit.convention,
        started_at=at,
        changed_at=at,
        due_at=due.due_at,
        provisional=due.provisional,
        calendar_version=due.calendar_version,
    )


def given_clock(*, subject: str, due_at: datetime, at: datetime) -> Clock:
    """Start a clock whose day somebody else set, and return it. Nothing pauses it.

    Raises ``DueBeforeStart``, or ``CalendarUnknown`` outside the years that are handled at all.
    """
    clock = new_given_clock(subject=subject, due_at=due_at, at=at)
    clock.save(force_insert=True)
    return clock


def new_given_clock(*, subject: str, due_at: datetime, at: datetime) -> Clock:
    """Return the clock that ``given_clock`` would write, unsaved, for whoever writes many."""
    if civil(due_at) < civil(at):
        raise DueBeforeStart(field="due_at")
    return Clock(
        subject=_subject(subject),
        kind=ClockKind.GIVEN,
        started_at=at,
        changed_at=at,
        due_at=due_at,
    )


def _subject(subject: str) -> str:
    if len(subject) > LONGEST_SUBJECT or not SUBJECT.fullmatch(subject):
        raise BadSubject(field="subject")
    return subject


def pause_clock(clock: Clock, cause: str, at: datetime) -> Pause:
    """Let ``clock`` stand still from ``at`` and return the pause.

    Raises ``CauseNotAllowed`` or ``BackDated`` (422), ``ClockStopped``, ``ClockPaused``,
    ``ClockOverdue`` or ``ClockChanged`` (409).
    """
    basis = _basis(clock, cause)
    running(clock)
    if clock.paused_at:
        raise ClockPaused(paused_at=clock.paused_at)
    not_before(clock.changed_at, at)
    if at >= clock.due_at:
        raise ClockOverdue(due_at=clock.due_at)
    change(clock, at, paused_at=at)
    return Pause.objects.create(clock=clock, cause=cause, basis=basis, started_at=at)


def _basis(clock: Clock, cause: str) -> str:
    """Return the article, in Chinese, that lets this cause stop this kind of clock."""
    causes = PAUSE_CAUSES[ClockKind(clock.kind)]
    known = cause in PauseCause.values
    if known and PauseCause(cause) in causes:
        with override(None):
            return str(causes[PauseCause(cause)])
    sentence = _t("%(kind)s不得因“%(cause)s”停表。可以停表的事由：%(allowed)s。") % {
        "kind": ClockKind(clock.kind).label,
        "cause": PauseCause(cause).label if known else cause,
        "allowed": listed(allowed.label for allowed in causes) or _t("无"),
    }
    raise CauseNotAllowed(sentence, field="cause", allowed=[code.value for code in causes])


def resume_clock(clock: Clock, at: datetime) -> Clock:
    """End the pause of ``clock`` at ``at``, move its deadline, and return it.

    ``at`` may lie back as far as the last change: a pause whose end was planned ends as planned,
    however late somebody comes to end it.
    Raises ``BackDated`` (422), ``ClockStopped``, ``ClockNotPaused`` or ``ClockChanged`` (409).
    """
    running(clock)
    if not clock.paused_at:
        raise ClockNotPaused()
    not_before(clock.changed_at, at)
    pauses = list(clock.pauses.order_by("started_at"))
    _end_pause(pauses, at)
    change(clock, at, paused_at=None, **derived(clock, pauses, clock.extensions.all()))
    return clock


def _end_pause(pauses: Iterable[Pause], at: datetime) -> None:
    for pause in pauses:
        if pause.ended_at is None:
            if not Pause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=at):
                break
            pause.ended_at = at
            return
    raise ClockChanged()


def stop_clock(clock: Clock, at: datetime) -> Clock:
    """Stop ``clock`` for good at ``at``, ending an open pause, and return it.

    Raises ``BackDated`` (422), ``ClockStopped`` or ``ClockChanged`` (409).
    """
    running(clock)
    if clock.paused_at:
        resume_clock(clock, at)
    not_before(clock.changed_at, at)
    change(clock, at, stopped_at=at)
    return clock


def restart_clock(clock: Clock, at: datetime) -> Clock:
    """Take back the stop of ``clock`` at ``at`` and return it; the time in between counts.

    The deadline is derived again, because nothing moved it while the calendar may have changed.
    Raises ``BackDated`` (422), ``ClockRunning`` or ``ClockChanged`` (409).
    """
    if not clock.stopped_at:
        raise ClockRunning()
    not_before(clock.stopped_at, at)
    due = derived(clock, clock.pauses.all(), clock.extensions.all()) if clock.limit else {}
    change(clock, at, stopped_at=None, **due)
    return clock


def stop_new_clock(clock: Clock, at: datetime) -> None:
    """Stop a clock that has not been written yet. Raises ``BackDated`` (422)."""
    running(clock)
    not_before(clock.changed_at, at)
    clock.stopped_at = clock.changed_at = at


def stop_clocks(subject: str, at: datetime) -> int:
    """Stop every clock of ``subject`` that still runs, and return how many there were.

    The usual ones take one statement together; a paused one has its pause to end as well.
    """
    with connection.cursor() as cursor:
        adapted = connection.ops.adapt_datetimefield_value(at)
        cursor.execute(STOP, [adapted, adapted, adapted, adapted, subject])
        rows = cursor.fetchall()
    others = [key for key, stopped_at in rows if stopped_at is None]
    for clock in Clock.objects.filter(pk__in=others).order_by("pk") if others else ():
        stop_clock(clock, at)
    return len(rows)
