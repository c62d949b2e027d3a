"""What comes after the end of a case: who may rate it, how long it can be reopened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import main_case
from jiceng.kernel.procedures.terms import Outcome
from jiceng.systems.grid.models import Rating


def reopen_until(case: Case) -> datetime | None:
    """Return until when ``case`` can be reopened: counted from the stored instant of its closing.

    One setting, ``GRID_REOPEN_DAYS``, for the act and for the page that shows the day.
    """
    if case.closed_at is None:
        return None
    return case.closed_at + timedelta(days=settings.GRID_REOPEN_DAYS)


@dataclass(frozen=True)
class Aftermath:
    """What a reporter can do now that it is over: rate it, and until when have it reopened."""

    main: Case
    rating: Rating | None
    until: datetime | None

    def reopens(self, at: datetime) -> bool:
        """Tell whether the window is open at ``at``."""
        return self.until is not None and at <= self.until


def aftermath(own: Case) -> Aftermath | None:
    """Return what the reporter of ``own`` can do; ``None`` while nothing has ended."""
    main = main_case(own)
    if main.outcome != Outcome.CLOSED:
        return None
    return Aftermath(main, Rating.objects.filter(case=own).first(), reopen_until(main))
