"""Extensions 延期: time added to a limit before it is over.

Called inside an act, so in its transaction.
"""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.workdays.changes import ClockOverdue, change, derived, not_before, running
from jiceng.kernel.workdays.models import Clock, Extension
from jiceng.kernel.workdays.rules import Limit
from jiceng.kernel.workdays.terms import MOST_EXTENSIONS


class NotExtendable(Conflict):
    """A day that somebody else set is not ours to move (409)."""

    code = "not_extendable"
    sentence = _("到期日由外部指定，不能延期。")


class ExtendedEnough(Conflict):
    """The limit was extended as often as it may be (409)."""

    code = "extended_enough"
    sentence = _("延期次数已用完，不能再延期。")


class BasisMissing(BadInput):
    """An extension that rests on nothing (422)."""

    code = "basis_missing"
    sentence = _("请写明延期的依据。")


def extend_clock(
    clock: Clock, at: datetime, *, amount: int | Decimal | None = None, basis: str
) -> Extension:
    """Add ``amount`` of its own unit to the limit of ``clock``, and return the extension.

    Without an amount it is once the original limit. A clock that stands still may be extended
    too: it was not due when it was paused. Raises ``BasisMissing``, ``LimitUnusable``, ``TooLong``
    or ``BackDated`` (422), ``NotExtendable``, ``ClockStopped``, ``ClockOverdue``,
    ``ExtendedEnough`` or ``ClockChanged`` (409).
    """
    limit = _limit(clock)
    running(clock)
    added = Limit(limit.kind, limit.amount if amount is None else amount, limit.convention)
    basis = _basis(basis)
    not_before(clock.changed_at, at)
    if (clock.paused_at or at) >= clock.due_at:
        raise ClockOverdue(_("时限已到期，不能再延期。"), due_at=clock.due_at)
    granted = list(clock.extensions.order_by("number"))
    if len(granted) >= MOST_EXTENSIONS:
        raise ExtendedEnough(most=MOST_EXTENSIONS)
    extension = Extension(
        clock=clock,
        number=len(granted) + 1,
        amount=Decimal(added.amount),
        basis=basis,
        granted_at=at,
    )
    change(clock, at, **derived(clock, clock.pauses.all(), [*granted, extension]))
    extension.save(force_insert=True)
    return extension


def _limit(clock: Clock) -> Limit:
    if clock.limit is None:
        raise NotExtendable()
    return clock.limit


def _basis(text: str) -> str:
    basis = clean_line(text)
    if not basis:
        raise BasisMissing(field="basis")
    return basis
