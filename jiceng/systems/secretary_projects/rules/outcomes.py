"""Adding up results: only what has one indicator, one measure, and may be added at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

CENT, LARGEST = Decimal("0.01"), Decimal(10) ** 12


class NotAmount(ValueError):
    """Not a number of nought or more with two decimals."""


class NotAddable(ValueError):
    """Values that have no sum: of several indicators or measures, or of one that has none."""


@dataclass(frozen=True)
class Measured:
    """A value of an indicator, in its measure, achieved on a day; open while there is none."""

    indicator: str
    amount: Decimal | None
    measure: str
    achieved_on: date | None = None


def aggregate(values: Sequence[Measured], aggregation: str) -> Decimal | None:
    """Return what the achieved ``values`` come to: a count, a sum, or the latest.

    Nothing is converted: 元 and 万元 are two measures. Raises ``NotAddable`` for values of several
    indicators or measures, and where the indicator may not be aggregated. An indicator without
    any value sums to nought, and has no latest.
    """
    if aggregation not in ("count", "sum", "latest"):
        raise NotAddable(aggregation)
    if len({(value.indicator, value.measure) for value in values}) > 1:
        raise NotAddable("several indicators or measures")
    achieved = [value for value in values if value.achieved_on is not None]
    if aggregation == "count":
        return Decimal(len(achieved))
    if aggregation == "sum":
        return sum((value.amount or Decimal(0) for value in achieved), Decimal(0))
    latest = max(achieved, key=lambda value: value.achieved_on or date.min, default=None)
    return latest.amount if latest else None


def at_least(values: Sequence[Measured], amount: Decimal, measure: str) -> list[Measured]:
    """Return the achieved values of ``amount`` or more; another measure raises ``NotAddable``."""
    if any(value.measure != measure for value in values if value.amount is not None):
        raise NotAddable(measure)
    reached = [value for value in values if value.amount is not None and value.amount >= amount]
    return [value for value in reached if value.achieved_on is not None]


def read_amount(typed: object) -> Decimal:
    """Return an amount of nought or more with two decimals at most, or raise ``NotAmount``."""
    try:
        amount = Decimal(str(typed))
    except InvalidOperation as error:
        raise NotAmount(str(typed)) from error
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        raise NotAmount(str(typed))
    if amount != amount.quantize(CENT):
        raise NotAmount(str(typed))
    return amount.quantize(CENT) + 0  # minus nought is nought
