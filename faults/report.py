"""What a run has shown: goals, mutants, and the line that is kept in ``RUNS.md``."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from faults.campaign import Outcome
from faults.goals import MISSED, NAMES, OK, PENDING, SKIPPED, SLOW, Goal, Line, of_drills

STANDSTILL = 60.0  # seconds after which a recovery counts as none
RUNS = Path(__file__).with_name("RUNS.md")


@dataclass
class Run:
    """Everything that one run of the laboratory brought."""

    seed: int
    size: str
    outcomes: list[Outcome] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def goals(self, due: dict[str, tuple[int, int]]) -> list[Goal]:
        """Return every goal that this size can show; ``due`` is acts and kills by database."""
        goals = [goal for outcome in self.outcomes for goal in _of_campaign(outcome, due)]
        drills = [line for line in self.lines if not line["mutant"]]
        return sorted(goals + of_drills(drills, self.size), key=lambda goal: goal.place)

    @property
    def mutants(self) -> list[tuple[str, str, str]]:
        """Return each known-bad build: its name, the law that had to catch it, what did."""
        return [
            (line["mutant"], line["law"], "、".join(sorted(line["findings"])) or line["skipped"])
            for line in self.lines
            if line["mutant"]
        ]

    def caught(self) -> int:
        """Return how many bad builds their law caught."""
        return sum(bool(line["mutant"]) and line["law"] in line["findings"] for line in self.lines)

    def survivors(self) -> list[str]:
        """Return the bad builds that their law did not catch."""
        bad = [line for line in self.lines if line["mutant"] and not line["skipped"]]
        return [line["mutant"] for line in bad if line["law"] not in line["findings"]]


def _goal(code: str, due: str, measured: str, good: bool) -> Goal:
    return Goal(code, due, measured, OK if good else MISSED)


def _timed(code: str, due: str, measured: str, good: bool, worst: float) -> Goal:
    """Return a goal of seconds: a machine with other work may be slow, but nothing stands still."""
    return Goal(code, due, measured, OK if good else SLOW if worst <= STANDSTILL else MISSED)


# Goals of a campaign that stand or fall with laws alone.
BY_LAW = (
    ("I2", "重算与签名、存证一致", ("I2",)),
    ("G7", "跟随者效果恰一次", ("I7",)),
    ("G8", "只有约定的应答，0 个 500", ("I10",)),
    ("I12", "时限与日历一致", ("I12",)),
)


def _of_campaign(outcome: Outcome, due: dict[str, tuple[int, int]]) -> list[Goal]:
    found, (acts, kills) = outcome.findings, due[outcome.vendor]
    whole = outcome.acked >= acts and outcome.kills >= kills and not outcome.trouble
    name = NAMES[outcome.vendor]
    counted = f"{outcome.acked} 次确认，{outcome.kills} 次杀；{_said(found, 'I1')}"
    first = _goal(
        f"{'G1' if name == 'PG' else 'G2'} {name}",
        f"≥ {acts} 次确认、≥ {kills} 次杀，丢失/重复/移位 0",
        outcome.trouble or counted,
        whole and "I1" not in found,
    )
    lawful = [
        _goal(f"{code} {name}", words, _said(found, *laws), whole and not {*laws} & found.keys())
        for code, words, laws in BY_LAW
    ]
    return [first, *lawful, *(_measures(outcome, name, acts) if whole else ())]


def _measures(outcome: Outcome, name: str, acts: int) -> list[Goal]:
    return [*_counts(outcome, name, acts), *_seconds(outcome, name)]


def _counts(outcome: Outcome, name: str, acts: int) -> list[Goal]:
    found, verdict = outcome.findings, outcome.verdicts["restarted"]
    return [
        _goal(
            f"G3 {name}",
            "回执离线核验，0 失败",
            f"{verdict['receipts']} 份；{_said(found, 'I3')}",
            "I3" not in found and verdict["receipts"] >= acts,
        ),
        _goal(
            f"G5 {name}",
            "每件恰在一环节；台账能重建",
            f"{verdict['cases']} 件、{verdict['steps']} 环节；{_said(found, 'I4', 'I5')}",
            not {"I4", "I5"} & found.keys() and verdict["cases"] > 0,
        ),
        _goal(
            f"G21 {name}",
            "过期两个租约而无人接手的工作 0 个",
            f"{outcome.kills} 次杀后 {verdict['stuck']} 个",
            not verdict["stuck"],
        ),
        _goal(
            f"I9 {name}",
            "照片与记录一一对应",
            f"{verdict['photos']} 张；{_said(found, 'I9')}",
            "I9" not in found and verdict["photos"] > 0,
        ),
    ]


def _seconds(outcome: Outcome, name: str) -> list[Goal]:
    own, base = _slowest(outcome, "web", "worker", "tick"), outcome.recovery("database")
    verdict = outcome.verdicts["restarted"]
    p99, longest = verdict["delay_p99"], verdict["delay_max"]
    return [
        _timed(
            f"G9 {name}",
            "自行恢复 p95：进程 ≤ 5 s，数据库 ≤ 20 s",
            f"进程 {own:.1f} s，数据库 {base:.1f} s",
            own <= 5 and base <= 20,
            max(own, base),
        ),
        _timed(
            f"G24 {name}",
            "封存 p99 ≤ 10 s，最长 ≤ 60 s",
            f"p99 {p99:.1f} s，最长 {longest:.1f} s",
            p99 <= 10 and longest <= 60,
            longest,
        ),
    ]


def _slowest(outcome: Outcome, *words: str) -> float:
    kinds = [kind for kind in outcome.recoveries if any(word in kind for word in words)]
    return max((outcome.recovery(kind) for kind in kinds), default=0.0)


def _said(found: dict[str, list[str]], *laws: str) -> str:
    broken = [f"{law} 被破坏：{found[law][0][:80]}" for law in laws if law in found]
    return "；".join(broken) or f"{'、'.join(laws)} 成立"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows under each other; a Chinese sign is as wide as two others."""
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)


def keep(run: Run, goals: Sequence[Goal], good: bool) -> str:
    """Append the run to ``RUNS.md`` and return the line."""
    states = [goal.state for goal in goals]
    acts = "；".join(map(_acts, run.outcomes)) or "—"
    counts = "/".join(str(states.count(state)) for state in (OK, SLOW, MISSED, SKIPPED, PENDING))
    verdict = "未过" if not good else "通过" if SLOW not in states else "通过，偏慢"
    caught = f"{run.caught()}/{len(run.mutants)}"
    return _append(run.size, run.seed, acts, counts, caught, verdict)


def keep_chunk(run: Run, outcome: Outcome, which: str) -> str:
    """Append one campaign of several to ``RUNS.md``, so that a run that breaks off has shown what
    it had; return the line."""
    verdict = outcome.trouble or "、".join(sorted(outcome.findings)) or "完好"
    return _append(f"{run.size} {which}", outcome.seed, _acts(outcome), "—", "—", verdict)


def _acts(outcome: Outcome) -> str:
    return f"{outcome.vendor} {outcome.acked} 次/{outcome.kills} 杀"


def _append(size: str, seed: int, *cells: str) -> str:
    day, load = f"{datetime.now(UTC):%Y-%m-%d %H:%M}", f"{os.getloadavg()[2]:.0f}"
    acts, counts, caught, verdict = cells
    line = (
        f"| {' | '.join([day, size, str(seed), commit(), load, acts, counts, caught, verdict])} |"
    )
    with RUNS.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return line


def commit() -> str:
    """Return the commit that was tried, with a plus where files other than the log differ."""
    name = _git("describe", "--always", "--exclude=*")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!faults/RUNS.md")
    return f"{name}{'+' if changed else ''}" if name else "—"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()
