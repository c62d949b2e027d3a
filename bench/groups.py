"""The groups of the benchmark: what is set beside what, in which databases."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.crew import Configuration
from bench.goals import Figure
from bench.limits import pgbench
from bench.pairing import Group
from bench.peers import venvs
from bench.report import Line, figure, lines_of, show
from bench.servers import Place

TPCB = "pgbench, TPC-B"
OURS = "bench.scenarios.lifecycle"
PEERS = {
    "SpiffWorkflow": ("spiff", "bench.peers.spiff"),
    "django-viewflow": ("viewflow", "bench.peers.flow.player"),
    "django-fsm-2": ("fsm", "bench.peers.machine.player"),
}


@dataclass
class Found:
    """What a group found: lines of the table, figures for the goals."""

    lines: list[Line]
    figures: dict[str, Figure]


def _limits(place: Place) -> Iterator[Configuration]:
    for name, module in (("plain SQL", "plain"), ("one statement", "statement")):
        database = place.postgres.database(f"limit_{module}")
        yield Configuration(name, f"bench.limits.{module}", {"database": database})


def _ours(place: Place, vendor: str, name: str = "ours", clients: int = 1) -> Configuration:
    return Configuration(name, OURS, environ=place.ours(vendor), clients=clients, laid=True)


def _pgbench(place: Place) -> Iterator[Configuration]:
    """Yield the client in C: with our unit of work, and with its own, which compares with none."""
    absent = "" if pgbench.binary() else "pgbench: not on this machine"
    for name, work, unit in (("pgbench", "case", "case"), (TPCB, "tpcb", "transaction")):
        options = {"database": place.postgres.database(f"pgbench_{work}"), "work": work}
        yield Configuration(name, "bench.limits.pgbench", options, absent=absent, unit=unit)


def _peers(place: Place) -> Iterator[Configuration]:
    """Yield what a user would pick instead; one that cannot be installed says so when started."""
    kept = {"NATURAL_DATABASE_URL": place.postgres.database("natural"), "NATURAL_KEEP": "yes"}
    yield Configuration("natural Django", "bench.peers.natural.player", environ=kept)
    for name, (environment, module) in PEERS.items():
        found = venvs.environment(environment)
        database = {"database": place.postgres.database(f"peer_{environment}")}
        yield Configuration(name, module, database, python=found.python, absent=found.absent)


def on_postgresql(place: Place, seconds: float) -> Found:
    """Compare one client: hand-written SQL, ours, and the peers."""
    configurations = [
        *_limits(place),
        *_pgbench(place),
        _ours(place, "postgresql"),
        *_peers(place),
    ]
    found = Group("pg", configurations, [place.postgres.pid], seconds).run()
    compared = [what.name for what in configurations if what.unit == "case"]
    lines = lines_of("pg", found, dict.fromkeys(compared, "plain SQL"))
    show("In process, PostgreSQL 18, one client", lines)
    return found_of(lines, pg="ours")


def with_eight_clients(place: Place, seconds: float) -> Found:
    """Compare eight clients with one: nothing global may be locked."""
    limit = {"database": place.postgres.database("limit_eight")}
    configurations = [
        Configuration("plain SQL", "bench.limits.plain", limit),
        Configuration("plain SQL × 8", "bench.limits.plain", limit, 8, laid=True),
        _ours(place, "postgresql"),
        _ours(place, "postgresql", "ours × 8", 8),
    ]
    found = Group("pg8", configurations, [place.postgres.pid], seconds).run()
    lines = lines_of("pg8", found, {"plain SQL × 8": "plain SQL", "ours × 8": "ours"})
    show("In process, PostgreSQL 18, eight clients beside one", lines)
    return found_of(lines, pg8="ours × 8")


def on_sqlite(place: Place, seconds: float) -> Found:
    """Compare one client on SQLite, every commit synced."""
    configurations = [
        Configuration("raw SQL", "bench.limits.sqlite", {"database": place.sqlite("raw")}),
        _ours(place, "sqlite"),
    ]
    found = Group("sqlite", configurations, [], seconds).run()
    lines = lines_of("sqlite", found, {"ours": "raw SQL"})
    show("In process, SQLite (WAL, FULL), one client", lines)
    return found_of(lines, sqlite="ours")


def found_of(lines: list[Line], **names: str) -> Found:
    """Return lines with the ratios of some of them as figures of goals, by key."""
    figures = {key: found for key, name in names.items() if (found := figure(lines, name))}
    return Found(lines, figures)
