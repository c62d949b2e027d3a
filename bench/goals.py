"""The goals, as ratios within one run on one machine: the least, and what we aim at."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """A figure and how far it has to go; ``more`` tells whether more of it is better."""

    code: str
    key: str
    words: str
    floor: float
    stretch: float | None = None
    unit: str = ""
    more: bool = True
    rates_only: bool = False  # CPU per unit of work cannot stand in for it
    absent: str = ""  # why there is nothing to be measured

    def reaches(self, value: float, mark: float) -> bool:
        """Tell whether ``value`` is at ``mark`` or beyond it."""
        return value >= mark if self.more else value <= mark


@dataclass(frozen=True)
class Figure:
    """What was measured for a goal, how, and what was wrong with the work behind it."""

    value: float
    how: str
    faults: list[str] = field(default_factory=list)
    rough: bool = False  # others were busy: CPU stands in for a rate, or a wait is too long


GOALS = (
    Goal("P1", "pg", "in process, PostgreSQL, 1 client ÷ plain hand SQL", 0.55, 0.75),
    Goal("P2", "sqlite", "in process, SQLite FULL ÷ hand SQL", 0.25, 0.45),
    Goal("P3", "pg8", "8 clients ÷ 1 client on PostgreSQL", 1.25, 1.5, rates_only=True),
    Goal("P4", "signalen", "over HTTP, 4 clients ÷ Signalen (derived)", 15, 25),
    Goal("P5", "http", "over HTTP, 4 clients ÷ minimal natural Django view", 1.5, 2.5),
    Goal("P6", "queries_move", "queries of a move on PostgreSQL, the most of six", 4, more=False),
    # SQLite changes one table a statement, and a statement there is no journey.
    Goal("P6", "queries_move_sqlite", "… on SQLite", 11, more=False),
    Goal("P6", "queries_list", "queries of a list of 50", 5, more=False),
    Goal("P6", "queries_case", "queries of a case page", 8, more=False),
    Goal("P6", "queries_inbox", "queries of the dashboard (the inbox)", 4, more=False),
    Goal("P10", "seal", "rows sealed, both hashes", 50_000, unit="/s"),
    Goal("P10", "verify", "rows recomputed from the database, both hashes", 100_000, unit="/s"),
    Goal(
        "P9", "counters", "counters equal a recount", 1, absent="not built: nothing is counted yet"
    ),
    Goal(
        "P10",
        "lag",
        "oldest unsealed entry while 4 clients write over HTTP",
        2,
        unit=" s",
        more=False,
    ),
    Goal("P11", "append", "appending to the tree ÷ pymerkle", 8, 11),
    Goal("P11", "prove", "verifying a proof ÷ pymerkle", 4, 11),
    Goal("P12", "lookups", "workdays added to a day, one at a time", 1_000_000, 5_000_000, "/s"),
    Goal("P12", "deadlines", "whole deadlines, on plain numbers", 1_000_000, None, "/s"),
    Goal("P12", "deadlines_many", "deadlines, many at once", 30_000_000, unit="/s"),
    Goal("P12", "holidays", "workdays added ÷ holidays", 25),
    Goal("P13", "what_if", "what-if of 20 steps", 1_000_000, unit="/s", absent="not built"),
    Goal("P14", "bulk_postgresql", "replay through the same checks ÷ COPY", 0.3, 0.5),
    Goal("P14", "bulk_sqlite", "replay through the same checks ÷ executemany, SQLite", 0.3, 0.5),
    Goal(
        "P14", "memory_postgresql", "memory for four times the rows ÷ for the few", 1.1, more=False
    ),
    Goal("P14", "memory_sqlite", "… SQLite", 1.1, more=False),
    Goal("P15", "wait8", "SQLite, 8 writers: the longest wait", 1, 0.3, unit=" s", more=False),
    Goal("P15", "share8", "… the least share of a fair share", 1 / 3),
    Goal("P15", "locked8", "… «database is locked»", 0, more=False),
    Goal("P15", "wait16", "SQLite, 16 writers: the longest wait", 1, 0.3, unit=" s", more=False),
    Goal("P15", "share16", "… the least share of a fair share", 1 / 3),
    Goal("P15", "locked16", "… «database is locked»", 0, more=False),
)
