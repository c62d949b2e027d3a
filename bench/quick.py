"""``python -m bench.quick``: the gates that no busy machine can shake — how many queries."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.crew import Configuration, Crew
from bench.goals import GOALS, Figure, Goal
from bench.groups import Found
from bench.report import show_goals, table, verdict
from bench.servers import Place, postgres

Counts = dict[str, Any]
MOVES = {"sqlite": "queries_move_sqlite", "postgresql": "queries_move"}
VENDORS = tuple(MOVES)


def counts(environ: dict[str, str]) -> Counts:
    """Return how many statements each act and page needs on one database."""
    with Crew(Configuration("queries", "bench.scenarios.queries", environ=environ)) as crew:
        crew.prepare()
        return crew.check()


def figures_of(vendor: str, found: Counts) -> dict[str, Figure]:
    """Return the counts as figures of the goals; of the moves the dearest one counts."""
    moves = {name: each["statements"] for name, each in found["acts"].items() if name != "open"}
    dearest = max(moves, key=lambda name: moves[name])
    pages = {
        f"queries_{name}": Figure(each["statements"], "exact", found["faults"])
        for name, each in found["pages"].items()
    }
    return {MOVES[vendor]: Figure(moves[dearest], dearest, found["faults"])} | pages


def show_counts(vendor: str, found: Counts) -> None:
    """Print the counts of one database."""
    rows = [
        (name, str(each["statements"]), str(each["frame"]))
        for part in ("acts", "pages")
        for name, each in found[part].items()
    ]
    head = (vendor, "statements", "BEGIN, COMMIT, SAVEPOINT …")
    print(f"\n{table(head, rows)}", flush=True)


def queries(place: Place, seconds: float) -> Found:
    """Count for the whole benchmark; of a page the database that asks more counts."""
    figures: dict[str, Figure] = {}
    for vendor in VENDORS:
        found = counts(place.empty(vendor, "queries"))
        show_counts(vendor, found)
        for key, figure in figures_of(vendor, found).items():
            figures[key] = max(figures.get(key, figure), figure, key=lambda one: one.value)
    return Found([], figures)


def gates(vendor: str) -> list[Goal]:
    """Return the goals that hold exactly on a database."""
    others = {key for name, key in MOVES.items() if name != vendor}
    return [goal for goal in GOALS if goal.code == "P6" and goal.key not in others]


def main() -> int:
    """Count on both databases; return 1 where a gate is missed on either."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="jiceng-bench-") as name:
        folder = Path(name)
        with postgres(folder) as server:
            place = Place(folder, server)
            for vendor in VENDORS:
                found = counts(place.empty(vendor, "quick"))
                show_counts(vendor, found)
                figures = figures_of(vendor, found)
                asked = gates(vendor)
                show_goals(figures, asked)
                missed += sum(verdict(goal, figures.get(goal.key)) != "pass" for goal in asked)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
