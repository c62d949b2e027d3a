"""How far a plan is: exact, explained, and twice: as claimed and as verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, localcontext

WHOLE = Decimal(100)
HEAVIEST = Decimal(10_000)
CENT = Decimal("0.01")


class BadWeight(ValueError):
    """Not a weight that a step can have."""


class NotPercent(ValueError):
    """Not between nought and a hundred, or finer than a hundredth."""


@dataclass(frozen=True)
class Standing:
    """One step in numbers; ``verified_claim`` is what was claimed when the inspection looked."""

    due_on: date
    weight: Decimal | None = None
    claimed: Decimal = Decimal(0)
    verified: Decimal | None = None
    verified_claim: Decimal | None = None
    done_at: datetime | None = None

    @property
    def contradicted(self) -> bool:
        """Tell whether the last inspection found less than was claimed then."""
        if self.verified is None or self.verified_claim is None:
            return False
        return self.verified < self.verified_claim

    @property
    def publicly_done(self) -> bool:
        """Tell whether the public board may call it done: claimed whole, and not contradicted."""
        return self.claimed == WHOLE and not self.contradicted

    @property
    def gap(self) -> Decimal | None:
        """Return what is claimed beyond what was verified, ``None`` before anybody looked."""
        return None if self.verified is None else self.claimed - self.verified

    def days_late(self, today: date, ended_on: date | None = None) -> int:
        """Return by how many days it is over its day; nought where it was done in time.

        ``ended_on`` is the civil day on which it was claimed as done.
        """
        end = ended_on if self.publicly_done and ended_on else today
        return max(0, (end - self.due_on).days)


def read_weight(typed: object) -> Decimal | None:
    """Return a weight above nought and of at most 10,000, or ``None`` where none is given.

    Nought, negatives, NaN, infinities and ``1e999`` raise ``BadWeight``.
    """
    if typed is None or typed == "":
        return None
    try:
        weight = Decimal(str(typed))
    except InvalidOperation as error:
        raise BadWeight(str(typed)) from error
    if not weight.is_finite() or not 0 < weight <= HEAVIEST:
        raise BadWeight(str(typed))
    return weight


def read_percent(typed: object) -> Decimal:
    """Return a percentage from 0 to 100 with two decimals at most, or raise ``NotPercent``."""
    try:
        percent = Decimal(str(typed))
    except InvalidOperation as error:
        raise NotPercent(str(typed)) from error
    if not percent.is_finite() or not 0 <= percent <= WHOLE:
        raise NotPercent(str(typed))
    if percent != percent.quantize(CENT):
        raise NotPercent(str(typed))
    return percent.quantize(CENT)


def roll_up(parts: Sequence[tuple[Decimal, Decimal | None]]) -> Decimal:
    """Return the progress of a whole from (percent, weight) of its parts, in percent to a cent.

    Weights count in proportion to their sum; without any weight each part counts alike; a part
    without one counts as the mean of the others. Nothing at all is nought. The result lies between
    the least and the greatest part, whatever the weights.
    """
    if not parts:
        return Decimal(0)
    given = [weight for _percent, weight in parts if weight is not None]
    with localcontext() as context:
        context.prec = 60
        usual = sum(given, Decimal(0)) / len(given) if given else Decimal(1)
        weights = [usual if weight is None else weight for _percent, weight in parts]
        total = sum(weights, Decimal(0))
        earned = sum((p * w for (p, _), w in zip(parts, weights, strict=True)), Decimal(0))
        return min(WHOLE, max(Decimal(0), earned / total)).quantize(CENT)


def claimed_whole(steps: Sequence[Standing]) -> Decimal:
    """Return the progress of a plan as its owner claims it."""
    return roll_up([(step.claimed, step.weight) for step in steps])


def verified_whole(steps: Sequence[Standing]) -> Decimal:
    """Return the progress of a plan as inspections found it; what nobody saw counts nought."""
    return roll_up([(step.verified or Decimal(0), step.weight) for step in steps])


def planned_whole(steps: Sequence[Standing], today: date) -> Decimal:
    """Return how far the plan should be: the share of the steps whose day has come."""
    return roll_up([(WHOLE if s.due_on <= today else Decimal(0), s.weight) for s in steps])


# Days before a day at which it begins to press.
PRESSING = 7


def colour(steps: Sequence[Standing], due_on: date, today: date) -> str:
    """Return the light of a project that runs: red where something is late, yellow where a day is
    near or an inspection contradicts, green otherwise."""
    waiting = [step for step in steps if not step.publicly_done]
    days = [due_on, *(step.due_on for step in waiting)]
    if min(days) < today:
        return "red"
    near = (min(days) - today).days <= PRESSING
    return "yellow" if near or any(step.contradicted for step in steps) else "green"
