"""What every change of a clock has in common.

A change is a compare-and-set on what the caller saw; whoever comes second is refused and has
changed nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.workdays.models import Clock, Extension, Pause
from jiceng.kernel.workdays.moments import civil
from jiceng.kernel.workdays.rules import Deadline, Granted, Limit, Stop, deadline
from jiceng.kernel.workdays.shelf import calendar
from jiceng.kernel.workdays.terms import PauseCause


class ClockStopped(Conflict):
    """The clock does not run any more (409)."""

    code = "clock_stopped"
    sentence = _("计时已经结束。")


def running(clock: Clock) -> None:
    """Raise ``ClockStopped`` if ``clock`` does not run any more."""
    if clock.stopped_at:
        raise ClockStopped(stopped_at=clock.stopped_at)


class BackDated(BadInput):
    """A change before something that already happened to the clock (422)."""

    code = "back_dated"
    sentence = _("时间早于时钟上一次变化，不得倒填。")


def not_before(earliest: datetime, at: datetime) -> None:
    """Raise ``BackDated`` if ``at`` is earlier than ``earliest``."""
    if civil(at) < earliest:
        raise BackDated(earliest=earliest)


class ClockOverdue(Conflict):
    """Nothing is left that a pause could save, or an extension lengthen (409)."""

    code = "clock_overdue"
    sentence = _("时限已到期，不能再停表。")


class ClockChanged(Conflict):
    """Somebody else changed the clock meanwhile (409)."""

    code = "clock_changed"
    sentence = _("时钟已被他人变更，请按最新状态办理。")


def change(clock: Clock, at: datetime, **changes: object) -> None:
    """Write ``changes`` if the row still is what the caller saw; then the caller sees them too.

    Raises ``ClockChanged``.
    """
    seen = {name: getattr(clock, name) for name in ("changed_at", "paused_at", "stopped_at")}
    changes |= {"changed_at": at}
    if not Clock.objects.filter(pk=clock.pk, due_at=clock.due_at, **seen).update(**changes):
        raise ClockChanged()
    for name, value in changes.items():
        setattr(clock, name, value)


def deadline_of(clock: Clock, pauses: Iterable[Pause], extensions: Iterable[Extension]) -> Deadline:
    """Return what limit, extensions, finished pauses and calendar give a counting clock."""
    if clock.limit is None:
        raise ValueError("a given day is not derived from anything")
    limit = clock.limit.longer_by(extension.amount for extension in extensions)
    return deadline(calendar(), clock.started_at, limit, stops_of(pauses))


def derived(
    clock: Clock, pauses: Iterable[Pause], extensions: Iterable[Extension]
) -> dict[str, object]:
    """Return the fields of ``clock`` that follow from its deadline."""
    due = deadline_of(clock, pauses, extensions)
    return {
        "due_at": due.due_at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
    }


def stops_of(pauses: Iterable[Pause]) -> list[Stop]:
    """Return the finished ones of ``pauses`` as values, with the label of their cause."""
    return [
        Stop(pause.started_at, pause.ended_at, str(PauseCause(pause.cause).label))
        for pause in pauses
        if pause.ended_at
    ]


def granted_of(clock: Clock, extensions: Iterable[Extension]) -> tuple[Granted, ...]:
    """Return ``extensions`` as values in their order, their amounts in the unit of ``clock``."""
    return tuple(
        Granted(
            extension.granted_at,
            Limit(clock.limit_kind, extension.amount, clock.convention),
            extension.basis,
        )
        for extension in sorted(extensions, key=lambda extension: extension.number)
    )
