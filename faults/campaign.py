"""A campaign: clients act, nemeses strike when there was progress, and the rest is judged twice."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from faults.clients import Client, History
from faults.databases import Postgres, Sqlite
from faults.harness import Installation, dice
from faults.nemeses import Nemesis, strikes
from faults.persons import Person

PERSONS = 2  # clients with forms; the others use the door for acts
PATIENCE = 60.0  # seconds without any new act after which a campaign has failed


@dataclass(frozen=True)
class Size:
    """How large a campaign is, and how many of them with seeds of their own are summed up."""

    acks: int
    kills: int
    clients: int
    chunks: int = 1


@dataclass
class Outcome:
    """What a campaign measured, and what the two verdicts found."""

    vendor: str
    seed: int
    acked: int = 0
    kills: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: str = ""  # why it did not come to an end

    @property
    def findings(self) -> dict[str, list[str]]:
        """Return what broke, by invariant, over both verdicts."""
        found: dict[str, list[str]] = {}
        if broken := self.statuses.get(500):
            found["I10"] = [f"{broken} answers 500"]
        for verdict in self.verdicts.values():
            for name, each in verdict["findings"].items():
                found.setdefault(name, []).extend(each)
        return found

    def recovery(self, kind: str) -> float:
        """Return the 95th percentile of the seconds until the next act after such a kill."""
        times = self.recoveries.get(kind, [])
        return (
            quantiles(times, n=20, method="inclusive")[-1]
            if len(times) > 1
            else max(times, default=0.0)
        )


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return campaigns as one: counts add up, whatever broke in one is broken, delays are those of
    the worst."""
    whole = Outcome(outcomes[0].vendor, outcomes[0].seed)
    for each in outcomes:
        whole.acked, whole.kills = whole.acked + each.acked, whole.kills + each.kills
        whole.seconds += each.seconds
        whole.trouble = whole.trouble or each.trouble
        for status, times in each.statuses.items():
            whole.statuses[status] = whole.statuses.get(status, 0) + times
        for kind, times in each.recoveries.items():
            whole.recoveries.setdefault(kind, []).extend(times)
        for phase, verdict in each.verdicts.items():
            whole.verdicts[phase] = _both(whole.verdicts.get(phase, {}), verdict)
    return whole


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    found = {**one.get("findings", {})}
    for law, words in other["findings"].items():
        found[law] = [*found.get(law, []), *words]
    numbers = {key: value for key, value in other.items() if key != "findings"}
    for key, value in numbers.items():
        before = one.get(key, 0)
        numbers[key] = max(before, value) if key.startswith("delay") else before + value
    return {"findings": found, **numbers}


def run(database: Postgres | Sqlite, home: Path, folder: Path, size: Size, seed: int) -> Outcome:
    """Run one campaign over a copy of the founded zone and return its outcome."""
    outcome, began = Outcome(database.vendor, seed), time.monotonic()
    name = folder.name
    database.create(name, "founded")
    shutil.copytree(home, folder)
    there = Installation(database, name, folder)
    history = History(folder / "history.jsonl")
    try:
        there.start()
        _act(there, history, size, outcome)
    except TimeoutError as error:
        outcome.trouble = str(error)
    finally:
        there.stop()
    outcome.acked, outcome.statuses = history.acked, dict(history.statuses)
    if isinstance(database, Postgres):
        database.kill()
        database.start()
    outcome.verdicts["stopped"] = judge(there, history.path)
    there.start("web", "worker-1")
    try:
        outcome.verdicts["restarted"] = judge(there, history.path, "--settled")
    finally:
        there.stop()
    outcome.seconds = time.monotonic() - began
    return outcome


def _act(there: Installation, history: History, size: Size, outcome: Outcome) -> None:
    stop = threading.Event()
    clients = [
        (Person if number < PERSONS else Client)(
            number, there.port, history, dice(outcome.seed, f"client {number}"), stop
        )
        for number in range(size.clients)
    ]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    order = strikes(outcome.vendor, size.kills, dice(outcome.seed, "nemeses"))
    try:
        _strike(there, history, order, size.acks, outcome)
    finally:
        stop.set()
        for thread in threads:
            thread.join(180)


def _strike(
    there: Installation, history: History, order: Sequence[Nemesis], acks: int, outcome: Outcome
) -> None:
    """Let each nemesis strike after its share of fresh acts: kills by the clock hit an
    installation that is down already."""
    share, chances = acks // (len(order) + 1), dice(outcome.seed, "strikes")
    for nemesis in order:
        _await(history, history.acked + max(1, int(share * (0.5 + chances.random() / 2))))
        struck = time.monotonic()
        kills = nemesis(there, chances)
        outcome.kills += kills
        if kills:
            _await(history, history.acked + 1)
            kind = "database" if "database" in nemesis.__name__ else nemesis.__name__
            outcome.recoveries.setdefault(kind, []).append(time.monotonic() - struck)
    _await(history, acks)


def _await(history: History, acked: int) -> None:
    """Wait for so many acts. Patience begins now: what starts, or was struck, needs its time."""
    began = time.monotonic()
    while history.acked < acked:
        if time.monotonic() - max(history.last_ok, began) > PATIENCE:
            raise TimeoutError("no act went through for a minute")
        time.sleep(0.02)


def judge(there: Installation, history: Path, *words: str) -> dict[str, Any]:
    """Let a fresh process judge what is on disk; its findings by invariant."""
    done = there.manage("judge", str(history), *words)
    if done.returncode or not done.stdout.startswith("{"):
        raise subprocess.SubprocessError(f"no verdict: {done.stdout}{done.stderr}")
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict
