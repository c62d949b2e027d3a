"""The clocks of a case, each with the reasons for its day."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from jiceng.kernel.procedures.models import Case
from jiceng.kernel.workdays.models import Clock, Extension, Pause
from jiceng.kernel.workdays.service import explain, light_of, remaining, trace_lines


@dataclass(frozen=True)
class ClockLine:
    """One clock: whose limit, its day, how pressing it is, and why the day is what it is.

    ``state`` is running, paused or stopped; ``left`` is empty unless it runs. ``lines`` are
    sentences: the limit, extensions, days skipped and made up, pauses, calendar, caveats.
    """

    label: str
    due_at: datetime
    provisional: bool
    state: str
    stopped_at: datetime | None
    light: str
    left: str
    lines: list[str]

    @property
    def late(self) -> bool:
        """Tell whether it stopped after its day."""
        return self.stopped_at is not None and self.stopped_at > self.due_at


def clocks_of(case: Case, at: datetime) -> list[ClockLine]:
    """Return the clocks of a case in the order in which they began: one query, and one each where
    a clock was ever paused or extended."""
    mine = {"clock": OuterRef("pk")}
    clocks = list(
        Clock.objects.of(case.subject)
        .annotate(
            was_paused=Exists(Pause.objects.filter(**mine)),
            was_extended=Exists(Extension.objects.filter(**mine)),
        )
        .order_by("started_at", "id")
    )
    paused = any(clock.was_paused for clock in clocks)
    extended = any(clock.was_extended for clock in clocks)
    pauses = Prefetch("pauses", Pause.objects.all() if paused else Pause.objects.none())
    extensions = Extension.objects.all() if extended else Extension.objects.none()
    prefetch_related_objects(clocks, pauses, Prefetch("extensions", extensions))
    return [_line(clock, at) for clock in clocks]


def _line(clock: Clock, at: datetime) -> ClockLine:
    state = "stopped" if clock.stopped_at else "paused" if clock.paused_at else "running"
    return ClockLine(
        label=clock.get_kind_display(),
        due_at=clock.due_at,
        provisional=clock.provisional,
        state=state,
        stopped_at=clock.stopped_at,
        light="" if state == "stopped" else light_of(clock, at),
        left=remaining(at, clock.due_at).text if state == "running" else "",
        lines=trace_lines(explain(clock)),
    )
