"""What is set up for the grid, kept in memory for as long as nobody sets up anything else.

Every report asks for the grid at its place, the versions of its category and the rules, which
change a few times a month. A change writes a fresh token (migration 0008, by trigger), and what is
kept is kept under its token and under that of the organisation; see ``kernel/orgs/roster.py``.

What is kept is shared by all of a process: it is read and never changed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.models import Delegation, Tenure, Unit
from jiceng.kernel.orgs.terms import HANDLER
from jiceng.systems.grid.models import Category, Cell, RoutingRule

# Both tokens, to be read together with something else.
TOKENS = "(SELECT token FROM grid_revision), (SELECT token FROM orgs_revision)"
HOLD = f"""
    SELECT {TOKENS} FROM grid_category
    WHERE id = %s AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s)
"""
# On SQLite nobody else writes meanwhile.
LOCKS = {"postgresql": "FOR NO KEY UPDATE", "sqlite": ""}
# Before anything that is set up here.
BEGINNING = datetime(1000, 1, 1, tzinfo=UTC)


class Tokens(NamedTuple):
    """The token of what is set up for the grid, and that of the organisation."""

    grid: str
    orgs: str


def tokens_of(grid: str | None, orgs: str | None) -> Tokens:
    """Return tokens as they were read; where there is none, nothing is kept beyond the question."""
    return Tokens(grid or new_uid(), orgs or new_uid())


def tokens() -> Tokens:
    """Return the tokens as this transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TOKENS}")
        return tokens_of(*cursor.fetchone())


def hold(category: Category, at: datetime) -> Tokens | None:
    """Hold a category until the transaction ends, and return the tokens; ``None`` where it is not
    in force at ``at``.

    Of reports that come at once each has to count the others, so those of one category come one
    after another. The lock costs nothing beyond this statement, which is needed for the tokens.
    """
    instant = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(HOLD + LOCKS[connection.vendor], [category.pk, instant, instant])
        found = cursor.fetchone()
    return tokens_of(*found) if found else None


def versions_of(token: str, code: str) -> tuple[int, ...]:
    """Return the keys of all versions of a category."""
    return _versions(token).get(code, ())


@lru_cache(maxsize=4)
def _versions(token: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for code, key in Category.objects.order_by("id").values_list("code", "id"):
        found[code] = (*found.get(code, ()), key)
    return found


def unchanged_since(tokens: Tokens, at: datetime) -> datetime:
    """Return the instant from which on all that reports are routed by is as it is at ``at``."""
    changes = _changes(tokens)
    return changes[bisect_right(changes, at) - 1]


@lru_cache(maxsize=4)
def _changes(tokens: Tokens) -> list[datetime]:
    """Return every instant at which something comes into force, or goes, by what is written now."""
    found = {BEGINNING}
    for rows in (Category.objects, Cell.objects, RoutingRule.objects):
        found.update(_ends(rows.values_list("valid_from", "valid_until")))
    found.update(map(_midnight, _ends(Unit.objects.values_list("founded_on", "dissolved_on"))))
    for terms in (Tenure.objects, Delegation.objects):
        handlers = terms.filter(post__role=HANDLER.code)
        found.update(_ends(handlers.values_list("starts_at", "ends_at")))
    return sorted(found)


def _ends(pairs: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    return (end for pair in pairs for end in pair if end is not None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
