"""The group «bulk»: history of elsewhere taken over by our rules, beside rows that are finished."""

import os
from pathlib import Path
from statistics import median
from typing import Any

from bench.crew import ROOT, Configuration, Crew
from bench.goals import Figure
from bench.groups import Found
from bench.meter import Meter, Usage
from bench.report import Line, show
from bench.scenarios import requests
from bench.scenarios.bulk import BATCH, BATCHES
from bench.servers import Place

REAL = ROOT.parent / "shared" / "data" / "requests311" / "boston2015_jan_aug.csv.gz"
INVENTED = 20_000
SIZES = (4_000, 16_000)  # rows, after which the memory of the command is compared
PART, LEAST = BATCH * BATCHES, 3
LIMITS = {"postgresql": "COPY", "sqlite": "executemany"}


def bulk(place: Place, seconds: float) -> Found:
    """Take over an invented file and, where it is there, a real one, on both databases.

    ``SIZE=1000000`` takes over as many invented rows, however long it takes.
    """
    wanted = int(os.environ.get("SIZE", "0"))
    invented = requests.write(place.folder / "requests.csv", wanted or INVENTED)
    files = {"invented": invented} | ({"Boston 2015": REAL} if REAL.exists() else {})
    found, box = Found([], {}), seconds / (2 * len(files))
    for vendor in LIMITS:
        for name, file in files.items():
            endless = wanted and file is invented
            _compare(place, vendor, name, file, 1e9 if endless else box, found)
    show("Bulk: events replayed, beside the same rows when finished", found.lines)
    for vendor in LIMITS:
        found.figures[f"memory_{vendor}"] = _memory(place, vendor, invented)
    return found


def _run(place: Place, vendor: str, name: str, **options: Any) -> tuple[dict[str, Any], Usage]:
    environ = place.empty(vendor, name)
    what = Configuration(name, "bench.scenarios.bulk", options, environ=environ)
    with Crew(what) as crew:
        crew.prepare()
        meter = Meter(crew.pids, [place.postgres.pid])
        return crew.check(), meter.read()


def _memory(place: Place, vendor: str, file: Path) -> Figure:
    """Return how much more memory a run needs when it has read four times as many rows."""
    options = {"file": str(file), "rows": SIZES[-1], "seconds": 1e9, "beside": False}
    told, _used = _run(place, vendor, "memory", **options)
    few, many = (told["parts"][rows // PART - 1]["memory"] for rows in SIZES)
    words = f"{few} MiB after {SIZES[0]:,} rows, {many} MiB after {SIZES[1]:,}"
    print(f"peak memory, {vendor}: {words}", flush=True)
    return Figure(many / few, words)


def _compare(
    place: Place, vendor: str, name: str, file: Path, seconds: float, found: Found
) -> None:
    options = {"file": str(file), "rows": None, "seconds": seconds, "beside": True}
    told, used = _run(place, vendor, f"bulk{name.partition(' ')[0].lower()}", **options)
    # The first part founds the units that the file names.
    parts = told["parts"][1:] if len(told["parts"]) > LEAST else told["parts"]
    limit = _line(vendor, name, LIMITS[vendor], parts, "limit_", used)
    ours = _line(vendor, name, "replay", parts, "", used)
    ours.base, ours.by_cpu, ours.ours = limit.name, not used.quiet, True
    kind = "cpu" if ours.by_cpu else "wall"
    ratios = [part[f"limit_{kind}"] / part[kind] for part in parts]
    ours.ratio, ours.ratio_low, ours.ratio_high = median(ratios), min(ratios), max(ratios)
    ours.note = f"{told['rows']:,} rows, {told['refused']:,} refused"
    found.lines += [limit, ours]
    how = f"{name}, {len(parts)} parts"
    key, figure = f"bulk_{vendor}", Figure(ours.ratio, how, rough=ours.by_cpu)
    # Of two files the dearer one counts.
    found.figures[key] = min(found.figures.get(key, figure), figure, key=lambda one: one.value)


def _line(
    vendor: str, file: str, name: str, parts: list[dict[str, float]], kind: str, used: Usage
) -> Line:
    line = Line("bulk", f"{name}, {vendor}, {file}", unit="event")
    rates = [part["events"] / part[f"{kind}wall"] for part in parts]
    if used.quiet and len(parts) >= LEAST:
        line.rate, line.low, line.high = median(rates), min(rates), max(rates)
    line.cpu_ms = median(part[f"{kind}cpu"] / part["events"] * 1000 for part in parts)
    line.kept, line.of, line.foreign = len(parts) * used.quiet, len(parts), used.foreign
    return line
