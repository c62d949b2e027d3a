"""What is swept away once a day, and what stays."""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.base.sweeping import KEPT

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


def test_sessions_that_have_ended_go() -> None:
    for key, left in (("gone", -SECOND), ("ends-now", 0 * SECOND), ("lives", SECOND)):
        Session.objects.create(session_key=key, session_data="", expire_date=AT + left)
    assert JOBS.get("base.clear_sessions").run(AT) == 1
    assert set(Session.objects.values_list("pk", flat=True)) == {"ends-now", "lives"}
    assert JOBS.get("base.clear_sessions").run(AT) == 0


@pytest.mark.parametrize("table", [AccessAttempt, AccessFailureLog, AccessLog])
def test_sign_ins_are_kept_for_six_months(table: type[AccessLog]) -> None:
    extra = {"failures_since_start": 1} if table is AccessAttempt else {}
    for name, age in (("old", KEPT + SECOND), ("half-a-year", KEPT), ("new", SECOND)):
        row = table.objects.create(username=name, user_agent=name, **extra)
        # The time is set by the table itself when a row is made.
        table.objects.filter(pk=row.pk).update(attempt_time=AT - age)
    assert JOBS.get("base.forget_sign_ins").run(AT) == 1
    left = set(table.objects.values_list("username", flat=True))
    assert left == {"half-a-year", "new"}


def test_they_run_daily_with_the_tick() -> None:
    jobs = [JOBS.get("base.clear_sessions"), JOBS.get("base.forget_sign_ins")]
    assert [(job.seconds, job.process) for job in jobs] == [(86_400, "tick")] * 2
