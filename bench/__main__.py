"""``python -m bench [GROUP …]``: measure, print the tables, keep the figures."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import rates
from bench.charts import draw
from bench.crew import BUILD, ROOT
from bench.goals import Figure
from bench.groups import Found, on_postgresql, on_sqlite, with_eight_clients
from bench.meter import machine
from bench.quick import queries
from bench.report import Line, keep, show_goals, versions
from bench.servers import Place, postgres
from bench.taking_over import bulk
from bench.web import over_http

# What is measured, and the share of the time that each has.
GROUPS: dict[str, tuple[Callable[[Place, float], Found], float]] = {
    "queries": (queries, 0.0),
    "pg": (on_postgresql, 0.22),
    "pg8": (with_eight_clients, 0.13),
    "sqlite": (on_sqlite, 0.09),
    "http": (over_http, 0.2),
    "bulk": (bulk, 0.1),
    "ledger": (rates.ledger, 0.06),
    "tree": (rates.tree, 0.04),
    "clock": (rates.clock, 0.04),
    "writers": (rates.writers, 0.06),
}
TITLES = {
    "pg": "In process, PostgreSQL, one client",
    "pg8": "In process, PostgreSQL, eight clients beside one",
    "sqlite": "In process, SQLite (WAL, FULL), one client",
    "http": "Over HTTP, PostgreSQL, two workers",
    "bulk": "Taking over history",
    "ledger": "Ledger",
    "tree": "Merkle tree",
    "clock": "Deadlines in workdays",
    "writers": "SQLite, many writers",
}
SETTINGS = ("server_version", "fsync", "synchronous_commit", "shared_buffers")


def subtitle(about: dict[str, Any]) -> str:
    """Return in a line what a chart was measured on."""
    made = about["machine"]
    cores = f"{made['processor']}, {made['cores']} cores"
    return f"{about['at'][:10]} · {cores} · PostgreSQL {about['postgresql']['server_version']}"


def main() -> None:
    """Measure the groups that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="all where none is named")
    chosen = parser.parse_args().groups or list(GROUPS)
    seconds = float(os.environ.get("BENCH_SECONDS", "600"))
    BUILD.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    figures: dict[str, Figure] = {}
    with (
        tempfile.TemporaryDirectory(prefix="jiceng-bench-") as folder,
        postgres(Path(folder)) as pg,
    ):
        about: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": versions(),
            "postgresql": {name: pg.said(name) for name in SETTINGS},
            "seconds": seconds,
        }
        print("\n".join(f"{name}: {value}" for name, value in about.items()))
        place = Place(Path(folder), pg)
        for name in chosen:
            begun = time.monotonic()
            measure, share = GROUPS[name]
            found = measure(place, share * seconds)
            lines += found.lines
            figures |= found.figures
            keep(BUILD, about, lines, figures)
            draw(ROOT / "docs" / "images", TITLES, subtitle(about), found.lines)
            print(f"({name}: {time.monotonic() - begun:.0f} s)")
    show_goals(figures)
    print(f"\nkept in {BUILD.relative_to(ROOT)}/results.json")


if __name__ == "__main__":
    main()
