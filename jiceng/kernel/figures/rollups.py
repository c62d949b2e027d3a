"""Counting in advance: building the cells of a figure, and counting again what was marked."""

from collections import defaultdict
from datetime import datetime

from django.db import connection, transaction

from jiceng.kernel.base.jobs import every
from jiceng.kernel.figures import cells
from jiceng.kernel.figures.definitions import FIGURES, Figure
from jiceng.kernel.figures.models import Cell, Grain, Mark, Rollup
from jiceng.kernel.figures.rolled import MOST_LATE, Pair, read_day
from jiceng.kernel.figures.tracing import FOREVER, traced

# Readers go on meanwhile; whoever else builds or counts again waits.
LOCK = "LOCK TABLE figures_rollup IN SHARE ROW EXCLUSIVE MODE"
# What is deleted was committed, so whoever counts in a later statement sees its change; marks that
# come in between stay for the next time.
CLAIM = """
    DELETE FROM figures_mark WHERE id IN (SELECT id FROM figures_mark ORDER BY id LIMIT %s)
    RETURNING source, unit_id, day
"""
BATCH, BATCHES = 1_000, 20
# With more marks than these it is quicker to build anew than to count again day by day.
MOST_MARKS = 40_000


def keep_others_out() -> None:
    """Let nobody else change cells in this transaction; on SQLite nobody can anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK)


def rollable() -> dict[str, Figure]:
    """Return the figures whose rows are watched."""
    return {figure.code: figure for figure in FIGURES if not figure.is_ratio and traced(figure)}


def build(figure: Figure, at: datetime) -> int:
    """Count all cells of a figure anew; return how many there are.

    Marks that are there already stay: their pairs are counted again, which changes nothing.
    """
    found = traced(figure)
    if found is None:
        raise ValueError(f"the rows of {figure.code} are not watched")
    with transaction.atomic():
        keep_others_out()
        Rollup.objects.filter(figure=figure.code).delete()
        rollup = Rollup.objects.create(
            figure=figure.code,
            source=found.source,
            fingerprint=found.fingerprint,
            built_at=at,
        )
        cells.write_all(rollup, figure, at)
        _note_unsettled(rollup)
        _note_statistics()
        return rollup.cells.count()


def _note_statistics() -> None:
    """Tell PostgreSQL that hardly a cell is late: until it knows it would read all of a period."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE figures_cell")


def _note_unsettled(rollup: Rollup) -> None:
    late = rollup.cells.filter(grain=Grain.DAY, good_from=FOREVER)
    Rollup.objects.filter(pk=rollup.pk).update(unsettled=late[: MOST_LATE + 1].count())


@every(60, "tick")
def build_missing(at: datetime) -> int:
    """Build the figures that nobody built yet, or whose definition has changed; forget those that
    are gone. Until it is done they are counted live."""
    figures, done = rollable(), 0
    held = {rollup.figure: rollup for rollup in Rollup.objects.all()}
    for figure in figures.values():
        rollup, found = held.get(figure.code), traced(figure)
        if found and (rollup is None or rollup.fingerprint != found.fingerprint):
            build(figure, at)
            done += 1
    Rollup.objects.exclude(figure__in=figures).delete()
    return done


@every(1, "tick")
def count_again(at: datetime) -> int:
    """Count again what was marked; return how many pairs."""
    if not Mark.objects.exists():
        return 0
    if Mark.objects.order_by()[: MOST_MARKS + 1].count() > MOST_MARKS:
        return start_over()
    done = 0
    for _batch in range(BATCHES):
        done += (pairs := _count_batch(at))
        if not pairs:
            break
    return done


@every(3600, "tick")
def settle(at: datetime) -> int:
    """Mark the days that were not settled when they were counted, so that they are counted again;
    return how many. A figure with very many of them goes by the clock, and is counted live."""
    late = Cell.objects.filter(grain=Grain.DAY, good_from=FOREVER, rollup__unsettled__lte=MOST_LATE)
    pairs = late.values_list("rollup__source", "unit", "day").distinct()
    marks = [Mark(source=source, unit_id=unit, day=day) for source, unit, day in pairs]
    return len(Mark.objects.bulk_create(marks))


def start_over() -> int:
    """Forget everything that was counted, and all marks: it is built anew, figure by figure."""
    with transaction.atomic():
        keep_others_out()
        marks, _models = Mark.objects.all().delete()
        Rollup.objects.all().delete()
    return marks


def _count_batch(at: datetime) -> int:
    """Take some marks away and count their pairs for every figure of their source."""
    with transaction.atomic():
        keep_others_out()
        marked = _claim()
        figures = rollable()
        for rollup in Rollup.objects.filter(source__in=marked):
            figure = figures.get(rollup.figure)
            if figure:
                cells.replace(rollup, figure, marked[rollup.source], at)
                _note_unsettled(rollup)
    return sum(map(len, marked.values()))


def _claim() -> dict[str, set[Pair]]:
    found: dict[str, set[Pair]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        for source, unit, day in cursor.fetchall():
            found[source].add((unit, read_day(day)))
    return found
