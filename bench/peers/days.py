"""Workdays by the libraries: the same days asked, and how many of their answers are ours."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ONE = timedelta(days=1)
ASKED = {"chinesecalendar": 200, "workalendar": 200, "holidays": 1000}


def _chinesecalendar() -> Callable[[date, int], date]:
    from chinese_calendar import is_workday

    def after(start: date, amount: int) -> date:
        day = start
        while amount:
            day += ONE
            amount -= is_workday(day)
        return day

    return after


def _holidays() -> Callable[[date, int], date]:
    import holidays

    after: Callable[[date, int], date] = holidays.China().get_nth_working_day
    return after


def _workalendar() -> Callable[[date, int], date]:
    from workalendar.asia import China

    after: Callable[[date, int], date] = China().add_working_days
    return after


def _rest_days() -> list[date]:
    from chinese_calendar import is_workday

    days = (date(2022, 1, 1) + ONE * n for n in range(5 * 365 + 1))
    return [day for day in days if not is_workday(day)]


class Player:
    """All pairs a unit, or the first so many of the slow ones."""

    def __init__(self, options: dict[str, Any]) -> None:
        rows = json.loads(Path(options["pairs"]).read_text())
        name = options["work"]
        self.rows = [(date.fromisoformat(a), n, date.fromisoformat(b)) for a, n, b in rows]
        if name.startswith("numpy"):
            self.all = self._at_once() if "many" in name else self._one_by_one()
        else:
            after = {
                "chinesecalendar": _chinesecalendar,
                "holidays": _holidays,
                "workalendar": _workalendar,
            }[name]()
            self.all = self._each(after, ASKED[name])

    def _each(self, after: Callable[[date, int], date], most: int) -> Callable[[], list[Any]]:
        def answer(start: date, amount: int) -> date | None:
            try:
                return after(start, amount)
            except Exception:  # a year that the library does not know
                return None

        asked = self.rows[:most]
        return lambda: [answer(start, amount) for start, amount, _due in asked]

    def _calendar(self) -> tuple[Any, Any]:
        import numpy

        return numpy, numpy.busdaycalendar(weekmask="1111111", holidays=_rest_days())

    def _at_once(self) -> Callable[[], list[Any]]:
        numpy, table = self._calendar()
        starts = numpy.array([row[0] for row in self.rows], dtype="datetime64[D]")
        amounts = numpy.array([row[1] for row in self.rows])
        return lambda: numpy.busday_offset(starts, amounts, roll="backward", busdaycal=table)

    def _one_by_one(self) -> Callable[[], list[Any]]:
        numpy, table = self._calendar()
        offset = numpy.busday_offset
        return lambda: [
            offset(start, amount, roll="backward", busdaycal=table)
            for start, amount, _due in self.rows
        ]

    def prepare(self) -> None:
        """Nothing is needed."""

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> int:
        """Compute all of them once."""
        return len(self.all())

    def check(self) -> dict[str, Any]:
        """Say how many answers are the same as ours."""
        answers = [getattr(answer, "tolist", lambda a=answer: a)() for answer in self.all()]
        pairs = zip(answers, self.rows, strict=False)
        same = sum(answer == due for answer, (_start, _amount, due) in pairs)
        return {"note": f"{same} of {len(answers)} as ours"}
