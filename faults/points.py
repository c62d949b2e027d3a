"""Which calls of a process there are to fail, and which of them a run lets fail."""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random

FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
# A backup copies page after page by the same call; of more alike than these as many by lot.
ALIKE = 24
SMALL = 14  # points of each of the two commands in the small size


@dataclass(frozen=True)
class Point:
    """One call of a process, and what becomes of it."""

    call: str
    number: int
    fault: str

    def __str__(self) -> str:
        return f"{self.call} {self.number} {self.fault}"


def counted(seen: str) -> Counter[str]:
    """Count the calls in a trace by kind, as strace counts them: for each process of its own."""
    by_process = Counter(re.findall(r"^(\d+) +(\w+)\(", seen, re.MULTILINE))
    most: Counter[str] = Counter()
    for (_pid, call), times in by_process.items():
        most[call] = max(most[call], times)
    return most


def points_of(counts: Counter[str], size: str, chances: Random) -> list[Point]:
    """Return every point, or in the small size some by lot, of each kind of call at least one."""
    every = [
        Point(call, number, fault)
        for call, times in sorted(counts.items())
        for number in _numbers(times, chances)
        for fault in FAULTS
    ]
    if size == "large":
        return every
    few = [chances.choice([p for p in every if p.call == call]) for call in sorted(counts)]
    others = [point for point in every if point not in few]
    return few + chances.sample(others, min(max(SMALL - len(few), 0), len(others)))


def _numbers(times: int, chances: Random) -> list[int]:
    numbers = range(1, times + 1)
    return sorted({1, times, *chances.sample(numbers, ALIKE)}) if times > ALIKE else list(numbers)
