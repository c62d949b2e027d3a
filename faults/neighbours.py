"""N12, N13: an installation beside a bad neighbour, and one that is migrated under load."""

import json
import resource
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import psutil
from django.db import connection, connections
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.loader import MigrationLoader

from faults.browsing import Browser
from faults.course import CATEGORIES
from faults.crowd import CROWD, crowd
from faults.harness import Installation
from faults.laboratory import Trial, reach
from faults.persons import Person
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.entries import RESIDENT, NewEntry, append_many
from jiceng.kernel.ledger.sealing import seal

FILES = 64  # descriptors that a process may have open
ROOM = 512 << 20  # bytes that a process may ask for beyond what it has
FLOODERS, FLOOD = 8, 50 << 20
REFUSED = {400, 413, 422, 429, 503, 507}


def bad_neighbour(trial: Trial) -> None:
    """N12: few descriptors, little memory, and uploads that nobody asked for; acts go on."""
    connections.close_all()
    there = Installation(trial.database, trial.name, trial.folder)
    try:
        with crowd(trial, there, (Person, *CROWD * 2)) as history:
            reach(history, 5)
            _cap(there)
            before = history.acked
            answers = _flood(there.port, 1 if trial.size == "ci" else 5)
            reach(history, before + 40, 120)
        trial.measured |= {"uploads": sum(answers.values()), "answers": _told(answers)}
        if odd := set(answers) - REFUSED - {0}:
            trial.broke("N12", f"uploads of 50 MB were answered {sorted(odd)}")
    finally:
        there.stop()


def _cap(there: Installation) -> None:
    """Let every process of the installation have little; one that is started anew by its master
    inherits the same."""
    for member in there.members.values():
        for one in member.family():
            with suppress(psutil.NoSuchProcess):
                one.rlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
                most = one.memory_info().vms + ROOM
                one.rlimit(resource.RLIMIT_AS, (most, most))


def _flood(port: int, rounds: int) -> Counter[int]:
    with ThreadPoolExecutor(FLOODERS) as pool:
        return Counter(pool.map(partial(_pour, port), range(FLOODERS * rounds)))


def _pour(port: int, number: int) -> int:
    """Send fifty megabytes as a photo with the form of reports, as somebody with a browser could;
    return the answer, 0 where the line was cut."""
    browser = Browser(port, f"10.9.{number}.1")
    words: dict[str, str | bytes] = {
        "category": CATEGORIES[0],
        "photos": b"\xff\xd8" + b"x" * FLOOD,
    }
    try:
        browser.ask("GET", "/report/")
        return browser.post("/report/", words)[0]
    except OSError:
        return 0


def _told(answers: Counter[int]) -> str:
    return " ".join(f"{status or '断开'}×{times}" for status, times in sorted(answers.items()))


# The code that runs does without these: what makes them can be taken back under it.
LIGHT = (AddIndex, AddConstraint)
EVENTS = {"large": 100_000}
LONGEST_WRITE = 3.0  # seconds
BATCH = 2_000


def deployed(trial: Trial) -> None:
    """N13, G20: the newest steps of the schema are taken back and made again while acts go on."""
    steps = _light_steps()
    if not steps:
        trial.skipped = "每个应用最新的迁移都是正在运行的程序所必需的"
        return
    events = EVENTS.get(trial.size, 10_000)
    _history(events)
    connections.close_all()
    there = Installation(trial.database, trial.name, trial.folder)
    took: list[float] = []
    try:
        with crowd(trial, there) as history:
            reach(history, 20)
            for _round in range(1 if trial.size == "ci" else 3):
                for app, target in (*steps, *((app, "") for app, _target in steps)):
                    began = time.time()
                    _migrate(trial, there, app, target)
                    reach(history, history.acked + 5)
                    took.append(_longest(trial, began))
        trial.measured |= {"events": events, "migrations": len(took), "longest": max(took)}
        if max(took) > LONGEST_WRITE:
            trial.broke("G20", f"a write took {max(took)} s beside a migration")
    finally:
        there.stop()


def _light_steps() -> list[tuple[str, str]]:
    """Return apps whose newest migrations make nothing but indexes and constraints, each with the
    migration before those."""
    graph, steps = MigrationLoader(connection).graph, []
    for app, newest in graph.leaf_nodes():
        name = newest
        while all(isinstance(each, LIGHT) for each in graph.nodes[app, name].operations):
            name = next(parent for mine, parent in graph.node_map[app, name].parents if mine == app)
        if name != newest:
            steps.append((app, name))
    return steps


def _history(events: int) -> None:
    """Write and seal a long history, so that there is something to migrate beside."""
    at = clock.read() - timedelta(hours=1)
    for start in range(0, events, BATCH):
        append_many(
            NewEntry("test.case.noted", f"test.case:{number}", RESIDENT, at, {"n": number})
            for number in range(start, start + BATCH)
        )
        seal(at)


def _migrate(trial: Trial, there: Installation, app: str, target: str) -> None:
    done = there.manage("migrate", app, *([target] if target else []), "-v0")
    if done.returncode:
        trial.broke("G20", f"migrate {app} {target}: {done.stderr[-200:]}")


def _longest(trial: Trial, began: float) -> float:
    """Return the seconds of the longest act since then."""
    lines = map(json.loads, trial.history.read_text().splitlines())
    return max((line["took"] for line in lines if line["t"] > began and "took" in line), default=0)
