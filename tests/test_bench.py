"""The benchmark's own arithmetic: what counts as quiet, as a ratio, as met."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import meter
from bench.charts import chart
from bench.crew import Configuration, Crew, Failed
from bench.goals import Figure, Goal
from bench.limits.schema import faults
from bench.pairing import Sample, Series, cpu_ratios, ratios
from bench.report import line_of, table, verdict

MORE = Goal("P0", "x", "a rate", 0.5, 0.75)
LESS = Goal("P0", "x", "a wait", 1.0, 0.3, more=False)
ONLY_RATES = Goal("P0", "x", "a gain", 1.25, rates_only=True)


def samples(name: str, *rows: tuple[float, float, bool]) -> Series:
    made = [
        Sample(rate, cpu, 0.0, 1.0, 0.0 if quiet else 1.5, quiet, 9) for rate, cpu, quiet in rows
    ]
    return Series(name, 1, made)


def test_a_ratio_is_taken_within_a_cycle_and_only_of_quiet_ones() -> None:
    base = samples("base", (100, 2, True), (200, 2, True), (50, 4, False))
    ours = samples("ours", (50, 4, True), (50, 4, True), (50, 8, True))
    assert ratios(ours, base) == [0.5, 0.25]
    assert cpu_ratios(ours, base) == [0.5, 0.5, 0.5]


def test_with_too_few_quiet_cycles_the_rate_is_left_out_and_cpu_is_compared() -> None:
    base = samples("base", *[(100, 2, False)] * 4)
    line = line_of("group", samples("ours", *[(90, 8, False)] * 4), base)
    assert (line.rate, line.by_cpu, line.ratio, line.kept) == (None, True, 0.25, 0)
    quiet = samples("base", *[(100, 2, True)] * 3)
    line = line_of("group", samples("ours", *[(90, 8, True)] * 3), quiet)
    assert (line.rate, line.by_cpu, line.ratio, line.kept) == (90, False, 0.9, 3)


@pytest.mark.parametrize(
    ("goal", "measured", "said"),
    [
        (MORE, None, "not measured"),
        (MORE, Figure(0.49, ""), "MISS"),
        (MORE, Figure(0.5, ""), "pass"),
        (MORE, Figure(0.75, ""), "stretch"),
        (MORE, Figure(0.5, "", rough=True), "≈ pass"),
        (MORE, Figure(0.9, "", ["6 entries for 1 cases"]), "wrong: 6 entries for 1 cases"),
        (LESS, Figure(1.1, ""), "MISS"),
        (LESS, Figure(0.3, ""), "stretch"),
        (ONLY_RATES, Figure(2.0, "", rough=True), "too noisy"),
    ],
)
def test_a_goal_is_judged(goal: Goal, measured: Figure | None, said: str) -> None:
    assert verdict(goal, measured) == said


def test_work_that_is_not_whole_is_a_fault() -> None:
    assert faults(2, 14, 0, 0) == []
    assert faults(2, 13, 1, 0) == ["13 entries for 2 cases", "1 steps still open"]


@pytest.mark.slow
def test_the_cpu_of_a_child_counts_while_it_runs_and_after_it_was_waited_for() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    before = meter.seconds_of([os.getpid()])
    child = subprocess.Popen([sys.executable, "-c", busy])
    time.sleep(0.05)
    assert child.pid in meter.family([os.getpid()])
    child.wait()
    assert meter.seconds_of([os.getpid()]) - before >= 0.3


def test_columns_line_up_for_wide_characters() -> None:
    drawn = table(("名", "n"), [("a", "1"), ("办件", "2")])
    assert drawn.splitlines() == ["名    n", "────  ─", "a     1", "办件  2"]


def test_a_chart_has_a_bar_for_each_that_was_measured_and_escapes_names() -> None:
    lines = [line_of("g", samples(name, *[(1, 2, True)] * 3), None) for name in ("a<b", "c")]
    drawn = chart("Title", "about", [*lines, line_of("g", Series("gone", 1, absent="no"), None)])
    assert drawn.count("<rect") == 1 + 2
    assert "a&lt;b" in drawn
    assert "gone" not in drawn


PLAYER = """
class Player:
    told = {"seen": 7}
    def __init__(self, options): self.made = options["number"]
    def prepare(self): pass
    def ready(self, units): self.units = units
    def unit(self):
        if self.units == 13: raise ValueError("thirteen")
        print("libraries print")
        return 5
    def check(self): return {"made": self.made, "units": self.units}
"""


@pytest.mark.slow
def test_clients_play_together_and_say_what_they_did(tmp_path: Path) -> None:
    (tmp_path / "playing.py").write_text(PLAYER)
    path = {"PYTHONPATH": str(tmp_path)}
    with Crew(Configuration("two", "playing", clients=2, environ=path, calls=3)) as crew:
        crew.prepare()
        crew.get_ready(100)
        assert [(one["units"], one["seen"]) for one in crew.play(9.0)] == [(15, 7), (15, 7)]
        assert crew.check() == {"made": 0, "units": 3}
        crew.all(do="ready", units=13)
        with pytest.raises(Failed, match="thirteen"):
            crew.play(0.1)
