"""The groups that are rates, not cases: ledger, tree, clock, and many writers on one SQLite."""

from typing import Any

from bench.crew import Configuration, Crew
from bench.goals import Figure
from bench.groups import Found, found_of
from bench.meter import Meter, Usage
from bench.pairing import WARM_UP, Group
from bench.peers import venvs
from bench.report import Line, lines_of, show
from bench.servers import Place

DAYS = ("holidays", "chinesecalendar", "workalendar", "numpy", "numpy, many at once")
WRITERS = (8, 16)
RATES = {
    "lookups": "ours, look-up",
    "deadlines": "ours, on plain numbers",
    "deadlines_many": "ours, many at once",
}
UNITS = {"append": "leaf", "verify": "proof"}


def per_cpu_second(lines: list[Line], name: str) -> Figure | None:
    """Return how many units a second of CPU makes: this no busy machine can shake."""
    line = next((line for line in lines if line.name == name and line.cpu_ms), None)
    return Figure(1000 / line.cpu_ms, "a CPU second", line.faults) if line and line.cpu_ms else None


def _told(lines: list[Line], figures: dict[str, str], **ratios: str) -> Found:
    found = found_of(lines, **ratios)
    for key, name in figures.items():
        if rate := per_cpu_second(lines, name):
            found.figures[key] = rate
    return found


def ledger(place: Place, seconds: float) -> Found:
    """Seal, recompute, give receipts and judge them, on both databases."""
    lines: list[Line] = []
    for vendor, server in (("postgresql", [place.postgres.pid]), ("sqlite", [])):
        environ = place.empty(vendor, "ledger")
        works = {"seal": 1, "verify": 1, "give": 5, "judge": 20}
        configurations = [
            Configuration(
                f"{work}, {vendor}",
                "bench.scenarios.ledger",
                {"work": work},
                environ=environ,
                laid=work != "seal",
                calls=calls,
                unit="row" if work in ("seal", "verify") else "receipt",
            )
            for work, calls in works.items()
        ]
        found = Group("ledger", configurations, server, seconds / 2).run()
        lines += lines_of("ledger", found, {})
    show("Ledger: rows sealed and recomputed, receipts given and judged", lines)
    return _told(lines, {"seal": "seal, postgresql", "verify": "verify, postgresql"})


def tree(place: Place, seconds: float) -> Found:
    """Compare our tree with pymerkle."""
    peer = venvs.environment("merkle")
    configurations = [
        Configuration(
            f"{work}, {name}",
            "bench.scenarios.tree",
            {"work": work, "hash": name},
            unit=UNITS[work],
        )
        for work in UNITS
        for name in ("sha256", "sm3")
    ] + [
        Configuration(
            f"{work}, pymerkle",
            "bench.peers.merkle",
            {"work": work},
            python=peer.python,
            absent=peer.absent,
            unit=UNITS[work],
        )
        for work in UNITS
    ]
    found = Group("tree", configurations, [], seconds).run()
    bases = {what.name: f"{what.name.partition(',')[0]}, pymerkle" for what in configurations}
    lines = lines_of("tree", found, bases)
    show("Merkle tree: leaves appended, proofs verified", lines)
    return _told(lines, {}, append="append, sha256", prove="verify, sha256")


def clock(place: Place, seconds: float) -> Found:
    """Compare our deadlines with those of the libraries, and count where they agree."""
    pairs = place.folder / "pairs.json"
    peer = venvs.environment("days")

    def asked(name: str, work: str, module: str, **more: Any) -> Configuration:
        options = {"pairs": str(pairs), "work": work}
        return Configuration(name, module, options, unit="deadline", **more)

    # Ours writes down what is asked, so it comes first.
    configurations = [
        asked("ours, look-up", "look-up", "bench.scenarios.clock"),
        asked("ours, deadline", "deadline", "bench.scenarios.clock", laid=True),
        asked("ours, calendar in hand", "in hand", "bench.scenarios.clock", laid=True),
        asked("ours, on plain numbers", "numbers", "bench.scenarios.clock", laid=True),
        asked("ours, many at once", "many", "bench.scenarios.clock", laid=True),
        *(
            asked(name, name, "bench.peers.days", python=peer.python, absent=peer.absent)
            for name in DAYS
        ),
    ]
    found = Group("clock", configurations, [], seconds).run()
    lines = lines_of("clock", found, {what.name: "holidays" for what in configurations})
    show("Deadlines: so many workdays after a day", lines)
    return _told(lines, RATES, holidays="ours, look-up")


def writers(place: Place, seconds: float) -> Found:
    """Let many processes write into one SQLite: who waits how long, and who is refused."""
    told = Found([], {})
    for clients in WRITERS:
        played, used = _write(place, clients, seconds / len(WRITERS))
        acts = [one["units"] - one["locked"] for one in played]
        locked = sum(one["locked"] for one in played)
        wait = max(one["slowest"] for one in played)
        share = min(acts) / (sum(acts) / clients)
        line = _writing(clients, sum(acts), used)
        line.slowest_ms = wait * 1000
        line.note = f"longest wait {wait:.2f} s, least share {share:.2f}, {locked} locked"
        how, rough = f"others used {used.foreign:.1f} cores", not used.quiet
        told.lines.append(line)
        told.figures |= {
            f"wait{clients}": Figure(wait, how, rough=rough),
            f"share{clients}": Figure(share, how, rough=rough),
            f"locked{clients}": Figure(locked, "exact"),
        }
    show("SQLite with many writers, our acts one at a time", told.lines)
    return told


def _write(place: Place, clients: int, seconds: float) -> tuple[list[dict[str, Any]], Usage]:
    """Let so many writers make acts for ``seconds``; return what each did and what it took."""
    module, environ = "bench.scenarios.writers", place.ours("sqlite")
    what = Configuration("writers", module, {}, clients, environ=environ, laid=True)
    with Crew(what) as crew:
        crew.get_ready(50 * clients)
        crew.play(WARM_UP)
        crew.get_ready(500 * clients)
        meter = Meter(crew.pids, [])
        played = crew.play(seconds)
        return played, meter.read()


def _writing(clients: int, acts: int, used: Usage) -> Line:
    line = Line("writers", f"{clients} writers", clients, "act", ours=True)
    line.rate = acts / used.seconds if used.quiet else None
    line.cpu_ms = used.own / max(1, acts) * 1000
    line.kept, line.of, line.foreign = int(used.quiet), 1, used.foreign
    return line
