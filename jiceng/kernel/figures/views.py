"""What is asked of a figure, and what it answers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.definitions import Figure
from jiceng.kernel.figures.refusals import BadAsOf, UnitAbsent
from jiceng.kernel.figures.rules import Number, Period, last_instant
from jiceng.kernel.figures.terms import EMPTY
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope


@dataclass(frozen=True)
class View:
    """What a figure is asked for: a unit with all below it, a period, and as of when.

    Without a unit it is everything that the scope shows, without a period everything up to
    ``as_of``. Raises ``BadAsOf`` for an instant without time zone.
    """

    unit: Unit | None
    period: Period | None
    as_of: datetime

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise BadAsOf(field="as_of")


def as_of_day(day: date, at: datetime) -> datetime:
    """Return the instant as of which ``day`` is seen at ``at``: its end, or now while it lasts.

    Raises ``BadAsOf`` for a day that has not come.
    """
    if day > at.astimezone(SHANGHAI).date():
        raise BadAsOf(field="as_of")
    return min(last_instant(day), at)


def view_at(
    at: datetime,
    *,
    unit: str = "",
    period: str = "",
    as_of: str = "",
    scope: Scope | None = None,
) -> View:
    """Return the view that somebody asks for in text: a unit's code, a period's, and a day.

    Raises ``UnitAbsent``, ``BadPeriod`` and ``BadAsOf``.
    """
    found = Unit.objects.filter(code=unit).first() if unit else None
    if unit and (found is None or (scope is not None and not scope.sees(found))):
        raise UnitAbsent(field="unit")
    asked = Period.read(period) if period else None
    return View(found, asked, as_of_day(_read_day(as_of), at) if as_of else at)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadAsOf(field="as_of") from error


@dataclass(frozen=True)
class Value:
    """The answer: a number, and of a ratio the two numbers that it is made of.

    The number of a ratio is in percent with one decimal; ``None`` where its whole is empty.
    """

    figure: Figure
    view: View
    number: Number | None
    part: Number | None = None
    whole: Number | None = None

    @property
    def text(self) -> str:
        """Return the number as it is read: 36, 1234.50, 86.1%, or — for a share of nothing."""
        if self.number is None:
            return EMPTY
        return f"{self.number_text}%" if self.figure.is_ratio else self.number_text

    @property
    def number_text(self) -> str:
        """Return the number for a machine; nothing where there is none."""
        return "" if self.number is None else format(Decimal(self.number), "f")

    @property
    def measure(self) -> str:
        """Return what the number is of; the text of a ratio has it already."""
        return "" if self.figure.is_ratio else str(self.figure.measure)

    @property
    def code(self) -> str:
        """Return the code of the figure."""
        return self.figure.code

    @property
    def unit(self) -> str:
        """Return the code of the unit, for a machine."""
        return self.view.unit.code if self.view.unit else ""

    @property
    def period(self) -> str:
        """Return the period, for a machine."""
        return self.view.period.code if self.view.period else ""

    @property
    def as_of(self) -> str:
        """Return as of when, for a machine, in Beijing time."""
        return self.view.as_of.astimezone(SHANGHAI).isoformat(timespec="seconds")
