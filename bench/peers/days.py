"""Workdays by the libraries: the same days asked, and how many of their answers are ours. Each is
also asked of every day of 2022 to 2026 whether it is worked."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ONE = timedelta(days=1)
ASKED = {"chinesecalendar": 200, "workalendar": 200, "holidays": 1000}


After, Works = Callable[[date, int], Any], Callable[[date], bool]


def _chinesecalendar() -> tuple[After, Works]:
    from chinese_calendar import is_workday

    def after(start: date, amount: int) -> date:
        day = start
        while amount:
            day += ONE
            amount -= is_workday(day)
        return day

    return after, is_workday


def _holidays() -> tuple[After, Works]:
    import holidays

    table = holidays.China()
    return table.get_nth_working_day, table.is_working_day


def _workalendar() -> tuple[After, Works]:
    from workalendar.asia import China

    table = China()
    return table.add_working_days, table.is_working_day


def _numpy() -> tuple[After, Works]:
    import numpy

    table = numpy.busdaycalendar(weekmask="1111111", holidays=_rest_days())
    offset = numpy.busday_offset

    def after(start: Any, amount: Any) -> Any:
        return offset(start, amount, roll="backward", busdaycal=table)

    return after, lambda day: bool(numpy.is_busday(day, busdaycal=table))


LIBRARIES = {
    "chinesecalendar": _chinesecalendar,
    "holidays": _holidays,
    "workalendar": _workalendar,
    "numpy": _numpy,
    "numpy, many at once": _numpy,
}


def _rest_days() -> list[date]:
    from chinese_calendar import is_workday

    days = (date(2022, 1, 1) + ONE * n for n in range(5 * 365 + 1))
    return [day for day in days if not is_workday(day)]


class Player:
    """All pairs a unit, or the first so many of the slow ones."""

    def __init__(self, options: dict[str, Any]) -> None:
        written = json.loads(Path(options["pairs"]).read_text())
        rows, name = written["pairs"], options["work"]
        self.days = {date.fromisoformat(day): worked for day, worked in written["days"].items()}
        self.rows = [(date.fromisoformat(a), n, date.fromisoformat(b)) for a, n, b in rows]
        after, self.works = LIBRARIES[name]()
        one_by_one = self._each(after, ASKED.get(name, len(rows)))
        self.all = self._at_once(after) if "many" in name else one_by_one

    def _each(self, after: After, most: int) -> Callable[[], list[Any]]:
        def answer(start: date, amount: int) -> Any:
            try:
                return after(start, amount)
            except Exception:  # a year that the library does not know
                return None

        asked = self.rows[:most]
        return lambda: [answer(start, amount) for start, amount, _due in asked]

    def _at_once(self, after: After) -> Callable[[], Any]:
        import numpy

        starts = numpy.array([row[0] for row in self.rows], dtype="datetime64[D]")
        amounts = numpy.array([row[1] for row in self.rows])
        return lambda: after(starts, amounts)

    def prepare(self) -> None:
        """Nothing is needed."""

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> int:
        """Compute all of them once."""
        return len(self.all())

    def check(self) -> dict[str, Any]:
        """Say how many answers are the same as ours, and for how many days."""
        answers = [getattr(answer, "tolist", lambda a=answer: a)() for answer in self.all()]
        pairs = zip(answers, self.rows, strict=False)
        same = sum(answer == due for answer, (_start, _amount, due) in pairs)
        days = sum(self._worked(day) is worked for day, worked in self.days.items())
        return {"note": f"{same} of {len(answers)}, {days} of {len(self.days)} days as ours"}

    def _worked(self, day: date) -> bool | None:
        try:
            return bool(self.works(day))
        except Exception:  # as above
            return None
