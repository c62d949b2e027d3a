"""What one case costs, act by act: statements, CPU here, CPU of the server; and why.

.venv/bin/python -m bench.profile                       both databases
.venv/bin/python -m bench.profile postgresql --sql      with the statements of each act
.venv/bin/python -m bench.profile sqlite --why open     with a profile of one act
.venv/bin/python -m bench.profile --keep                keeps it for docs/performance.md
"""

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.crew import BUILD, Configuration, Crew
from bench.report import number, table
from bench.scenarios.opening import Untimed, open_application
from bench.scenarios.queries import counts, listen
from bench.servers import Place, postgres
from bench.shares import shares, told

CASES = 40


class Player(Untimed):
    """Walks cases and notes what each act costs."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.why = options["why"]

    def check(self) -> dict[str, Any]:
        """Return per act what it asked and what it cost, and the profile that was wanted."""
        from bench.scenarios import stage

        troupe = stage.troupe()
        troupe.ready(3 * CASES)
        for _n in range(CASES // 4):
            troupe.play()
        asked = self._asked(troupe)
        here, server = self._costs(troupe)
        dearest = max(here, key=lambda name: here[name] + server[name])
        profile = self._profile(troupe, self.why or dearest)
        found = {"asked": asked, "here": here, "server": server, "dearest": self.why or dearest}
        return found | {"shares": shares(profile), "why": told(profile) if self.why else ""}

    def _asked(self, troupe: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}

        def around(name: str, act: Callable[[], Any]) -> Any:
            result, found[name] = listen(act)
            return result

        troupe.play(around)
        return found

    def _costs(self, troupe: Any) -> tuple[dict[str, float], dict[str, float]]:
        """Return the CPU milliseconds of this thread and of the server's process, by act."""
        read = self._server_clock()
        here: defaultdict[str, float] = defaultdict(float)
        server: defaultdict[str, float] = defaultdict(float)

        def around(name: str, act: Callable[[], Any]) -> Any:
            begun, spent = read(), time.thread_time()
            result = act()
            here[name] += (time.thread_time() - spent) * 1000 / CASES
            server[name] += (read() - begun) / CASES
            return result

        for _n in range(CASES):
            troupe.play(around)
        return dict(here), dict(server)

    def _server_clock(self) -> Callable[[], float]:
        from django.db import connection

        if connection.vendor != "postgresql":
            return lambda: 0.0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        return lambda: int(path.read_text().split()[0]) / 1e6

    def _profile(self, troupe: Any, act: str) -> pstats.Stats:
        profile = cProfile.Profile()

        def around(name: str, made: Callable[[], Any]) -> Any:
            return profile.runcall(made) if name == act else made()

        for _n in range(CASES):
            troupe.play(around)
        return pstats.Stats(profile)


def show(vendor: str, found: dict[str, Any], *, sql: bool) -> None:
    """Print the table of one database, and what else was wanted."""
    rows = []
    for name, statements in found["asked"].items():
        costs = [number(found[part][name]) for part in ("here", "server")]
        rows.append([name, *map(str, counts(statements).values()), *costs])
    sums = [number(sum(found[part].values())) for part in ("here", "server")]
    asked, framed = (str(sum(int(row[place]) for row in rows)) for place in (1, 2))
    head = (vendor, "statements", "frame", "CPU ms here", "CPU ms server")
    print(f"\n{table(head, [*rows, ['case', asked, framed, *sums]])}", flush=True)
    for name, statements in found["asked"].items() if sql else ():
        print(f"\n── {name}", *(f"{n:3} {one}" for n, one in enumerate(statements, 1)), sep="\n")
    print(found["why"])


def main() -> None:
    """Profile on the databases that are named, or on both."""
    parser = argparse.ArgumentParser(prog="bench.profile")
    parser.add_argument("vendors", nargs="*", default=["postgresql", "sqlite"])
    parser.add_argument("--sql", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--why", default="", help="an act: open, judge, dispatch …")
    chosen = parser.parse_args()
    kept: dict[str, Any] = {}
    folder = tempfile.TemporaryDirectory(prefix="jiceng-bench-")
    with folder as name, postgres(Path(name)) as server:
        place = Place(Path(name), server)
        for vendor in chosen.vendors:
            environ = place.empty(vendor, "profiled")
            what = Configuration("p", "bench.profile", {"why": chosen.why}, environ=environ)
            with Crew(what) as crew:
                crew.prepare()
                found = crew.check()
            show(vendor, found, sql=chosen.sql)
            kept[vendor] = found | {
                "statements": {
                    name: counts(asked)["statements"] for name, asked in found["asked"].items()
                }
            }
    if chosen.keep:
        (BUILD / "profile.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
