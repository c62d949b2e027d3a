"""The bench: one process that has loaded the product once and forks for every trial.

A trial is a drill over a fresh copy of the founded zone, made by the product or by a known-bad
build of it; a clean fork judges what it left, so that no mutant judges itself.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections

from faults import invariants, mutants
from faults.acting import perform
from faults.clients import Client, History
from faults.databases import Postgres, Sqlite
from faults.harness import dice, die_with_parent
from jiceng.kernel.base import clock
from jiceng.kernel.ledger import followers, sealing
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.ui.errors import refusal_of

Findings = dict[str, list[str]]
LONGEST = {"large": 1_500.0}  # seconds of one trial; others get 600


@dataclass
class Trial:
    """One drill over one database; what it finds itself goes into ``findings``, what it measured
    into ``measured``."""

    database: Postgres | Sqlite
    name: str
    folder: Path
    seed: int
    size: str
    findings: Findings = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""

    @property
    def history(self) -> Path:
        """Return where the clients of this trial write."""
        return self.folder / "history.jsonl"

    def dice(self, what: str) -> Random:
        """Return the chances of one part of the trial."""
        return dice(self.seed, f"{self.name} {what}")

    def broke(self, law: str, words: str) -> None:
        """Note that a law was broken."""
        self.findings.setdefault(law, []).append(words)

    def enter(self) -> None:
        """Let this process stand on the database and the folder of the trial."""
        file = self.database.folder / f"{self.name}.sqlite3"
        name = str(file) if self.database.vendor == "sqlite" else self.name
        connections.settings["default"]["NAME"] = name
        settings.LEDGER_KEY_FILE = self.folder / "ledger_key.pem"
        settings.LEDGER_ANCHOR_FILE = self.folder / "checkpoints.jsonl"
        settings.MEDIA_ROOT = self.folder / "attachments"


class Hand(Client):
    """A client that acts in its own thread, without a web between."""

    def _send(self, asked: Any) -> tuple[int, Any]:
        close_old_connections()
        try:
            return 200, perform(asked, clock.read())
        except Exception as error:
            refusal = refusal_of(error)
            close_old_connections()
            return (refusal.status, {"code": refusal.code}) if refusal else (500, {})

    def _receipt(self, uid: str) -> dict[str, Any]:
        try:
            return receipt_for(uid)
        except Exception:
            close_old_connections()
            return {}


@contextmanager
def hands(trial: Trial, count: int, twice: float = 0.1) -> Iterator[History]:
    """Let ``count`` clients act beside what happens inside the block."""
    history, stop = History(trial.history), threading.Event()
    clients = [Hand(n, 0, history, trial.dice(f"hand {n}"), stop) for n in range(count)]
    threads = [threading.Thread(target=run_then_close, args=[each.run]) for each in clients]
    for client, thread in zip(clients, threads, strict=True):
        client.patience, client.twice = 6.0, twice
        thread.start()
    try:
        yield history
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        history.close()


def run_then_close(work: Callable[[], None]) -> None:
    """Do the work of a thread and leave no connection behind."""
    try:
        work()
    finally:
        connections.close_all()


def reach(history: History, acked: int, seconds: float = 60) -> None:
    """Wait until so many acts were acknowledged; raise ``TimeoutError`` where they are not."""
    until = time.monotonic() + seconds
    while history.acked < acked and time.monotonic() < until:
        time.sleep(0.01)
    if history.acked < acked:
        raise TimeoutError(f"{history.acked} acts of {acked} went through")


@contextmanager
def worker(pause: float = 0.05) -> Iterator[None]:
    """Seal and follow beside the block, and once more after it until all is quiet."""
    stop = threading.Event()
    thread = threading.Thread(target=run_then_close, args=[lambda: _work(stop, pause)])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        quiet()


def _work(stop: threading.Event, pause: float) -> None:
    while not stop.is_set():
        work_once()
        time.sleep(pause)


def work_once() -> None:
    """Do what the worker does in one second, whatever stands in its way."""
    close_old_connections()
    with suppress(Exception):
        sealing.seal(clock.read())
        followers.run_followers(clock.read())


def quiet(seconds: float = 3.0) -> None:
    """Work on until nothing is left to do, as far as there is time."""
    from faults.management.commands.judge import at_peace

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        work_once()
        if at_peace():
            return
        time.sleep(0.1)


Drill = Callable[[Trial], None]


@dataclass(frozen=True)
class Plan:
    """A drill, the laws by which a clean fork judges what it left, where it says something, and in
    which sizes it is made."""

    drill: Drill
    laws: tuple[invariants.Invariant, ...] = ()
    vendors: tuple[str, ...] = ("postgresql", "sqlite")
    sizes: tuple[str, ...] = ()  # empty: in each


def attempt(plan: Plan, trial: Trial, home: Path, mutant: str = "") -> dict[str, Any]:
    """Carry out one trial in forks of this process; return findings, measures and seconds."""
    began = time.monotonic()
    shutil.copytree(home, trial.folder)
    trial.database.create(trial.name, "founded")
    result = forked(lambda: _drill(plan, trial, mutant), trial.size)
    if plan.laws and not result["skipped"] and not result["findings"].get("BENCH"):
        judged = forked(lambda: _judge(plan, trial), trial.size)
        result["findings"] |= judged["findings"]
    result["findings"] = {law: words[:6] for law, words in result["findings"].items()}
    return result | {"seconds": round(time.monotonic() - began, 1)}


def _drill(plan: Plan, trial: Trial, mutant: str) -> dict[str, Any]:
    trial.enter()
    if mutant:
        mutants.install(mutant)
    plan.drill(trial)
    return {
        "findings": trial.findings,
        "measured": trial.measured,
        "skipped": trial.skipped,
    }


def _judge(plan: Plan, trial: Trial) -> dict[str, Any]:
    trial.enter()
    lines = trial.history.read_text().splitlines() if trial.history.exists() else []
    found = invariants.break_of(plan.laws, invariants.read_history(lines))
    return {"findings": found}


def forked(work: Callable[[], dict[str, Any]], size: str) -> dict[str, Any]:
    """Do the work in a fork and return what it says; one that dies or hangs says so itself."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setsid()
        die_with_parent()
        _say(work, writing)
    os.close(writing)
    alarm = threading.Timer(LONGEST.get(size, 600.0), lambda: os.killpg(child, signal.SIGKILL))
    alarm.start()
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    alarm.cancel()
    failed = {"findings": {"BENCH": ["the trial died"]}, "measured": {}, "skipped": ""}
    return json.loads(said) if said else failed


def _say(work: Callable[[], dict[str, Any]], writing: int) -> None:
    """Write what the work returns and leave without any clean-up of the parent's."""
    import traceback

    try:
        said = work()
    except BaseException:
        words = traceback.format_exc()
        print(words, file=sys.stderr)
        said = {"findings": {"BENCH": [words[-300:]]}, "measured": {}, "skipped": ""}
    os.write(writing, json.dumps(said, ensure_ascii=False, default=str).encode())
    os._exit(0)
