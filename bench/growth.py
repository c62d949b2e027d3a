"""``python -m bench.growth``: do pages stay as fast when there are ten times as many cases?

The same zone with 10 000 and 100 000 cases, each in a database of its own, asked in turns, on both
databases. ``SIZES=10000,100000,1000000`` for more. Exit code 1: a page asks more statements, or
reads a large table from end to end.
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.charts import chart
from bench.crew import BUILD, ROOT, Configuration, Crew
from bench.meter import Meter, machine
from bench.pages import Growth, Page, page_of, ratio
from bench.report import Line, number, table, versions
from bench.servers import Place, postgres

SIZES = "10000,100000"
VENDORS = ("postgresql", "sqlite")
TURNS, ROUNDS = 8, 5  # forty requests of each page, the sizes in turns
FLAT = 1.5
PLAYER = "bench.scenarios.growing"


def laid(place: Place, vendor: str) -> dict[str, str]:
    """Found the demo zone in a database that is copied afterwards."""
    environ = place.empty(vendor, "demo")
    with Crew(Configuration("demo", PLAYER, environ=environ)) as crew:
        crew.prepare()
    return environ


def copied(place: Place, vendor: str, source: dict[str, str], name: str) -> dict[str, str]:
    """Copy database and data folder, so that each size has its own ledger."""
    var = place.folder / f"{name}-{vendor}"
    shutil.copytree(source["JICENG_VAR"], var)
    if vendor == "sqlite":
        with (
            closing(sqlite3.connect(place.sqlite("demo"))) as old,
            closing(sqlite3.connect(place.sqlite(name))) as new,
        ):
            old.backup(new)
        url = source["JICENG_DATABASE_URL"].replace("demo.sqlite3", f"{name}.sqlite3")
    else:
        with psycopg.connect(place.postgres.uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE demo')
        url = source["JICENG_DATABASE_URL"].replace("/demo", f"/{name}")
    return {"JICENG_DATABASE_URL": url, "JICENG_VAR": str(var)}


def measured(place: Place, vendor: str, sizes: Sequence[int], found: Growth) -> None:
    """Measure all sizes on one database, in turns."""
    source = laid(place, vendor)
    with ExitStack() as stack:
        crews = {}
        for size in sizes:
            environ = copied(place, vendor, source, f"cases{size}")
            what = Configuration("growth", PLAYER, environ=environ, calls=ROUNDS)
            crews[size] = stack.enter_context(Crew(what))
            crews[size].all(do="ready", units=size)
            print(f"({vendor}: {size:,} cases)", flush=True)
        pids = [pid for crew in crews.values() for pid in crew.pids]
        meter, took = Meter(pids, [place.postgres.pid]), dict[int, Any]()
        for _turn in range(TURNS):
            for size, crew in crews.items():
                [played] = crew.play(0)
                took[size] = played["took"]
        found.foreign = max(found.foreign, meter.read().foreign)
        for size, crew in crews.items():
            seen = crew.check()
            pages = seen.pop("pages")
            found.sizes.append({"vendor": vendor, "size": size, **seen})
            found.pages += [
                page_of(vendor, size, name, rows, pages[name]) for name, rows in took[size].items()
            ]


def show(found: Growth) -> None:
    """Print the tables."""
    timed = ("wall ms", "p95", "CPU ms", "p95", "p95 ÷", "CPU ÷")
    head = ("page", "cases", "statements", *timed, "read whole")
    smallest = {(small.vendor, small.name): small for small, _big in found.pairs()}
    for vendor in dict.fromkeys(page.vendor for page in found.pages):
        rows = []
        for page in sorted(found.pages, key=lambda page: page.name):
            if page.vendor == vendor:
                small = smallest[vendor, page.name]
                rows.append(_row(page, small))
        print(f"\n\033[1m{vendor}\033[0m\n{table(head, rows)}")
    for size in found.sizes:
        rows_a_second = f"{size['ledger']['wall']:,.0f} rows/s on the wall"
        print(
            f"{size['vendor']}, {size['cases']:,} cases, {size['open_steps']:,} open steps:"
            f" {size['ledger']['rows']:,} ledger rows verified, {rows_a_second},"
            f" {size['ledger']['cpu']:,.0f} a CPU second of the verifier"
        )
    print(f"others used up to {found.foreign:.1f} cores meanwhile")


def _row(page: Page, small: Page) -> list[str]:
    late_ratio, cpu_ratio, _late = ratio(small, page)
    figures = [page.wall, page.wall_late, page.cpu, page.cpu_late]
    grown = [number(late_ratio), number(cpu_ratio)] if page is not small else ["", ""]
    whole = ", ".join(dict.fromkeys(name for _statement, names in page.whole for name in names))
    return [
        page.name,
        f"{page.size:,}",
        str(page.statements),
        *map(number, figures),
        *grown,
        whole,
    ]


def lines_of(found: Growth, vendor: str) -> list[Line]:
    """Return the pages as bars of a chart: requests a second of CPU, the smallest size as base."""
    lines = []
    for small, big in found.pairs():
        if big.vendor == vendor:
            lines.append(Line("growth", f"{big.name}, {small.size:,}", cpu_ms=small.cpu))
            line = Line("growth", f"… {big.size:,}", cpu_ms=big.cpu, ours=True)
            line.base, line.ratio, line.by_cpu = f"{small.size:,}", small.cpu / big.cpu, True
            lines.append(line)
    for line in lines:
        line.unit = "request"
    return lines


def keep(found: Growth) -> None:
    """Write what was found, and a chart for each database."""
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "foreign": found.foreign,
        "faults": found.faults(),
        "dearest": max((ratio(*pair)[1] for pair in found.pairs()), default=None),
        "flat": FLAT,
        "sizes": found.sizes,
        "pages": [asdict(page) for page in found.pages],
    }
    (BUILD / "growth.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    for vendor in VENDORS:
        drawn = chart(f"Growth, {vendor}", str(about["at"])[:10], lines_of(found, vendor))
        (ROOT / "docs" / "images" / f"bench-growth-{vendor}.svg").write_text(drawn)


def main() -> int:
    """Measure on both databases; return 1 where a gate is missed."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("vendors", nargs="*", default=VENDORS, help="postgresql, sqlite, or both")
    chosen = parser.parse_args()
    sizes = sorted(map(int, os.environ.get("SIZES", SIZES).split(",")))
    found = Growth()
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jiceng-bench-") as name:
        folder = Path(name)
        with postgres(folder) as server:
            for vendor in chosen.vendors:
                measured(Place(folder, server), vendor, sizes, found)
    show(found)
    keep(found)
    grown = [pair for pair in found.pairs() if ratio(*pair)[1] > FLAT]
    for small, big in grown:
        print(f"grows: {big.vendor}, {big.name}, CPU × {number(ratio(small, big)[1])}")
    for fault in found.faults():
        print(f"fault: {fault}")
    print(f"\nkept in {BUILD.relative_to(ROOT)}/growth.json")
    return 1 if grown or found.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
