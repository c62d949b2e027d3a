"""``python -m bench.province``: what a province would need, from the CPU that an act needs here.

Arithmetic on measured figures and on assumptions that are named: no such load was run.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.crew import BUILD
from bench.report import number, table

ACTS = 7  # durable transactions of a case


@dataclass(frozen=True)
class Assumed:
    """How much a province asks. Working hours: 250 days of eight hours."""

    people: int = 60_000_000
    reports: float = 0.5  # a head a year
    peak: float = 3.0  # the busiest hour ÷ the mean working hour
    views: float = 3.0  # pages opened before each act
    hours: int = 2_000  # in which a year's work is done
    busy: float = 0.5  # how much of a core may be used at the peak


@dataclass(frozen=True)
class Measured:
    """What one machine measured: CPU milliseconds of a case over HTTP, application and database
    apart; of a page; bytes a case."""

    case_app: float
    case_server: float
    page: float
    bytes: float


@dataclass(frozen=True)
class Need:
    """What follows."""

    cases_a_year: float
    cases_a_second: float
    acts_a_second: float
    app_cores: float
    server_cores: float
    page_cores: float
    gigabytes_a_year: float


def need(assumed: Assumed, measured: Measured) -> Need:
    """Return what a province needs at its peak.

    cases a second = people × reports ÷ working seconds × peak
    cores          = cases a second × CPU seconds a case ÷ the share that may be busy
    """
    cases = assumed.people * assumed.reports
    rate = cases / (assumed.hours * 3600) * assumed.peak

    def cores(milliseconds: float) -> float:
        return rate * milliseconds / 1000 / assumed.busy

    return Need(
        cases_a_year=cases,
        cases_a_second=rate,
        acts_a_second=rate * ACTS,
        app_cores=cores(measured.case_app),
        server_cores=cores(measured.case_server),
        page_cores=cores(ACTS * assumed.views * measured.page),
        gigabytes_a_year=cases * measured.bytes / 1e9,
    )


def measured_here() -> Measured | None:
    """Return what the last runs measured, ``None`` where either is missing."""
    found = [BUILD / name for name in ("results.json", "growth.json")]
    if not all(path.exists() for path in found):
        return None
    results, growth = (json.loads(path.read_text()) for path in found)
    return measured_in(results, growth)


def measured_in(results: Mapping[str, Any], growth: Mapping[str, Any]) -> Measured | None:
    """Return what two files of results say; of the pages the dearest of the daily ones counts."""
    lines = [
        line for line in results["lines"] if (line["group"], line["name"]) == ("http", "ours × 4")
    ]
    pages = [
        page["cpu"]
        for page in growth["pages"]
        if page["vendor"] == "postgresql" and page["name"] in ("inbox", "case", "list")
    ]
    sizes = [size for size in growth["sizes"] if size["vendor"] == "postgresql"]
    if not (lines and lines[0]["cpu_ms"] and pages and sizes):
        return None
    whole, server = lines[0]["cpu_ms"], lines[0]["server_ms"]
    largest = max(sizes, key=lambda size: int(size["cases"]))
    return Measured(whole - server, server, max(pages), largest["bytes"] / largest["cases"])


def rows(assumed: Assumed, measured: Measured) -> Iterator[tuple[str, str, str]]:
    """Yield what is needed, line by line: what, how much, and how that comes."""
    found, share = need(assumed, measured), f"÷ {number(assumed.busy)}"
    rate = number(found.cases_a_second)
    yield (
        "cases a year",
        number(found.cases_a_year),
        f"{assumed.people:,} people × {number(assumed.reports)} (assumed)",
    )
    yield (
        "cases a second at the peak",
        rate,
        f"÷ {assumed.hours:,} h × {number(assumed.peak)} (assumed)",
    )
    yield "acts a second at the peak", number(found.acts_a_second), f"× {ACTS}"
    yield (
        "cores of the application, acts",
        number(found.app_cores),
        f"{rate} × {number(measured.case_app)} ms {share}",
    )
    yield (
        "cores of the database, acts",
        number(found.server_cores),
        f"{rate} × {number(measured.case_server)} ms {share}",
    )
    yield (
        "cores for pages, both",
        number(found.page_cores),
        f"{rate} × {ACTS} × {number(assumed.views)} (assumed) × {number(measured.page)} ms {share}",
    )
    yield (
        "gigabytes a year, without photos",
        number(found.gigabytes_a_year),
        f"{number(measured.bytes / 1000)} kB a case",
    )


def main() -> None:
    """Print what a province needs, for few reports a head and for many."""
    measured = measured_here()
    if measured is None:
        raise SystemExit("first `make bench` and `make bench-growth`: nothing is measured yet")
    for reports in (0.1, 0.5, 1.0):
        print(f"\n{table(('a province', '', 'how'), rows(Assumed(reports=reports), measured))}")


if __name__ == "__main__":
    main()
