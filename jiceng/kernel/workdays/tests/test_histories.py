"""Whatever happens to a clock, and in which order: its due date is budget, ledgers and calendar."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.workdays import rules, service
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import Limit, Stop, calendar_days, work_hours, workdays
from jiceng.kernel.workdays.tests.telling import SUBJECT, at

START = at("09-24 10:00")
limits = st.sampled_from(
    [work_hours(6), workdays(2), workdays(3, "next_day"), calendar_days(3, "next_day")]
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "extend", "extend", "stop", "restart"]),
        st.integers(0, 60 * 30),
        st.integers(1, 5),
    ),
    max_size=12,
)


@dataclass
class Told:
    """What was done to the clock, as somebody would write it down who knows no ``due_at``."""

    limit: Limit
    stops: list[Stop] = field(default_factory=list)
    paused_at: datetime | None = None
    stopped: bool = False
    amounts: list[int] = field(default_factory=list)

    def due(self, calendar) -> datetime:
        whole = Limit(self.limit.kind, self.limit.amount + sum(self.amounts), self.limit.convention)
        return rules.deadline(calendar, START, whole, self.stops).due_at

    def allows(self, step: str, now: datetime, calendar) -> bool:
        over = self.stopped or (self.paused_at or now) >= self.due(calendar)
        return {
            "pause": not over and self.paused_at is None,
            "resume": not self.stopped and self.paused_at is not None,
            "extend": not over and len(self.amounts) < 2,
            "stop": not self.stopped,
            "restart": self.stopped,
        }[step]

    def note(self, step: str, now: datetime, amount: int) -> None:
        if step in ("resume", "stop") and self.paused_at:
            self.stops.append(Stop(self.paused_at, now))
            self.paused_at = None
        if step == "pause":
            self.paused_at = now
        if step == "extend":
            self.amounts.append(amount)
        if step in ("stop", "restart"):
            self.stopped = step == "stop"


def do(step: str, clock: Clock, now: datetime, amount: int) -> bool:
    """Do one step and tell whether it was allowed."""
    act = {
        "pause": lambda: service.pause_clock(clock, "supplement", now),
        "resume": lambda: service.resume_clock(clock, now),
        "extend": lambda: service.extend_clock(clock, now, amount=amount, basis="雨天"),
        "stop": lambda: service.stop_clock(clock, now),
        "restart": lambda: service.restart_clock(clock, now),
    }[step]
    try:
        act()
    except Refusal:
        return False
    return True


@pytest.mark.slow
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(limits, st.sampled_from(["promised", "level"]), steps)
def test_a_due_date_is_budget_and_ledgers_in_any_order(db, shipped, limit, kind, steps):
    clock = service.start_clock(subject=SUBJECT, kind=kind, limit=limit, at=START)
    told, now = Told(limit), START
    for step, minutes, amount in steps:
        now += timedelta(minutes=minutes)
        before, allowed = clock.due_at, told.allows(step, now, shipped)
        assert do(step, clock, now, amount) is allowed
        if not allowed:
            continue
        told.note(step, now, amount)
        clock.refresh_from_db()
        assert clock.due_at == told.due(shipped)
        assert clock.due_at > before if step == "extend" else clock.due_at >= before
        assert clock.limit == limit
        assert clock.whole_limit.amount == limit.amount + sum(told.amounts)
        assert service.explain(clock).due_at == clock.due_at
        assert len(service.explain(clock).extensions) == len(told.amounts)
        found = service.budget_of(clock, now)
        assert found.spent + found.left == found.total == clock.whole_limit.budget
    assert service.rebuild(now) == []
