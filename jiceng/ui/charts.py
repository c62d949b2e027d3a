"""What charts are drawn from: points in order, and the little line that the server draws itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT, MARGIN = 240, 48, 4


@dataclass(frozen=True)
class Point:
    """One point: what it is called, its number if there is one, and how that is written."""

    label: str
    number: int | Decimal | None
    text: Any


@dataclass(frozen=True)
class Line:
    """A line in a field of ``WIDTH`` × ``HEIGHT``: unbroken pieces, lone points, and the end."""

    pieces: list[str]
    dots: list[tuple[str, str]]
    end: tuple[str, str] | None


def line_of(points: Sequence[Point]) -> Line:
    """Return the line through ``points``, from nought or the lowest up to the highest; where there
    is no number it is broken."""
    places = _places(points)
    runs: list[list[tuple[str, str]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    pieces = [" ".join(map(",".join, run)) for run in runs if len(run) > 1]
    known = [place for place in places if place is not None]
    return Line(pieces, [run[0] for run in runs if len(run) == 1], known[-1] if known else None)


def _places(points: Sequence[Point]) -> list[tuple[str, str] | None]:
    numbers = [None if point.number is None else float(point.number) for point in points]
    known = [number for number in numbers if number is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    across = (WIDTH - 2 * MARGIN) / max(len(points) - 1, 1)
    up = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    return [
        None
        if number is None
        else (f"{MARGIN + at * across:.1f}", f"{HEIGHT - MARGIN - (number - low) * up:.1f}")
        for at, number in enumerate(numbers)
    ]
