"""Who used the processors meanwhile: ourselves, the database server, and everybody else.

A rate means something only while others leave the machine alone; CPU per unit of work survives a
busy machine. So every sample carries both, and says how many cores others used.
"""

import hashlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
QUIET = 0.3  # cores that others may use before the rate of a sample counts no more
# Where the fields of /proc/PID/stat begin after the name of the program, which may hold blanks.
PARENT, USER, CHILDREN = 1, 11, 15


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, none where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[PARENT])
    return found


def family(roots: Iterable[int]) -> set[int]:
    """Return the processes ``roots`` and all that descend from them."""
    parents, known = _parents(), set(roots)
    while True:
        more = {pid for pid, parent in parents.items() if parent in known} - known
        if not more:
            return known
        known |= more


def seconds_of(roots: Iterable[int]) -> float:
    """Return the CPU seconds of ``roots`` and their descendants, those already gone included."""
    total = 0
    for pid in family(roots):
        total += sum(map(int, _stat(pid)[USER:CHILDREN]))
    return total / TICKS


def busy_seconds() -> float:
    """Return the CPU seconds that the whole machine has used since it started."""
    line = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _wait, *rest = map(int, line[:8])
    return (user + nice + system + sum(rest)) / TICKS


@dataclass(frozen=True)
class Usage:
    """What was used during a sample, in CPU seconds, and how many cores others used."""

    seconds: float
    own: float
    server: float
    foreign: float

    @property
    def quiet(self) -> bool:
        """Tell whether others left the machine alone."""
        return self.foreign < QUIET


class Meter:
    """Measures between two looks. ``own`` does the work, ``server`` keeps the data, ``crew`` is
    what the measuring itself costs; whatever is none of these is foreign."""

    def __init__(self, own: Iterable[int], server: Iterable[int], crew: Iterable[int] = ()) -> None:
        self.groups = [list(own), list(server), [os.getpid(), *crew]]
        self.before = self._look()

    def _look(self) -> tuple[float, float, list[float]]:
        known = [seconds_of(group) for group in self.groups[:2]]
        alone = sum(sum(map(int, _stat(pid)[USER : USER + 2])) for pid in self.groups[2]) / TICKS
        return time.monotonic(), busy_seconds(), [*known, alone]

    def read(self) -> Usage:
        """Return what was used since this meter was made."""
        after = self._look()
        seconds = after[0] - self.before[0]
        own, server, crew = (b - a for a, b in zip(self.before[2], after[2], strict=True))
        foreign = (after[1] - self.before[1] - own - server - crew) / seconds
        return Usage(seconds, own, server, max(0.0, foreign))


def yardstick() -> float:
    """Return how many records of 300 bytes one second of CPU hashes with SHA-256.

    A busy or slower machine shows here; what is said in units a CPU second goes with it.
    """
    record, begun, made = bytes(300), time.process_time(), 0
    while time.process_time() - begun < 0.3:
        for _n in range(1000):
            hashlib.sha256(record).digest()
        made += 1000
    return made / (time.process_time() - begun)


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = Path("/proc/meminfo").read_text().splitlines()[0].split()[1]
    return {
        "processor": names[0] if names else "?",
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory) / 2**20, 1),
        "load": [round(load, 1) for load in os.getloadavg()],
        "sha256_of_300_bytes_a_second": round(yardstick()),
    }
