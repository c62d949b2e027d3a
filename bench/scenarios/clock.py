"""Our calendar of workdays: the look-up alone, and the whole deadline that a step is given, which
looks each time whether the calendars on disk are still the same; or with the calendar in hand."""

import json
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bench.scenarios.opening import open_application

FIRST, DAYS = date(2022, 1, 1), 1780  # so that twenty workdays later it is still 2026
PAIRS, MOST = 5000, 20


class Player:
    """Five thousand deadlines a unit; the first of these players writes down what is asked."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.path, self.work = Path(options["pairs"]), options["work"]
        self.pairs: list[tuple[date, int]] = []
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
        self.path.write_text(json.dumps(rows))

    def ready(self, units: int) -> None:
        """Read what is asked."""
        if not self.pairs:
            rows = json.loads(self.path.read_text())
            self.pairs = [(date.fromisoformat(start), amount) for start, amount, _due in rows]
            self.act = {
                "look-up": self._look_up,
                "deadline": self._deadline,
                "in hand": self._in_hand,
            }[self.work]()

    def _look_up(self) -> Callable[[], int]:
        from jiceng.kernel.workdays.service import calendar

        pairs, after = self.pairs, calendar().workday_after

        def act() -> int:
            for start, amount in pairs:
                after(start, amount)
            return len(pairs)

        return act

    def _asked(self) -> list[tuple[datetime, Any]]:
        from jiceng.kernel.base.clock import SHANGHAI
        from jiceng.kernel.workdays.service import workdays

        limits = {amount: workdays(amount) for amount in range(1, MOST + 1)}
        return [
            (datetime.combine(start, time(10), SHANGHAI), limits[amount])
            for start, amount in self.pairs
        ]

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

    def unit(self) -> int:
        """Compute all of them once."""
        return self.act()

    def check(self) -> dict[str, Any]:
        """Ours is what the others are compared with."""
        return {"note": f"{len(self.pairs)} drawn"}
