"""What was measured of pages at several sizes, and what that says of growth."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Page:
    """One page on one database at one size: milliseconds on the wall and of CPU, statements."""

    vendor: str
    size: int
    name: str
    wall: float
    wall_late: float
    cpu: float
    cpu_late: float
    statements: int
    whole: list[Any] = field(default_factory=list)


def late(values: Sequence[float]) -> float:
    """Return what nineteen of twenty stay below."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def page_of(vendor: str, size: int, name: str, took: list[list[float]], seen: Any) -> Page:
    """Return what the requests of a page say."""
    walls, cpus = ([row[place] for row in took] for place in (0, 1))
    return Page(
        vendor,
        size,
        name,
        statistics.median(walls),
        late(walls),
        statistics.median(cpus),
        late(cpus),
        seen["statements"],
        seen["whole"],
    )


@dataclass
class Growth:
    """All of it: the pages, what was found beside them, and how busy others were meanwhile."""

    pages: list[Page] = field(default_factory=list)
    sizes: list[dict[str, Any]] = field(default_factory=list)
    foreign: float = 0.0

    def pairs(self) -> list[tuple[Page, Page]]:
        """Return each page at the smallest size beside the same at the largest."""
        found = []
        for vendor, name in dict.fromkeys((page.vendor, page.name) for page in self.pages):
            same = [page for page in self.pages if (page.vendor, page.name) == (vendor, name)]
            same.sort(key=lambda page: page.size)
            found.append((same[0], same[-1]))
        return found

    def faults(self) -> list[str]:
        """Return what no busy machine excuses: more statements, or a large table read whole."""
        more = [
            f"{big.vendor}, {big.name}: {small.statements} statements become {big.statements}"
            for small, big in self.pairs()
            if big.statements > small.statements
        ]
        whole = [
            f"{big.vendor}, {big.name}: reads {', '.join(tables)}"
            for _small, big in self.pairs()
            for _statement, tables in big.whole
        ]
        return more + list(dict.fromkeys(whole))


def ratio(small: Page, big: Page) -> tuple[float, float, float]:
    """Return how much dearer the larger is: late on the wall, CPU in the middle, CPU late."""
    return big.wall_late / small.wall_late, big.cpu / small.cpu, big.cpu_late / small.cpu_late
