"""``python -m bench [GROUP …]``: measure, print the tables, keep the figures."""

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.crew import BUILD, ROOT
from bench.goals import Figure
from bench.groups import GROUPS
from bench.meter import machine
from bench.report import Line, keep, show_goals, versions
from bench.servers import Place, postgres

SETTINGS = ("server_version", "fsync", "synchronous_commit", "shared_buffers")


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
        about = {
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
            print(f"({name}: {time.monotonic() - begun:.0f} s)")
    show_goals(figures)
    keep(BUILD, about, lines, figures)
    print(f"\nkept in {BUILD.relative_to(ROOT)}/results.json")


if __name__ == "__main__":
    main()
