"""Published values held against the records: what a table says, and what the rows say."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.utils.translation import gettext as _

from jiceng.kernel.exports.service import Line, TableRefused, read_table
from jiceng.kernel.figures.definitions import Figure, figure_of
from jiceng.kernel.figures.reading import read, rows
from jiceng.kernel.figures.refusals import FigureAbsent
from jiceng.kernel.figures.rules import Number
from jiceng.kernel.figures.views import Value, View, as_of_day

HEADINGS = ("key", "system", "label", "value", "unit", "as_of", "kind")
MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
COVERED = "全域覆盖"
WHOLE = Decimal(100)


class Verdict(StrEnum):
    """What came of holding a published value against the records."""

    OK = "ok"
    DIFFERS = "differs"
    MISSING = "missing"  # no such figure: its system does not exist yet
    LATER = "later"  # published for a later day than the one asked for


@dataclass(frozen=True)
class Fact:
    """A published value: the code of its figure, what was printed, and for which day."""

    key: str
    system: str
    label: str
    value: str
    measure: str
    day: date

    def allows(self, number: Number | None) -> bool:
        """Tell whether a number is what was printed: 36, 40+ (at least), >50 (more), 全域覆盖."""
        if number is None:
            return False
        if self.value == COVERED:
            return number == WHOLE
        bound = Decimal(self.value.strip("+>"))
        if self.value.endswith("+"):
            return number >= bound
        return number > bound if self.value.startswith(">") else number == bound


@dataclass(frozen=True)
class Checked:
    """A fact beside what the records say; ``opened`` is how many rows stand behind the number."""

    fact: Fact
    verdict: Verdict
    value: Value | None = None
    opened: int = 0


def read_facts(data: bytes) -> list[Fact]:
    """Return the facts of a table, CSV or XLSX, one a figure. Raises ``TableRefused`` (422)."""
    return [_fact_of(line) for line in read_table(data, HEADINGS)]


def _fact_of(line: Line) -> Fact:
    cells = line.cells
    try:
        said = (cells["key"], cells["system"], cells["label"], cells["value"], cells["unit"])
        return Fact(*said, day=_last_day(cells["as_of"]))
    except ValueError as error:
        sentence = _("第%(line)d行的日期写不成年月或年月日。") % {"line": line.number}
        raise TableRefused(sentence, code="bad_fact", line=line.number) from error


def _last_day(text: str) -> date:
    """Return the day, or the last one of a month."""
    if MONTH.fullmatch(text):
        year, month = map(int, text.split("-"))
        return date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(text)


def check_facts(facts: Sequence[Fact], as_of: date, at: datetime) -> Iterator[Checked]:
    """Yield each fact beside its figure over the whole zone, as of the earlier of its own day and
    ``as_of``."""
    for fact in facts:
        try:
            figure = figure_of(fact.key)
        except FigureAbsent:
            yield Checked(fact, Verdict.MISSING)
        else:
            yield _checked(fact, figure, as_of, at)


def _checked(fact: Fact, figure: Figure, as_of: date, at: datetime) -> Checked:
    view = View(None, None, as_of_day(min(fact.day, as_of), at))
    value, opened = read(figure, view), rows(figure, view).count()
    if as_of < fact.day:
        return Checked(fact, Verdict.LATER, value, opened)
    try:
        held = fact.allows(value.number)
    except InvalidOperation:
        held = False
    return Checked(fact, Verdict.OK if held else Verdict.DIFFERS, value, opened)
