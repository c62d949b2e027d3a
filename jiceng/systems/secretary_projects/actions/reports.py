"""按月调度: the system says what it knows, the person adds what it cannot know."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.recording import check_owner, held, mark
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyReported,
    BadReportPeriod,
    NothingOwed,
    PeriodLocked,
    PeriodToCome,
)
from jiceng.systems.secretary_projects.models import Project, Report
from jiceng.systems.secretary_projects.queries.duties import owed, snapshot
from jiceng.systems.secretary_projects.rules.duties import MONTHS, Period, period_of


def _may_report(*, by: Actor, **given: Any) -> None:
    """An officer; that it is the secretary's own project is asked of the row."""
    if not isinstance(by, Capacity):
        raise NotAllowed()


def _period(project: Project, duty: str, start: date, at: datetime) -> Period:
    if duty not in MONTHS or period_of(duty, start).start != start:
        raise BadReportPeriod(field="period_start")
    period = period_of(duty, start)
    if period.end > legal_day(at):
        raise PeriodToCome()
    if at >= period.locks_at:
        raise PeriodLocked()
    if period not in owed(project, duty, at):
        raise NothingOwed()
    return period


@act(terms.REPORTED, label=_("上报调度"), may=_may_report)
def report(
    *,
    by: Actor,
    at: datetime,
    number: str,
    duty: str,
    period_start: date,
    blockers: str = "",
    comment: str = "",
) -> Recorded[Report]:
    """Report a project for a period that is over: figures as of now, with what stands in the way.

    Raises ``NotTheOwner`` (403), ``PeriodToCome``, ``PeriodLocked``, ``NothingOwed``,
    ``AlreadyReported`` (409), ``BadReportPeriod`` (422).
    """
    project = held(number)
    check_owner(by, project)
    period = _period(project, duty, period_start, at)
    known = snapshot(project, at)
    row = Report(
        project=project,
        duty=duty,
        period_start=period.start,
        period_end=period.end,
        due_at=period.due_at,
        at=at,
        facts=known,
        blockers=blockers,
        comment=comment,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyReported() from error
    mark(project, terms.REPORTED, at)
    facts = {"duty": duty, "period": period.start, "on_time": row.on_time, "known": known}
    words = {name: text for name, text in (("blockers", blockers), ("comment", comment)) if text}
    return Recorded(row, project.case.subject, facts, words)
