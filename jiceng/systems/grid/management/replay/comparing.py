"""Our verdict on time, derived from the stored day, beside the verdict of the source."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.management.replay.rows import Request
from jiceng.systems.grid.models import Incident

CLOSED, DUE, LATER = "closed", "due", "later"
NO_TARGET, NO_VERDICT = "no_target", "no_verdict"


def taken_in(origin: str, numbers: Iterable[str]) -> QuerySet[Incident]:
    """Return the incidents that came from these rows of this source."""
    # The second condition is the one of the index; without it neither database may use it.
    return Incident.objects.filter(origin=origin, origin_number__in=list(numbers)).exclude(
        origin=""
    )


@dataclass
class Class:
    """Rows that are judged the same way: how often both verdicts agree, and which rows differ."""

    agree: int = 0
    differ: list[tuple[int, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return how many rows were compared."""
        return self.agree + len(self.differ)


@dataclass(frozen=True)
class _Waiting:
    """An open case: it can be judged once it is known as of when."""

    line: int
    number: str
    due_at: datetime
    on_time: bool


class Comparison:
    """Collects batch by batch; open cases are judged at the end, as of the same instant."""

    def __init__(self, origin: str) -> None:
        self.as_of: datetime | None = None
        self.classes = {name: Class() for name in (CLOSED, DUE, LATER)}
        self.left_out: Counter[tuple[str, bool, bool | None]] = Counter()
        self._origin = origin
        self._waiting: list[_Waiting] = []

    def add(self, requests: Iterable[Request]) -> None:
        """Compare the cases of these rows, as the database has them."""
        by_number = {request.number: request for request in requests}
        found = taken_in(self._origin, by_number)
        days = found.values_list("origin_number", "case__due_at", "case__closed_at")
        for number, due_at, closed_at in days:
            self._judge(Case(due_at=due_at, closed_at=closed_at), by_number[number])

    def _judge(self, case: Case, request: Request) -> None:
        if case.due_at is None or request.on_time is None:
            why = NO_TARGET if case.due_at is None else NO_VERDICT
            self.left_out[why, case.closed_at is not None, request.on_time] += 1
        elif case.on_time is None:
            self._waiting.append(
                _Waiting(request.line, request.number, case.due_at, request.on_time)
            )
        else:
            self._count(CLOSED, request.line, request.number, case.on_time == request.on_time)

    def _count(self, name: str, line: int, number: str, agrees: bool) -> None:
        if agrees:
            self.classes[name].agree += 1
        else:
            self.classes[name].differ.append((line, number))

    def close(self, as_of: datetime | None) -> None:
        """Judge the open cases: late is what was due before ``as_of``."""
        self.as_of = as_of
        if as_of is None:
            return
        for row in self._waiting:
            late = row.due_at < as_of
            self._count(DUE if late else LATER, row.line, row.number, late is not row.on_time)

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """Return the instants between which the source must have drawn its verdicts: after the
        last day of an open case that it calls late, before the first that it calls on time."""
        late = [row.due_at for row in self._waiting if not row.on_time]
        on_time = [row.due_at for row in self._waiting if row.on_time]
        return max(late, default=None), min(on_time, default=None)
