"""Paired samples: every configuration of a group within the same cycle, in random order.

The speed of a machine drifts within minutes, so a ratio is taken within a cycle and the median of
these is what counts. A cycle in which others were busy gives no ratio of rates; how much CPU each
needs for a unit is compared in every cycle.
"""

import random
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.crew import Configuration, Crew, Failed
from bench.meter import Meter

LEAST_KEPT = 3
SHORTEST, LONGEST = 0.8, 3.0
CYCLES = 5
# What one sample needs beside its measured time: getting ready.
WARM_UP = 0.5


@dataclass(frozen=True)
class Sample:
    """One configuration in one cycle: units a second, CPU per unit, and whether it counts."""

    rate: float
    cpu_ms: float
    server_ms: float
    slowest_ms: float
    foreign: float
    quiet: bool
    units: int


@dataclass
class Series:
    """The samples of one configuration, one a cycle."""

    name: str
    clients: int
    samples: list[Sample] = field(default_factory=list)
    checks: dict[str, Any] = field(default_factory=dict)
    absent: str = ""
    ours: bool = False
    unit: str = "case"


def middle(values: Iterable[float]) -> float | None:
    """Return the median, ``None`` of nothing."""
    found = list(values)
    return statistics.median(found) if found else None


def _take(crew: Crew, server: Sequence[int], seconds: float, expected: float) -> Sample:
    """Let a crew get ready, then work for ``seconds``, and measure that."""
    crew.get_ready(expected * seconds * 1.5)
    workers = crew.configuration.workers
    meter = Meter(workers or crew.pids, server, crew.pids if workers else ())
    played = crew.play(seconds)
    used = meter.read()
    units = int(sum(one["units"] for one in played))
    return Sample(
        rate=sum(one["units"] / one["seconds"] for one in played),
        cpu_ms=(used.own + used.server) / units * 1000,
        server_ms=used.server / units * 1000,
        slowest_ms=max(one["slowest"] for one in played) * 1000,
        foreign=used.foreign,
        quiet=used.quiet,
        units=units,
    )


@dataclass
class Group:
    """What is compared: the configurations, the servers behind them, and how long it may take."""

    name: str
    configurations: list[Configuration]
    server: Sequence[int]
    box: float

    @property
    def seconds(self) -> float:
        """Return how long one sample takes, so that five cycles fit."""
        share = self.box / (CYCLES * max(1, len(self.configurations))) - WARM_UP
        return min(LONGEST, max(SHORTEST, share))

    def run(self) -> list[Series]:
        """Play cycles until the time is over; at least three, however long they take."""
        found = [
            Series(what.name, what.clients, ours=what.ours, unit=what.unit)
            for what in self.configurations
        ]
        with ExitStack() as stack:
            pairs = [
                (crew, series)
                for what, series in zip(self.configurations, found, strict=True)
                if (crew := self._start(what, series, stack))
            ]
            end = time.monotonic() + self.box
            cycle = 0
            while cycle < LEAST_KEPT or time.monotonic() < end:
                self._cycle([pair for pair in pairs if not pair[1].absent])
                cycle += 1
            for crew, series in pairs:
                self._check(crew, series)
        return found

    def _start(self, what: Configuration, series: Series, stack: ExitStack) -> Crew | None:
        """Start the clients of a configuration and warm them up; note why it cannot be had."""
        series.absent = what.absent
        if series.absent:
            return None
        try:
            crew = stack.enter_context(Crew(what))
            crew.prepare()
            crew.get_ready(50)
            crew.play(WARM_UP)
        except Failed as failure:
            series.absent = str(failure)
            return None
        return crew

    def _cycle(self, pairs: list[tuple[Crew, Series]]) -> None:
        """Take one sample of each, in an order that no one is favoured by."""
        for crew, series in random.sample(pairs, len(pairs)):
            expected = max([sample.rate for sample in series.samples], default=400.0)
            try:
                series.samples.append(_take(crew, self.server, self.seconds, expected))
            except Failed as failure:
                series.absent = f"failed: {failure}"

    def _check(self, crew: Crew, series: Series) -> None:
        """Let a crew look over its work; work that cannot be looked over counts for nothing."""
        try:
            series.checks = {} if series.absent else crew.check()
        except Failed as failure:
            series.absent = f"not checked: {failure}"


def ratios(series: Series, base: Series) -> list[float]:
    """Return rate ÷ rate of ``base``, for each cycle in which nobody disturbed either."""
    pairs = zip(series.samples, base.samples, strict=False)
    return [a.rate / b.rate for a, b in pairs if a.quiet and b.quiet and b.rate]


def cpu_ratios(series: Series, base: Series) -> list[float]:
    """Return how many units ``series`` makes of the CPU that one unit of ``base`` needs."""
    pairs = zip(series.samples, base.samples, strict=False)
    return [b.cpu_ms / a.cpu_ms for a, b in pairs if a.cpu_ms]
