"""The tick ends periods, and leaves alone what is in the way."""

from datetime import datetime, timedelta

from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.notices import service, terms
from jiceng.kernel.testing.boards import hang, keeper, objection
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock


def test_the_tick_closes_what_is_over_and_nothing_else(cast: Cast, now: datetime) -> None:
    over, blocked, withdrawn, running = (
        hang(cast, now, subject=f"tests.project:{number}", days=days)
        for number, days in enumerate((3, 3, 3, 20))
    )
    objection(blocked, now)
    service.withdraw(by=keeper(cast), at=now, notice=withdrawn, reason="有误")
    assert service.end_periods(over.closes_at) == 0
    later = over.closes_at + timedelta(minutes=1)
    assert service.end_periods(later) == 1
    assert service.end_periods(later) == 0
    for notice, closed in ((over, later), (blocked, None), (withdrawn, None), (running, None)):
        notice.refresh_from_db()
        assert notice.closed_at == closed
    last = entries_of(over.ledger_subject).last()
    assert last is not None
    assert (last.event, last.by) == (terms.CLOSED, "system:tick")


def test_a_period_that_ended_follows_no_calendar_any_more(cast: Cast, now: datetime) -> None:
    notice = hang(cast, now)
    later = notice.closes_at + timedelta(minutes=1)
    assert Clock.objects.running().filter(notice=notice).exists()
    service.end_periods(later)
    assert not Clock.objects.running().filter(notice=notice).exists()
    assert service.completed(notice, later)
