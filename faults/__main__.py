"""``python -m faults``: campaigns on both databases, drills, known-bad builds, one table."""

import argparse
import json
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faults.campaign import Outcome, Size, run, together
from faults.databases import PYTHON, Postgres, Sqlite, founded, release, surroundings, workplace
from faults.goals import MISSED, PENDING, SKIPPED, Goal, Line
from faults.report import Run, keep, keep_chunk, table

SIZES = {
    "ci": {"postgresql": Size(2_000, 20, 12), "sqlite": Size(1_000, 10, 8)},
    "large": {"postgresql": Size(2_000, 40, 16, chunks=5), "sqlite": Size(1_000, 17, 16, chunks=3)},
    # For those who work on the laboratory itself; its goals count as missed.
    "tiny": {"postgresql": Size(150, 5, 6), "sqlite": Size(100, 3, 6)},
}


BENCHES: list[subprocess.Popen[str]] = []


def main() -> int:
    """Run everything of one size; return 0 where every goal is met and every bad build caught."""
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, _break_off)
    options = _options()
    trial, began = Run(options.seed, options.size), time.monotonic()
    _say(f"种子 {trial.seed}，规模 {trial.size}（重做：make faults SEED={trial.seed}）")
    with workplace() as place:
        every = Postgres(Path(place) / "pg"), Sqlite(Path(place) / "sqlite")
        databases = [each for each in every if each.vendor in options.on]
        try:
            _say("建立演示区")
            _together(lambda each: founded(each, _home(each)), databases)
            for each in databases:
                if "campaign" in options.parts:
                    trial.outcomes.append(_campaigns(each, trial))
            if "lab" in options.parts:
                _say("演练与已知坏版本")
                for lines in _together(lambda each: _lab(each, trial, options.only), databases):
                    trial.lines += lines
        finally:
            for each in databases:
                each.stop("immediate")
            release(Path(place))
    return _conclude(trial, time.monotonic() - began, kept=not options.only)


def _break_off(*_signal: object) -> None:
    """End what runs beside us, then clean up like after any other end."""
    for bench in BENCHES:
        bench.kill()
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--parts", default="campaign,lab")
    parser.add_argument("--on", default="postgresql,sqlite")
    parser.add_argument("--only", default="", help="drills or bad builds by name; not kept")
    return parser.parse_args()


def _say(words: str) -> None:
    print(f"· {words}", flush=True)


def _home(database: Postgres | Sqlite) -> Path:
    return database.folder.with_name(f"{database.folder.name}-home")


def _together(work: Callable, databases: list[Postgres | Sqlite]) -> list:
    with ThreadPoolExecutor(len(databases)) as pool:
        return list(pool.map(work, databases))


def _campaigns(database: Postgres | Sqlite, trial: Run) -> Outcome:
    """Run the campaigns of one database, each with a seed of its own; return them as one."""
    size, outcomes = SIZES[trial.size][database.vendor], []
    for number in range(size.chunks):
        outcomes.append(_campaign(database, size, trial.seed + number))
        if size.chunks > 1:
            _say(f"  {keep_chunk(trial, outcomes[-1], f'{number + 1}/{size.chunks}')}")
    return together(outcomes)


def _campaign(database: Postgres | Sqlite, size: Size, seed: int) -> Outcome:
    _say(f"{database.vendor}：{size.clients} 个客户端，≥ {size.acks} 次确认，≥ {size.kills} 次杀")
    folder = database.folder.with_name(f"{database.folder.name}_campaign_{seed}")
    outcome = run(database, _home(database), folder, size, seed)
    shutil.rmtree(folder)
    _say(f"  {outcome.acked} 次确认，{outcome.kills} 次杀，{outcome.seconds:.0f} 秒")
    for law, words in outcome.findings.items():
        print(f"    {law}: {words}", flush=True)
    return outcome


def _lab(database: Postgres | Sqlite, trial: Run, only: str) -> list[Line]:
    words = ["lab", str(database.folder), str(_home(database)), "--seed", str(trial.seed)]
    with subprocess.Popen(
        [*PYTHON, "manage.py", *words, "--size", trial.size, "--only", only],
        env=surroundings(database.url("founded"), _home(database)),
        stdout=subprocess.PIPE,
        text=True,
    ) as bench:
        BENCHES.append(bench)
        assert bench.stdout is not None
        lines = [_heard(json.loads(line)) for line in bench.stdout if line.startswith("{")]
    if bench.returncode:
        raise subprocess.SubprocessError(f"the bench of {database.vendor} broke down")
    return lines


def _heard(line: Line) -> Line:
    """Say that a trial has ended; the table at the end says what it means."""
    found = "、".join(sorted(line["findings"])) or line["skipped"] or "成立"
    name = f"{line['drill']} {line['mutant']}".strip()
    _say(f"  {line['vendor']} {name}：{found}，{line['seconds']:.0f} 秒")
    return line


def _conclude(trial: Run, seconds: float, *, kept: bool) -> int:
    due = {
        vendor: (size.acks * size.chunks, size.kills * size.chunks)
        for vendor, size in SIZES[trial.size].items()
    }
    goals = trial.goals(due)
    survivors = trial.survivors()
    good = not survivors and not any(goal.state == MISSED for goal in goals)
    print(table([("目标", "应有", "测得", ""), *map(_row, goals)]) + "\n")
    print(table([("已知坏版本", "应由", "实由"), *trial.mutants]))
    for goal in (goal for goal in goals if goal.state in (SKIPPED, PENDING)):
        print(f"!! {goal.state} {goal.code}：{goal.measured}")
    for name in survivors:
        print(f"!! 未被发现的坏版本：{name}")
    _say(f"{seconds:.0f} 秒{f'；{keep(trial, goals, good)}' if kept else ''}")
    return 0 if good else 1


def _row(goal: Goal) -> tuple[str, str, str, str]:
    return goal.code, goal.due, goal.measured, goal.state


if __name__ == "__main__":
    sys.exit(main())
