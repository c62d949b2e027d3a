"""G22: the long walk of the suite, every move in any order by anybody, counted here."""

import os
import re
import subprocess
import sys

from faults.invariants import ROOT
from faults.laboratory import Trial

WALK = "jiceng/systems/grid/tests/test_walk_of_all.py"
ROUNDS = {"large": 4}
OURS = ("DJANGO_SETTINGS_MODULE", "JICENG_")


def walks(trial: Trial) -> None:
    """Walk with fresh dice, each round in a process and on a database of its own."""
    words = [sys.executable, "-m", "pytest", "-n0", "-q", "-s", "-p", "no:cacheprovider", WALK]
    surroundings = {name: v for name, v in os.environ.items() if not name.startswith(OURS)}
    steps = 0
    for _round in range(ROUNDS.get(trial.size, 1)):
        done = subprocess.run(
            words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
        )
        steps += sum(map(int, re.findall(r"JICENG_WALK_STEPS=(\d+)", done.stdout)))
        if done.returncode:
            seeds = re.findall(r"JICENG_WALK_SEED=\d+", done.stdout)
            trial.broke("G22", f"{seeds[-1:]} {done.stdout[-300:]}{done.stderr[-200:]}")
    trial.measured["steps"] = steps
