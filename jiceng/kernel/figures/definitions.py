"""Figures and how they are defined: a function that returns rows, with everything said about it."""

import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, DateTimeField, DecimalField, Field, Model, QuerySet
from django.utils import translation
from django.utils.functional import Promise

from jiceng.kernel.base.registry import Registry
from jiceng.kernel.exports.service import Column
from jiceng.kernel.figures.refusals import FigureAbsent, NotAPart
from jiceng.kernel.figures.terms import PERCENT, FigureKind
from jiceng.kernel.ledger.service import canonical

Rows = Callable[[datetime], QuerySet[Any]]
Link = Callable[[Any], str]
# Any instant: to ask a figure what its rows are, not which.
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def no_link(row: Any) -> str:
    """Return the address of a row that has no page of its own."""
    return ""


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure 指标. ``rows`` gives the rows as they stood at an instant; called, it does too.

    ``unit`` and ``day`` are look-ups on the rows; without ``day`` it is a stock 存量. A ratio has
    no rows of its own but the codes of its ``part`` and ``whole``.
    """

    code: str
    kind: FigureKind
    label: str | Promise
    definition: str | Promise
    measure: str | Promise
    owner: str
    since: date
    rows: Rows | None = None
    unit: str = "unit"
    day: str = ""
    field: str = ""
    part: str = ""
    whole: str = ""
    within: bool = True
    columns: Sequence[Column[Any]] = ()
    link: Link = no_link
    rolled: bool = True
    fixed: Sequence[str] = ()

    # A template would call it, for it can be called, and show nothing of it.
    do_not_call_in_templates: ClassVar[bool] = True

    def __call__(self, as_of: datetime) -> QuerySet[Any]:
        """Return the rows as they stood at ``as_of``, of all units and periods."""
        if self.rows is None:
            raise TypeError(f"{self.code} is a ratio: open its part or its whole")
        return self.rows(as_of)

    @cached_property
    def model(self) -> type[Model]:
        """Return the model of the rows; it is the same at every instant."""
        return self(FIRST).model

    @property
    def is_ratio(self) -> bool:
        """Tell whether it is made of two other figures."""
        return self.kind == FigureKind.RATIO

    @property
    def ledger_ref(self) -> str:
        """Return how a request digest names this figure."""
        return f"figures.figure:{self.code}"


FIGURES: Registry[Figure] = Registry("figure")


def count(
    code: str,
    *,
    label: str | Promise,
    definition: str | Promise,
    measure: str | Promise,
    owner: str,
    since: date,
    **places: Any,
) -> Callable[[Rows], Figure]:
    """Make a function of ``as_of`` that returns rows a figure: how many there are.

    The rows are as they stood then: what happened later has not happened. ``places`` are ``unit``,
    ``day``, ``columns`` (what is exported and hashed), ``link`` (row → address), ``rolled=False``
    for rows that come and go by the clock alone, and ``fixed``, tables that never change in what
    the rows are chosen by.
    """

    def define(rows: Rows) -> Figure:
        kind = FigureKind.TOTAL if places.get("field") else FigureKind.COUNT
        said = (code, kind, label, definition, measure, owner, since)
        return FIGURES.add(code, Figure(*said, rows=rows, **places))

    return define


def total(code: str, *, field: str, **said: Any) -> Callable[[Rows], Figure]:
    """Make a function of ``as_of`` that returns rows a figure: the sum of ``field`` over them."""
    return count(code, field=field, **said)


def ratio(
    code: str,
    *,
    label: str | Promise,
    definition: str | Promise,
    part: str,
    whole: str,
    owner: str,
    since: date,
    within: bool = True,
) -> Figure:
    """Define the share in percent that one figure is of another.

    The part has to be among the whole, else ``NotAPart``, unless it is a mere quotient
    (``within=False``), which may exceed 100 %.
    """
    said = (code, FigureKind.RATIO, label, definition, PERCENT, owner, since)
    return FIGURES.add(code, Figure(*said, part=part, whole=whole, within=within))


def figure_of(figure: Figure | str) -> Figure:
    """Return a figure by its code; raises ``FigureAbsent``."""
    found = FIGURES.find(figure) if isinstance(figure, str) else figure
    if found is None:
        raise FigureAbsent(field="figure")
    return found


def parts_of(figure: Figure) -> list[Figure]:
    """Return the figures with rows that ``figure`` is made of: itself, or part and whole.

    Raises ``NotAPart`` where the rows of the two cannot be compared.
    """
    if not figure.is_ratio:
        return [figure]
    part, whole = figure_of(figure.part), figure_of(figure.whole)
    if figure.within and (part.unit, part.day, part.field) != (whole.unit, whole.day, whole.field):
        raise NotAPart(field=figure.code)
    return [part, whole]


def field_at(model: type[Model], lookup: str) -> "Field[Any, Any]":
    """Return the field that a look-up such as ``case__opened_at`` ends in."""
    *steps, last = lookup.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        if not (isinstance(related, type) and issubclass(related, Model)):
            raise FieldDoesNotExist(f"{model.__name__} has no relation {step}")
        model = related
    found = model._meta.get_field(last)
    assert isinstance(found, Field)
    return found


def is_instant(model: type[Model], day: str) -> bool:
    """Tell whether rows fall into a period by an instant; else it is by a date."""
    found = field_at(model, day)
    if not isinstance(found, DateField):
        raise FieldDoesNotExist(f"{day} is no day")
    return isinstance(found, DateTimeField)


def places_of(model: type[Model], field: str) -> int:
    """Return how many decimals the sum of ``field`` has."""
    found = field_at(model, field)
    return found.decimal_places or 0 if isinstance(found, DecimalField) else 0


def fingerprint(figure: Figure | str) -> str:
    """Return the SHA-256 of all that decides the number: what is said about the figure, and the
    source of the function that returns its rows."""
    figure = figure_of(figure)
    with translation.override("zh-hans"):
        return hashlib.sha256(canonical(_said(figure)).encode()).hexdigest()


def _said(figure: Figure) -> dict[str, Any]:
    return {
        "code": figure.code,
        "kind": figure.kind,
        "label": str(figure.label),
        "definition": str(figure.definition),
        "measure": str(figure.measure),
        "since": figure.since,
        "unit": figure.unit,
        "day": figure.day,
        "field": figure.field,
        "within": figure.within,
        "rows": inspect.getsource(figure.rows) if figure.rows else "",
        "parts": [fingerprint(part) for part in parts_of(figure)] if figure.is_ratio else [],
        "columns": [str(column.heading) for column in figure.columns],
    }
