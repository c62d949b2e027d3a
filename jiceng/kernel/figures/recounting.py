"""Comparing every cell with the rows: there must be no difference."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from jiceng.kernel.figures.cells import differences
from jiceng.kernel.figures.definitions import FIGURES, Figure, figure_of, parts_of
from jiceng.kernel.figures.models import Grain, Mark, Rollup
from jiceng.kernel.figures.rolled import Pair
from jiceng.kernel.figures.rollups import keep_others_out, rollable
from jiceng.kernel.figures.tracing import FOREVER, traced


@dataclass(frozen=True)
class Difference:
    """A cell that does not say what the rows say."""

    figure: str
    grain: str
    unit: int
    day: date
    cell: int
    rows: int

    def __str__(self) -> str:
        return (
            f"{self.figure} {self.grain} {self.day} 单位 {self.unit}："
            f"汇总 {self.cell}，明细 {self.rows}"
        )


@dataclass(frozen=True)
class Recount:
    """What a comparison of one figure found; ``built`` is false where it is counted live."""

    figure: str
    built: bool
    cells: int = 0
    differences: tuple[Difference, ...] = ()


def recount(at: datetime, codes: Iterable[str] = ()) -> Iterator[Recount]:
    """Compare every cell of the named figures, or of all, with the rows as of ``at``.

    A pair that is marked or not settled is never read from its cell: it is left out. The month
    that it lies in is compared with the sum of its days, as every month is.
    """
    figures = rollable()
    for figure in [figure_of(code) for code in codes] or list(FIGURES):
        if not figure.is_ratio:
            yield _recount(figure, at) if figure.code in figures else Recount(figure.code, False)


def _recount(figure: Figure, at: datetime) -> Recount:
    with transaction.atomic():
        keep_others_out()
        rollup = Rollup.objects.filter(figure=figure.code).first()
        found = traced(figure)
        if rollup is None or found is None or rollup.fingerprint != found.fingerprint:
            return Recount(figure.code, False)
        compared = list(differences(rollup, figure, at))
        count, unread = rollup.cells.count(), _unread(rollup)
    differing = [
        Difference(figure.code, grain, unit, day, *numbers)
        for grain, cells in compared
        for (unit, day), numbers in cells.items()
        if grain != Grain.DAY or (unit, day) not in unread
    ]
    return Recount(figure.code, True, count, tuple(differing))


def _unread(rollup: Rollup) -> set[Pair]:
    """Return the pairs of which no cell is read: marked ones, and such as are not settled."""
    marks = Mark.objects.filter(source=rollup.source)
    late = rollup.cells.filter(grain=Grain.DAY, good_from=FOREVER)
    return {*marks.values_list("unit", "day"), *late.values_list("unit", "day")}


def strangers(at: datetime) -> list[str]:
    """Return the ratios of which some row of the part is not among the whole."""
    return [
        figure.code
        for figure in FIGURES
        if figure.is_ratio and figure.within and _strays(figure, at)
    ]


def _strays(figure: Figure, at: datetime) -> bool:
    part, whole = parts_of(figure)
    return bool(part(at).exclude(pk__in=whole(at).order_by().values("pk")).exists())
