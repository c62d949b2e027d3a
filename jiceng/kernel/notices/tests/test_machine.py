"""Whatever anybody does in whatever order: no notice completes early, or past an objection.

The model beside it counts days on its fingers and keeps objections in a list.
"""

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings as installation
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jiceng.kernel.base.clock import SHANGHAI, legal_day
from jiceng.kernel.base.errors import Conflict
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Notice, Objection
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.boards import SHOWN, hang, keeper, objection
from jiceng.kernel.testing.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

YEAR = tomllib.loads((installation.ROOT / "data" / "workdays" / "2026.toml").read_text("utf-8"))
ONE_DAY = timedelta(days=1)
DICE = st.integers(0, 1_000)


def is_workday(day: date) -> bool:
    """Tell by the notice of the State Council alone."""
    if any(day in holiday["worked"] for holiday in YEAR["holiday"]):
        return True
    off = any(holiday["first"] <= day <= holiday["last"] for holiday in YEAR["holiday"])
    return not off and day.weekday() < 5


def last_day(published: date, days: int) -> date:
    """Return the last day of a period, counted one by one from the next."""
    day = published
    while days:
        day += ONE_DAY
        days -= is_workday(day)
    return day


@dataclass
class Hung:
    """A notice as the model knows it."""

    notice: Notice
    last: date
    withdrawn: bool = False
    replaced: bool = False
    closed: bool = False
    objections: dict[int, str] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        states = set(self.objections.values())
        return "open" in states or ("upheld" in states and not self.replaced)

    def complete(self, today: date) -> bool:
        return not (self.withdrawn or self.replaced or self.blocked) and today > self.last

    def takes(self, today: date) -> bool:
        return not (self.withdrawn or self.replaced) and today <= self.last


class Board(RuleBasedStateMachine):
    """One board; what was written on it is taken back at the end."""

    cast: Cast
    keeper: Capacity
    start: datetime
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.now, self.hung = self.start, list[Hung]()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return legal_day(self.now)

    def _add(self, notice: Notice) -> None:
        self.hung.append(Hung(notice, last_day(self.today, notice.days)))

    def _pick(self, dice: int, wanted: Callable[[Hung], bool] = lambda hung: True) -> Hung:
        """Return one of the notices, three times in four one that is wanted, if there is any."""
        fitting = [hung for hung in self.hung if wanted(hung)] if dice % 4 else []
        among = fitting or self.hung
        return among[dice % len(among)]

    @initialize(days=st.integers(1, 4))
    def begin(self, days: int) -> None:
        self._add(hang(self.cast, self.now, days=days))

    @rule(days=st.integers(1, 4))
    def publish(self, days: int) -> None:
        if len(self.hung) < 8 and sum(hung.takes(self.today) for hung in self.hung) < 2:
            self._add(hang(self.cast, self.now, days=days))

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(dice=DICE)
    def live_out(self, dice: int) -> None:
        """Answer what is open, wait for the end of the period and let the tick come by."""
        hung = self._pick(dice)
        for key, state in hung.objections.items():
            if state == "open":
                self._answer(hung, key, upheld=False)
        end = datetime.combine(hung.last + ONE_DAY, datetime.min.time(), SHANGHAI)
        self.now = max(self.now, end)
        self.tick()

    @rule(dice=DICE)
    def object(self, dice: int) -> None:
        hung = self._pick(dice, lambda hung: hung.takes(self.today))
        if hung.takes(self.today):
            hung.objections[objection(hung.notice, self.now).pk] = "open"
            self.tally["objected"] += 1
        else:
            with pytest.raises(service.PeriodOver):
                objection(hung.notice, self.now)

    @rule(dice=DICE, upheld=st.booleans())
    def answer(self, dice: int, upheld: bool) -> None:
        hung = self._pick(dice, lambda hung: "open" in hung.objections.values())
        waiting_first = sorted(hung.objections.items(), key=lambda pair: pair[1] != "open")
        for key, state in waiting_first[:1]:
            if state == "open":
                self._answer(hung, key, upheld=upheld)
            else:
                with pytest.raises(service.AlreadyAnswered):
                    self._answer(hung, key, upheld=upheld)

    def _answer(self, hung: Hung, key: int, *, upheld: bool) -> None:
        service.answer_objection(
            by=self.keeper,
            at=self.now,
            said=Objection.objects.get(pk=key),
            upheld=upheld,
            answer="已核对",
        )
        hung.objections[key] = "upheld" if upheld else "not_upheld"
        self.tally[hung.objections[key]] += 1

    @rule(dice=DICE)
    def correct(self, dice: int) -> None:
        hung = self._pick(dice)
        given = {"by": self.keeper, "at": self.now, "notice": hung.notice, "reason": "有误"}
        ended = hung.withdrawn or hung.replaced
        if ended or "open" in hung.objections.values():
            with pytest.raises(service.NoticeEnded if ended else service.ObjectionsOpen):
                service.correct(**given, title="新", shown=SHOWN)
            return
        done = service.correct(**given, title=f"更正 {len(self.hung)}", shown=SHOWN)
        assert done.value is not None
        hung.replaced = True
        self._add(done.value)
        self.tally["corrected"] += 1

    @rule(dice=DICE)
    def withdraw(self, dice: int) -> None:
        hung = self._pick(dice)
        given = {"by": self.keeper, "at": self.now, "notice": hung.notice, "reason": "有误"}
        # Rarely, or hardly anything would live to the end of its period.
        if dice % 10:
            return
        if hung.withdrawn or hung.replaced:
            with pytest.raises(service.NoticeEnded):
                service.withdraw(**given)
        else:
            service.withdraw(**given)
            hung.withdrawn = True

    @rule(dice=DICE)
    def close(self, dice: int) -> None:
        hung = self._pick(dice)
        given = {"by": self.keeper, "at": self.now, "notice": hung.notice}
        if hung.complete(self.today) and not hung.closed:
            service.close(**given)
            hung.closed = True
            self.tally["closed"] += 1
            return
        with pytest.raises(Conflict):
            service.close(**given)
        if not hung.closed:
            with pytest.raises(IntegrityError), transaction.atomic():
                Notice.objects.filter(pk=hung.notice.pk).update(closed_at=self.now)
            self.tally["refused"] += 1

    @rule()
    def tick(self) -> None:
        over = [hung for hung in self.hung if hung.complete(self.today) and not hung.closed]
        assert service.end_periods(self.now) == len(over)
        for hung in over:
            hung.closed = True
            self.tally["closed"] += 1

    @invariant()
    def nothing_completes_early_or_past_an_objection(self) -> None:
        for hung in self.hung:
            fresh = Notice.objects.with_counts().get(pk=hung.notice.pk)
            assert fresh.closes_on == hung.last
            assert service.completed(fresh, self.now) == hung.complete(self.today)
            assert (fresh.standing(self.now) == "completed") == hung.complete(self.today)
            assert service.blocking(fresh).exists() == hung.blocked
            assert (fresh.closed_at is not None) == hung.closed
            assert fresh.takes_words(self.now) == hung.takes(self.today)


@pytest.fixture
def tally(cast: Cast, now: datetime) -> Counter[str]:
    """Return the counts of what boards of this test meet, with the cast in place."""
    Board.cast, Board.keeper, Board.start = cast, keeper(cast), now
    Board.tally = Counter()
    return Board.tally


def test_no_notice_completes_early_or_past_an_objection(tally: Counter[str]) -> None:
    run_state_machine_as_test(
        Board,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert tally.total() >= 5


def test_one_walk_meets_all_of_it(tally: Counter[str]) -> None:
    """What the dice may miss is done once for certain, under the same law."""
    board = Board()
    steps: list[Callable[[], None]] = [
        lambda: board.begin(3),
        lambda: board.object(1),
        lambda: board.close(1),
        lambda: board.answer(1, upheld=True),
        lambda: board.wait(24 * 9),
        lambda: board.close(1),
        lambda: board.correct(1),
        lambda: board.object(1),
        lambda: board.answer(1, upheld=False),
        lambda: board.live_out(1),
        lambda: board.close(1),
    ]
    try:
        for step in steps:
            step()
            board.nothing_completes_early_or_past_an_objection()
    finally:
        board.teardown()
    assert set(tally) == {"objected", "upheld", "not_upheld", "corrected", "closed", "refused"}
