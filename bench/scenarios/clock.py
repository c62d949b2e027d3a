"""Our calendar of workdays: the look-up alone, and whole deadlines. These by the service, which
finds the calendar itself; with the calendar in hand; on plain numbers; and for many at once."""

import json
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bench.scenarios.opening import open_application

FIRST, DAYS = date(2022, 1, 1), 1780  # so that twenty workdays later it is still 2026
YEARS = 5 * 365 + 1  # every day of 2022 to 2026
PAIRS, MOST = 5000, 20
QUARTERS = 4 * 24  # of an hour in a day
SAME = {"numbers": "_same_on_numbers", "many": "_same_at_once"}


def morning(day: date) -> datetime:
    """Return ten o'clock of that day."""
    from jiceng.kernel.base.clock import SHANGHAI

    return datetime.combine(day, time(10), SHANGHAI)


class Player:
    """Five thousand deadlines a unit; the first of these players writes down what is asked."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.path, self.work = Path(options["pairs"]), options["work"]
        self.rows: list[tuple[date, int, date]] = []
        self.act: Callable[[], int] = lambda: 0

    def prepare(self) -> None:
        """Draw days and numbers of workdays, and write down which day each leads to."""
        from jiceng.kernel.workdays.service import calendar

        chance, table = random.Random(2026), calendar()
        rows = []
        for _n in range(PAIRS):
            start, amount = FIRST + timedelta(chance.randrange(DAYS)), chance.randint(1, MOST)
            due = table.workday_after(start, amount)
            rows.append([start.isoformat(), amount, due.isoformat()])
        days = (FIRST + timedelta(n) for n in range(YEARS))
        worked = {day.isoformat(): table.is_workday(day) for day in days}
        self.path.write_text(json.dumps({"pairs": rows, "days": worked}))

    def ready(self, units: int) -> None:
        """Read what is asked."""
        if not self.rows:
            rows = json.loads(self.path.read_text())["pairs"]
            self.rows = [(date.fromisoformat(a), n, date.fromisoformat(b)) for a, n, b in rows]
            self.act = {
                "look-up": self._look_up,
                "deadline": self._deadline,
                "in hand": self._in_hand,
                "numbers": self._on_numbers,
                "many": self._many,
            }[self.work]()

    def _look_up(self) -> Callable[[], int]:
        from jiceng.kernel.workdays.service import calendar

        pairs = [(start, amount) for start, amount, _due in self.rows]
        after = calendar().workday_after

        def act() -> int:
            for start, amount in pairs:
                after(start, amount)
            return len(pairs)

        return act

    def _limits(self) -> dict[int, Any]:
        from jiceng.kernel.workdays.service import workdays

        return {amount: workdays(amount) for amount in range(1, MOST + 1)}

    def _asked(self) -> list[tuple[datetime, Any]]:
        limits = self._limits()
        return [(morning(start), limits[amount]) for start, amount, _due in self.rows]

    def _in_hand(self) -> Callable[[], int]:
        from jiceng.kernel.workdays.rules import deadline
        from jiceng.kernel.workdays.service import calendar

        asked, table = self._asked(), calendar()

        def act() -> int:
            for start, limit in asked:
                deadline(table, start, limit)
            return len(asked)

        return act

    def _deadline(self) -> Callable[[], int]:
        from jiceng.kernel.workdays.service import deadline

        asked = self._asked()

        def act() -> int:
            for start, limit in asked:
                deadline(start, limit)
            return len(asked)

        return act

    def _counted(self) -> list[tuple[int, Callable[[int], tuple[int, bool]]]]:
        from jiceng.kernel.workdays.moments import moment_of
        from jiceng.kernel.workdays.rules import counting
        from jiceng.kernel.workdays.service import calendar

        table, limits = calendar(), self._limits()
        due = {amount: counting(table, limit) for amount, limit in limits.items()}
        return [(moment_of(morning(start)), due[amount]) for start, amount, _due in self.rows]

    def _on_numbers(self) -> Callable[[], int]:
        asked = self._counted()

        def act() -> int:
            for start, count in asked:
                count(start)
            return len(asked)

        return act

    def _many(self) -> Callable[[], int]:
        """Every quarter of an hour of those days, under each limit."""
        import numpy as np

        from jiceng.kernel.workdays.many import due_moments
        from jiceng.kernel.workdays.moments import DAY, moment_of
        from jiceng.kernel.workdays.service import calendar

        quarters = np.arange(DAYS * QUARTERS, dtype=np.int64) * (DAY // QUARTERS)
        starts, table, limits = quarters + moment_of(morning(FIRST)), calendar(), self._limits()

        def act() -> int:
            for limit in limits.values():
                due_moments(table, starts, limit)
            return len(limits) * len(starts)

        return act

    def unit(self) -> int:
        """Compute all of them once."""
        return self.act()

    def check(self) -> dict[str, Any]:
        """Ours is what the others are compared with, and our ways with one another."""
        note = f"{len(self.rows)} drawn"
        if self.work not in SAME:
            return {"note": note}
        same = getattr(self, SAME[self.work])()
        faults = [] if same == len(self.rows) else [f"only {same} are as by the service"]
        return {"note": f"{same} of {note} as by the service", "faults": faults}

    def _same_on_numbers(self) -> int:
        from jiceng.kernel.workdays.moments import moment_of
        from jiceng.kernel.workdays.service import deadline

        dues = [deadline(start, limit) for start, limit in self._asked()]
        pairs = zip(self._counted(), dues, strict=True)
        return sum(
            count(start) == (moment_of(due.due_at), due.provisional)
            for (start, count), due in pairs
        )

    def _same_at_once(self) -> int:
        from jiceng.kernel.workdays.service import deadline, deadlines

        same = 0
        for amount, limit in self._limits().items():
            starts = [morning(start) for start, n, _due in self.rows if n == amount]
            pairs = zip(deadlines(starts, limit), starts, strict=True)
            same += sum(due == deadline(start, limit) for due, start in pairs)
        return same
