"""Who looks at a list of cases, and what of standards, units, grids and steps they choose among.

That changes a few times a month and is drawn at every look, so it is kept in memory: under the
tokens of the organisation and of what is set up for the grid, and under how many procedures were
published. What is kept is shared by all of a process: it is read and never changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiceng.kernel.base.kept import Kept
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Scope, visible_to
from jiceng.kernel.procedures.models import ProcedureVersion
from jiceng.kernel.workdays.service import Limit
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Category, Cell, SavedFilter
from jiceng.systems.grid.queries.lights import Kind, Lights, limits_of
from jiceng.systems.grid.queries.revisions import TOKENS, Tokens, tokens_of
from jiceng.systems.grid.terms import INDENT

PUBLISHED = "(SELECT COUNT(*) FROM procedures_procedureversion WHERE code = %s)"
MARK = f"SELECT {TOKENS}, {PUBLISHED}"
# There is a row for who has saved nothing, too.
SAVED = (
    f"{MARK}, saved.name, saved.query FROM (SELECT 1 AS one) AS always"
    " LEFT JOIN grid_savedfilter saved ON saved.officer_id = %s ORDER BY saved.name"
)


class Mark(NamedTuple):
    """What is kept here is good for one mark: the tokens, and how many procedures there are."""

    tokens: Tokens
    published: int


@dataclass(frozen=True)
class Options:
    """What a filter may be set to, each with its label; nothing outside of what is seen.

    ``limits`` are those of all standards, by kind and amount.
    """

    states: dict[str, str]
    categories: dict[str, str]
    groups: dict[str, str]
    units: dict[str, str]
    cells: dict[str, str]
    limits: dict[Kind, Limit]


@dataclass(frozen=True)
class Reader:
    """An officer who looks at lists: what they see at an instant, and the filters they saved."""

    officer: Officer
    at: datetime
    scope: Scope
    mark: Mark
    saved: list[SavedFilter]

    @property
    def options(self) -> Options:
        """Return what the reader may filter by, in the language of the page."""
        return _OPTIONS.one(self.mark, (self.scope, get_language() or ""))

    @property
    def lights(self) -> Lights:
        """Return the lights at this instant."""
        return Lights(self.at, self.options.limits)

    def categories(self, keys: Iterable[int]) -> dict[int, Category]:
        """Return versions of the standard by their keys."""
        return _CATEGORIES.many(self.mark, keys)


def reader_of(officer: Officer, at: datetime) -> Reader:
    """Return the reader, in one query."""
    scope = visible_to(officer, at)
    with connection.cursor() as cursor:
        cursor.execute(SAVED, [terms.PROCEDURE, officer.pk])
        rows = cursor.fetchall()
    saved = [SavedFilter(name=row[3], query=row[4]) for row in rows if row[3] is not None]
    return Reader(officer, at, scope, _mark_of(*rows[0][:3]), saved)


def step_labels() -> dict[str, str]:
    """Return what each step is called, in every published version."""
    versions = ProcedureVersion.objects.filter(code=terms.PROCEDURE).order_by("published_at", "id")
    return {
        step.code: _(step.label)
        for version in versions
        for step in version.procedure.steps
        if step.holder is not None
    }


def _mark() -> Mark:
    with connection.cursor() as cursor:
        cursor.execute(MARK, [terms.PROCEDURE])
        return _mark_of(*cursor.fetchone())


def _mark_of(grid: str | None, orgs: str | None, published: int) -> Mark:
    return Mark(tokens_of(grid, orgs), published)


def _options(keys: Collection[tuple[Scope, str]]) -> Mapping[tuple[Scope, str], Options]:
    return {(scope, language): _options_within(scope) for scope, language in keys}


def _options_within(scope: Scope) -> Options:
    standards = list(Category.objects.order_by("kind", "code", "valid_from"))
    units = list(scope.filter(Unit.objects.order_by("path"), unit=""))
    top = min((unit.depth for unit in units), default=0)
    cells = scope.filter(Cell.objects.order_by("code", "valid_from"))
    return Options(
        states=step_labels(),
        categories={category.code: f"{category.code} {category.name}" for category in standards},
        groups={category.group: category.group for category in standards if category.group},
        units={unit.code: f"{INDENT * (unit.depth - top)}{unit.name}" for unit in units},
        cells={code: f"{name} {code}" for code, name in cells.values_list("code", "name")},
        limits=limits_of((category.limit_kind, category.limit_amount) for category in standards),
    )


def _categories(keys: Collection[int]) -> Mapping[int, Category]:
    return Category.objects.in_bulk(keys)


# The lists of a prefecture are long, so only those of who is at work are kept.
_OPTIONS: Kept[Mark, tuple[Scope, str], Options] = Kept(_options, _mark, most=256)
_CATEGORIES: Kept[Mark, int, Category] = Kept(_categories, _mark)
