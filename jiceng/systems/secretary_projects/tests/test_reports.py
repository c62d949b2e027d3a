"""按月调度: reports are owed, given once, in time or late; their figures are not typed."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyReported,
    BadReportPeriod,
    NothingOwed,
    NotTheOwner,
    PeriodLocked,
    PeriodToCome,
)
from jiceng.systems.secretary_projects.models import Report
from jiceng.systems.secretary_projects.queries.duties import by_owner, lines_of
from jiceng.systems.secretary_projects.rules.duties import Tally
from jiceng.systems.secretary_projects.tests.scene import Party, registered, row

MARCH = date(2026, 3, 1)


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=SHANGHAI)


def report(party: Party, case: Case, at: datetime, **changes: Any) -> Any:
    """Let the owner report March."""
    given = {"by": party.chen, "number": case.number, "duty": "monthly", "period_start": MARCH}
    return actions.report(**given | {"at": at} | changes)


def test_takes_the_figures_from_the_system_and_words_from_the_person(party: Party) -> None:
    _later, case = registered(party)
    done = report(party, case, day(4, 3), blockers="供电容量不足", comment="已报供电公司")
    kept = Report.objects.get()
    assert kept.on_time
    assert (kept.facts["claimed"], kept.facts["step"], kept.facts["late"]) == (
        "0.00",
        "implementing",
        [],
    )
    assert (kept.blockers, kept.comment) == ("供电容量不足", "已报供电公司")
    assert '"on_time":true' in done.entry.payload
    assert "供电" not in done.entry.payload


def test_counts_what_is_late_by_itself(party: Party) -> None:
    _later, case = registered(party)
    report(party, case, day(5, 6), period_start=date(2026, 4, 1))
    (late,) = Report.objects.get().facts["late"]
    assert late["days"] == 5


@pytest.mark.parametrize(
    ("at", "changes", "refusal"),
    [
        (day(3, 31, 23), {}, PeriodToCome),
        (day(4, 3), {"period_start": date(2026, 4, 1)}, PeriodToCome),
        (day(4, 3), {"period_start": date(2026, 3, 2)}, BadReportPeriod),
        (day(4, 3), {"duty": "weekly"}, BadReportPeriod),
        (day(5, 3), {"duty": "bimonthly", "period_start": date(2026, 4, 1)}, BadReportPeriod),
        (day(4, 3), {"period_start": date(2026, 2, 1)}, NothingOwed),
        (day(6, 5, 0), {}, PeriodLocked),
        (day(4, 3), {"by": "wu"}, NotTheOwner),
        (day(4, 3), {"by": "office"}, NotTheOwner),
    ],
)
def test_refuses_and_writes_nothing(
    party: Party, at: datetime, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    _later, case = registered(party)
    before = entries_of(case.subject).count()
    if "by" in changes:
        changes = {"by": getattr(party, changes["by"])}
    with pytest.raises(refusal):
        report(party, case, at, **changes)
    assert (Report.objects.count(), entries_of(case.subject).count()) == (0, before)


def test_a_period_is_reported_once_and_the_database_says_so(party: Party) -> None:
    _later, case = registered(party)
    report(party, case, day(4, 3))
    with pytest.raises(AlreadyReported):
        report(party, case, day(4, 4))
    kept = Report.objects.get()
    kept.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        kept.save(force_insert=True)


def test_late_from_midnight_in_shanghai(party: Party) -> None:
    _later, case = registered(party)
    report(party, case, day(4, 6, 0))
    assert not Report.objects.get().on_time


def test_owners_are_counted_by_duty(party: Party) -> None:
    _later, case = registered(party)
    report(party, case, day(4, 3))
    report(party, case, day(5, 8), period_start=date(2026, 4, 1))
    report(party, case, day(5, 4), duty="bimonthly", period_start=MARCH)
    (line,) = by_owner(party.office.officer, day(7, 20))
    assert line.tallies == {
        "monthly": Tally(expected=4, actual=2, on_time=1, missing=2),
        "bimonthly": Tally(expected=2, actual=1, on_time=1, missing=1),
        "half_year": Tally(expected=1, actual=0, on_time=0, missing=1),
    }
    assert line.whole == Tally(7, 3, 2, 4)
    assert by_owner(party.wu.officer, day(7, 20)) == []


def test_lines_are_the_newest_first_with_their_state(party: Party) -> None:
    _later, case = registered(party)
    report(party, case, day(4, 3))
    lines = lines_of(row(case), day(5, 3))
    assert [(line.duty, line.period.start.month, line.state) for line in lines] == [
        ("monthly", 4, "waiting"),
        ("bimonthly", 3, "waiting"),
        ("monthly", 3, "on_time"),
    ]
