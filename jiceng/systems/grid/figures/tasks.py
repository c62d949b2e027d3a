"""Sending out, dealing with, verifying: each stay in such a step is a task of the unit that it was
sent to, of the day on which it came there."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.figures.service import count, ratio
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.grid.figures.columns import TASK, page_of
from jiceng.systems.grid.figures.stays import RATIO, SAID, excused, stays

# An appeal about the whole case may excuse a task, which is not marked for the unit that had it.
PLACES: dict[str, Any] = {"day": "entered_at", "columns": TASK, "link": page_of, "rolled": False}
ON_TIME = Q(left_at__lte=F("due_at"))

SENDING = ("judged", "returned")
SENT = ("dispatch", "split")
DONE = ("dispose", "finish")
CHECKED = ("verify", "rework")
# The unit has the task again when these are over, with the time that is left or was added.
INTERLUDES = ("consult", "ask_extension", "ask_shelving")
# What gives a unit a task anew: an extension before it was another task's.
GIVEN = ("dispatch", "reassign", "rework")


def _tasks(as_of: datetime, *steps: str, done: tuple[str, ...]) -> QuerySet[CaseStep]:
    """Return the stays in ``steps`` that were left by a move of ``done``, or beyond their day."""
    left = Q(left_at__lte=as_of)
    still = Q(left_at__isnull=True) | Q(left_at__gt=as_of)
    late = still & Q(due_at__lt=as_of) | left & Q(left_at__gt=F("due_at"))
    rows = stays(as_of).filter(left & Q(move__in=done) | late, step__in=steps)
    return rows.filter(still | ON_TIME | ~excused(as_of, "left_at"), due_at__isnull=False)


def _left(rows: QuerySet[CaseStep], as_of: datetime, moves: tuple[str, ...]) -> QuerySet[CaseStep]:
    return rows.filter(left_at__lte=as_of, move__in=moves)


@count(
    "grid.to_dispatch",
    label=_("应派遣数"),
    definition=_(
        "待派遣和退回待派环节中，截至时已派遣（含分办）或已过环节期限（不晚于承诺期限）的；每次进入计一件，没有环节期限的不计，"
        "超期而申诉成立的不计。按派遣单位和进入环节的日期归入。"
    ),
    **SAID,
    **PLACES,
)
def to_dispatch(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was sent out, or should have been."""
    return _tasks(as_of, *SENDING, done=SENT)


@count(
    "grid.dispatched",
    label=_("派遣数"),
    definition=_("应派遣数中，截至时已派遣（含分办）的。"),
    **SAID,
    **PLACES,
)
def dispatched(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was."""
    return _left(to_dispatch(as_of), as_of, SENT)


@count(
    "grid.dispatched_on_time",
    label=_("按期派遣数"),
    definition=_("派遣数中，派遣时间不晚于环节期限的。"),
    **SAID,
    **PLACES,
)
def dispatched_on_time(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was by its day."""
    return dispatched(as_of).filter(ON_TIME)


@count(
    "grid.to_handle",
    label=_("应处置数"),
    definition=_(
        "派遣、改派或退回重办到承办单位的处置任务中，截至时已处置完成或已过处置期限（不晚于承诺期限）的；每次送达计一件。期限内"
        "退回或改派的不计，超期后才退回或改派的仍计；申请延期、挂账和请外单位配合的，待恢复处置后再计；没有期限的"
        "不计，超期而申诉成立的不计。按承办单位和送达日期归入，之后升级或转由他人办理不变。"
    ),
    **SAID,
    **PLACES,
)
def to_handle(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was dealt with, or should have been."""
    rows = _tasks(as_of, "dispatched", done=DONE)
    return rows.exclude(left_at__lte=as_of, move__in=INTERLUDES)


@count(
    "grid.handled",
    label=_("处置数"),
    definition=_("应处置数中，截至时已处置完成的。"),
    **SAID,
    **PLACES,
)
def handled(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was."""
    return _left(to_handle(as_of), as_of, DONE)


@count(
    "grid.handled_on_time",
    label=_("按期处置数"),
    definition=_("处置数中，处置完成时间不晚于处置期限的。"),
    **SAID,
    **PLACES,
)
def handled_on_time(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was by its day."""
    return handled(as_of).filter(ON_TIME)


@count(
    "grid.overdue_tasks",
    label=_("超期待处置数"),
    definition=_("应处置数中，截至时已过处置期限、仍在承办单位手里的。"),
    **SAID,
    **PLACES,
)
def overdue_tasks(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what the unit still had in hand after its day."""
    return to_handle(as_of).filter(Q(left_at__isnull=True) | Q(left_at__gt=as_of))


@count(
    "grid.extended",
    label=_("延期数"),
    definition=_("应处置数中，承办单位在本次任务内获准延期的；延几次都计一件。"),
    **SAID,
    **PLACES,
)
def extended(as_of: datetime) -> QuerySet[CaseStep]:
    """Return the tasks for which more time was given."""
    earlier = CaseStep.objects.filter(case=OuterRef("case"), id__lt=OuterRef("id"))
    other = CaseStep.objects.filter(
        case=OuterRef("case"),
        move__in=GIVEN,
        id__gt=OuterRef("id"),
        id__lt=OuterRef(OuterRef("id")),
    )
    return to_handle(as_of).filter(Exists(earlier.filter(~Exists(other), move="extend")))


@count(
    "grid.to_verify",
    label=_("应核实数"),
    definition=_(
        "处置完成后送核实的任务中，截至时已核实（通过或退回重办）或已过核实期限（不晚于承诺期限）的；每次送达计一件，没有期限的"
        "不计，超期而申诉成立的不计。免核实的不送。按核实单位和送达日期归入。"
    ),
    **SAID,
    **PLACES,
)
def to_verify(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was verified, or should have been."""
    return _tasks(as_of, "disposed", done=CHECKED)


@count(
    "grid.verified",
    label=_("核实数"),
    definition=_("应核实数中，截至时已核实的，通过或退回重办都计。"),
    **SAID,
    **PLACES,
)
def verified(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was."""
    return _left(to_verify(as_of), as_of, CHECKED)


@count(
    "grid.verified_on_time",
    label=_("按期核实数"),
    definition=_("核实数中，核实时间不晚于核实期限的。"),
    **SAID,
    **PLACES,
)
def verified_on_time(as_of: datetime) -> QuerySet[CaseStep]:
    """Return what was by its day."""
    return verified(as_of).filter(ON_TIME)


def _rate(code: str, label: Promise, definition: Promise, *, part: str, whole: str) -> None:
    ratio(code, label=label, definition=definition, part=part, whole=whole, **RATIO)


_rate(
    "grid.dispatch_rate",
    _("派遣率"),
    _("派遣数 ÷ 应派遣数。行业词典未规定分母，本区以应派遣数为分母。"),
    part="grid.dispatched",
    whole="grid.to_dispatch",
)
_rate(
    "grid.on_time_dispatch_rate",
    _("按期派遣率"),
    _("按期派遣数 ÷ 应派遣数。"),
    part="grid.dispatched_on_time",
    whole="grid.to_dispatch",
)
_rate(
    "grid.handling_rate",
    _("处置率"),
    _("处置数 ÷ 应处置数。"),
    part="grid.handled",
    whole="grid.to_handle",
)
_rate(
    "grid.on_time_handling_rate",
    _("按期处置率"),
    _("按期处置数 ÷ 应处置数。"),
    part="grid.handled_on_time",
    whole="grid.to_handle",
)
_rate(
    "grid.overdue_rate",
    _("超期待处置率"),
    _("超期待处置数 ÷ 应处置数。"),
    part="grid.overdue_tasks",
    whole="grid.to_handle",
)
_rate(
    "grid.extension_rate",
    _("延期率"),
    _("延期数 ÷ 应处置数。"),
    part="grid.extended",
    whole="grid.to_handle",
)
_rate(
    "grid.verification_rate",
    _("核实率"),
    _("核实数 ÷ 应核实数。"),
    part="grid.verified",
    whole="grid.to_verify",
)
_rate(
    "grid.on_time_verification_rate",
    _("按期核实率"),
    _("按期核实数 ÷ 应核实数。"),
    part="grid.verified_on_time",
    whole="grid.to_verify",
)
