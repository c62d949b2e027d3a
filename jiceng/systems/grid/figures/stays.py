"""Stays of grid cases as they stood at an instant, and the conditions that figures put on them.

Each condition is about one stay, the row; what happened after ``as_of`` has not happened. A stay
is counted for the unit that it was sent to: who holds it may change while it is open.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choice
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.orgs.terms import DUTY_OFFICER
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.terms import ClockKind
from jiceng.systems.grid.models import Appeal
from jiceng.systems.grid.terms import SUBJECT, SYSTEM

SINCE = date(2022, 1, 1)
# What all counts of cases and tasks have in common.
SAID: dict[str, Any] = {
    "measure": _("件"),
    "owner": DUTY_OFFICER.code,
    "since": SINCE,
    "unit": "sent_to",
}
RATIO: dict[str, Any] = {"owner": DUTY_OFFICER.code, "since": SINCE}
PROMISES = (ClockKind.PROMISED, ClockKind.GIVEN)
SHOWN = ("case__incident__category", "sent_to")


def stays(as_of: datetime) -> QuerySet[CaseStep]:
    """Return every stay of a grid case that had begun."""
    rows = CaseStep.objects.filter(case__system=SYSTEM, entered_at__lte=as_of)
    return rows.select_related(*SHOWN)


def reports(as_of: datetime) -> QuerySet[CaseStep]:
    """Return of each report that became a case of its own the first stay, with whoever received
    it. A part that was split off begins elsewhere and is no report."""
    before = CaseStep.objects.filter(case=OuterRef("case"), id__lt=OuterRef("id"))
    return stays(as_of).filter(~Exists(before), step="reported")


def _of_case(as_of: datetime) -> QuerySet[CaseStep]:
    return CaseStep.objects.filter(case=OuterRef("case"), entered_at__lte=as_of)


def made(as_of: datetime, *moves: str) -> Exists:
    """Hold where one of ``moves`` had been made on the case."""
    return Exists(_of_case(as_of).filter(move__in=moves, left_at__lte=as_of))


def last(as_of: datetime) -> Q:
    """Hold for the stay after which the case had not entered another."""
    return ~Q(Exists(_of_case(as_of).filter(id__gt=OuterRef("id"))))


def _ends(as_of: datetime, *moves: str) -> QuerySet[CaseStep]:
    return _of_case(as_of).filter(last(as_of), move__in=moves, left_at__lte=as_of)


def ended_by(as_of: datetime, *moves: str) -> Exists:
    """Hold where the case had ended by one of ``moves`` and not come back."""
    return Exists(_ends(as_of, *moves))


def came_back(as_of: datetime) -> Exists:
    """Hold where the case had been closed and taken up again."""
    return Exists(_of_case(as_of).filter(~last(as_of), move="close", left_at__lte=as_of))


def closed_at(as_of: datetime) -> Subquery:
    """Return when the case had been closed; nothing where it was open or ended otherwise."""
    return Subquery(_ends(as_of, "close").values("left_at")[:1])


def promised_at(as_of: datetime) -> Subquery:
    """Return the day that was promised for the case; nothing while the clock stood still.

    Its clock may have been extended or paused since, but then it was not due: both need a day that
    has not come, and put it off beyond the instant at which they happened.
    """
    subject = Concat(Value(SUBJECT), OuterRef("case__number"))
    clocks = Clock.objects.filter(subject=subject, kind__in=PROMISES, started_at__lte=as_of)
    due = Choice(
        When(paused_at__lte=as_of, then=None), default=F("due_at"), output_field=DateTimeField()
    )
    return Subquery(clocks.order_by("-id").annotate(due=due).values("due")[:1])


def excused(as_of: datetime, ended: str) -> Exists:
    """Hold where an appeal had been upheld against the lateness of what ended at ``ended``: one
    filed after it. What ends once more after the appeal is judged anew."""
    upheld = CaseStep.objects.filter(case=OuterRef("case"), move="uphold", left_at__lte=as_of)
    filed = Appeal.objects.filter(about=OuterRef("case"), case__opened_at__gte=OuterRef(ended))
    return Exists(filed.filter(Exists(upheld)))
