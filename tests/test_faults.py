"""The laboratory itself: kills enough, the same dice for the same seed, nothing broken passes."""

import random

import pytest

from faults.campaign import Outcome
from faults.clients import History
from faults.mutants import MUTANTS
from faults.nemeses import strikes
from faults.report import GOALS, MISSED, OK, SLOW, Run

VERDICT = {"receipts": 900, "photos": 5, "delay_p99": 1.0, "delay_max": 2.0}
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
    assert set(states(outcome()).values()) == {OK}


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


@pytest.mark.parametrize("short", [{"acked": 99}, {"kills": 1}])
def test_a_campaign_that_was_too_small_meets_nothing(short: dict[str, int]) -> None:
    assert OK not in states(outcome(**short)).values()


def test_a_bad_build_survives_unless_its_own_law_caught_it() -> None:
    line = {"drill": "repeats", "law": "I1", "vendor": "sqlite", "skipped": "", "findings": {}}
    caught = line | {"mutant": "caught", "findings": {"I1": ["twice"]}}
    other = line | {"mutant": "other", "findings": {"I5": ["differs"]}}
    assert Run(1, "ci", [], [caught, other]).survivors() == ["other"]


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
