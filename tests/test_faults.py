"""The laboratory itself: kills enough, the same dice for the same seed, nothing broken passes."""

import ast
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from faults.campaign import Outcome, together
from faults.clients import History
from faults.goals import GOALS, MISSED, OK, PENDING, PENDINGS, SKIPPED, SLOW, of_drills
from faults.mutants import MUTANTS
from faults.nemeses import strikes
from faults.points import FAULTS, SMALL, counted, points_of
from faults.report import Run

VERDICT = {"receipts": 900, "photos": 5, "delay_p99": 1.0, "delay_max": 2.0}
VERDICT |= {"cases": 60, "steps": 200, "stuck": 0}
DUE = {"postgresql": (100, 2), "sqlite": (100, 2)}


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
@pytest.mark.parametrize("kills", [1, 10, 200])
def test_there_are_strikes_enough_and_the_seed_decides_their_order(vendor: str, kills: int) -> None:
    order = strikes(vendor, kills, random.Random(7))
    assert sum("kill" in nemesis.__name__ for nemesis in order) >= kills
    assert order == strikes(vendor, kills, random.Random(7))


def outcome(*, acked: int = 120, kills: int = 3, **found: list[str]) -> Outcome:
    verdicts = {"stopped": VERDICT | {"findings": {}}, "restarted": VERDICT | {"findings": found}}
    return Outcome("sqlite", 1, acked=acked, kills=kills, verdicts=verdicts)


def states(*outcomes: Outcome) -> dict[str, str]:
    return {goal.code: goal.state for goal in Run(1, "ci", list(outcomes)).goals(DUE)}


def test_a_sound_campaign_meets_every_goal() -> None:
    found = states(outcome())
    assert {code for code, state in found.items() if state == PENDING} == PENDINGS.keys()
    assert set(found.values()) == {OK, PENDING}


@pytest.mark.parametrize(
    ("law", "goal"),
    [
        *(("I1", "G2"), ("I2", "I2"), ("I3", "G3"), ("I4", "G5"), ("I5", "G5")),
        *(("I7", "G7"), ("I9", "I9"), ("I10", "G8"), ("I12", "I12")),
    ],
)
def test_a_broken_law_misses_its_goal(law: str, goal: str) -> None:
    found = states(outcome(**{law: ["something"]}))
    assert [code for code, state in found.items() if state == MISSED] == [f"{goal} SQLite"]


@pytest.mark.parametrize(("seconds", "state"), [(4, OK), (30, SLOW), (61, MISSED)])
def test_a_slow_recovery_is_said_and_a_standstill_is_missed(seconds: int, state: str) -> None:
    slow = outcome()
    slow.recoveries["kill_web"] = [float(seconds)]
    assert states(slow)["G9 SQLite"] == state


def test_a_worker_that_nobody_replaced_misses_its_goal() -> None:
    left = outcome()
    left.verdicts["restarted"] |= {"stuck": 1}
    assert states(left)["G21 SQLite"] == MISSED


def test_what_broke_in_one_chunk_is_broken_in_all_together() -> None:
    good, bad = outcome(), outcome(I1=["lost"])
    for pair in ([good, bad], [bad, good]):
        whole = together(pair)
        assert (whole.acked, whole.kills, whole.findings) == (240, 6, {"I1": ["lost"]})
        assert whole.verdicts["restarted"]["receipts"] == 1_800
        assert whole.verdicts["restarted"]["delay_max"] == 2.0


@pytest.mark.parametrize("short", [{"acked": 99}, {"kills": 1}])
def test_a_campaign_that_was_too_small_meets_nothing(short: dict[str, int]) -> None:
    assert OK not in states(outcome(**short)).values()


def test_a_bad_build_survives_unless_its_own_law_caught_it() -> None:
    line = {"drill": "repeats", "law": "I1", "vendor": "sqlite", "skipped": "", "findings": {}}
    caught = line | {"mutant": "caught", "findings": {"I1": ["twice"]}}
    other = line | {"mutant": "other", "findings": {"I5": ["differs"]}}
    assert Run(1, "ci", [], [caught, other]).survivors() == ["other"]


def line(drill: str, skipped: str = "", findings: dict | None = None, **measured: int) -> dict:
    words = {"drill": drill, "mutant": "", "vendor": "sqlite", "skipped": skipped}
    return words | {"findings": findings or {}, "measured": measured}


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (line("proofs", proofs=2_000), OK),
        (line("proofs", proofs=1_999), MISSED),
        (line("proofs", proofs=2_000, findings={"I3": ["differs"]}), MISSED),
        (line("full_data", skipped="no root"), SKIPPED),
    ],
)
def test_a_drill_that_did_less_than_its_size_asks_has_missed(done: dict, state: str) -> None:
    assert of_drills([done], "ci")[0].state == state


def test_points_of_failing_calls_add_up_over_drills_and_databases() -> None:
    parts = [line("broken_sealing", points=20), line("broken_backup", points=20)]
    sums = {goal.code: goal.state for goal in of_drills(parts, "ci")}
    assert sums["G13 合计"] == OK
    assert {g.code: g.state for g in of_drills(parts, "large")}["G13 合计"] == MISSED


def test_every_goal_of_a_drill_has_a_plan_and_every_plan_a_goal() -> None:
    source = Path(__file__).parents[1] / "faults" / "plans.py"
    plans = next(
        node.value
        for node in ast.parse(source.read_text()).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
    )
    assert {ast.literal_eval(key) for key in plans.keys} == GOALS.keys()


TRACE = """7  openat(AT_FDCWD, "a") = 3
7  write(3, "x", 1) = 1
7  write(3, "y", 1) = 1
8  write(1, "z", 1) = 1
"""


@pytest.mark.parametrize("size", ["ci", "large"])
def test_every_call_of_a_process_may_fail_in_every_way(size: str) -> None:
    found = {(p.call, p.number, p.fault) for p in points_of(counted(TRACE), size, random.Random(1))}
    numbered = (("openat", 1), ("write", 1), ("write", 2))
    assert found == {(*call, fault) for call in numbered for fault in FAULTS}


def test_of_many_calls_the_small_size_tries_each_kind() -> None:
    trace = "".join(f"7  {call}(3) = 0\n" * 30 for call in ("fsync", "rename", "write"))
    found = points_of(counted(trace), "ci", random.Random(1))
    assert len(set(found)) == len(found) == SMALL
    assert {point.call for point in found} == {"fsync", "rename", "write"}


def test_there_are_bad_builds_enough_and_each_has_a_drill_and_a_story() -> None:
    assert len(MUTANTS) >= 10
    assert {bad.drill for bad in MUTANTS.values()} <= GOALS.keys()
    assert all(bad.story.endswith(".") for bad in MUTANTS.values())


def test_a_repetition_is_no_fresh_act(tmp_path) -> None:
    history = History(tmp_path / "history.jsonl")
    history.note("ok", "op-1-1")
    history.note("ok", "op-1-1", again=True)
    history.close()
    assert history.acked == 1


MAKE_ALL = """
import os, django
django.setup()
from faults import mutants
for name in mutants.MUTANTS:
    child = os.fork()
    if child == 0:
        try:
            mutants.install(name)
        except BaseException as error:
            print(name, repr(error), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.mark.slow
def test_every_bad_build_still_patches_the_product(tmp_path) -> None:
    """What a patch replaces may have moved: then the bad build would be a good one."""
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "faults.settings",
        "JICENG_VAR": str(tmp_path),
        "JICENG_DATABASE_URL": "",
        "FAULTS_MUTANT": "",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MAKE_ALL],
        cwd=Path(__file__).parents[1],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
