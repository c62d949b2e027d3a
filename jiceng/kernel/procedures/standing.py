"""A case and the steps it stands in, read in one statement.

Nothing is locked by reading. What is written later names the version that was read, and is not
written where somebody was faster.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.utils import DEFAULT_DB_ALIAS

from jiceng.kernel.base.rows import columns, read
from jiceng.kernel.orgs.service import post_of, unit_of
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.publishing import version_of

CASE_COLUMNS = len(Case._meta.concrete_fields)


@dataclass(frozen=True)
class Standing:
    """A case, its open steps in the order in which it entered them, and the token of the
    organisation at that moment, "" where there was none."""

    case: Case
    steps: dict[str, CaseStep]
    token: str


def read_standing(number: str) -> Standing:
    """Return the case ``number`` as it stands; raises ``Case.DoesNotExist``."""
    rows = _fetch(_standing(), number)
    if not rows:
        raise Case.DoesNotExist(number)
    token, values = rows[0][0] or "", rows[0][1 : 1 + CASE_COLUMNS]
    case = read(Case, values)
    case.procedure = version_of(case.procedure_id)
    entered = [row[1 + CASE_COLUMNS :] for row in rows]
    steps = [read(CaseStep, values) for values in entered if values[0] is not None]
    _introduce(case, steps, token)
    return Standing(case, {step.step: step for step in steps}, token)


def read_ground() -> tuple[str, int]:
    """Return the token of the organisation and a key for a case that is about to be written.

    On SQLite it is the write lock that keeps the key free, so inside a transaction only.
    """
    token, key = _fetch(_ground(connections[DEFAULT_DB_ALIAS].vendor))[0]
    return token or "", key


def read_past(case: Case) -> list[CaseStep]:
    """Return every step of ``case`` that was left or is open, in order."""
    return [read(CaseStep, row) for row in _fetch(_past(), case.pk)]


def _fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@lru_cache(maxsize=2)
def _ground(vendor: str) -> str:
    table = Case._meta.db_table
    key = (
        f"nextval(pg_get_serial_sequence('{table}', 'id'))"
        if vendor == "postgresql"
        else f"coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0) + 1"
    )
    return f"SELECT (SELECT token FROM orgs_revision), {key}"


@lru_cache(maxsize=1)
def _standing() -> str:
    return (
        f"SELECT (SELECT token FROM orgs_revision), {columns(Case, 'c')}, {columns(CaseStep, 's')}"
        " FROM procedures_case c"
        " LEFT JOIN procedures_casestep s ON s.case_id = c.id AND s.left_at IS NULL"
        " WHERE c.number = %s ORDER BY s.id"
    )


@lru_cache(maxsize=1)
def _past() -> str:
    return (
        f"SELECT {columns(CaseStep, 's')} FROM procedures_casestep s"
        " WHERE s.case_id = %s ORDER BY s.id"
    )


def _introduce(case: Case, steps: list[CaseStep], token: str) -> None:
    """Make case, steps, units and posts known to each other, so that nobody asks for them."""
    for step in steps:
        step.case = case
    if not token:
        return
    case.unit = unit_of(token, case.unit_id)
    if case.contact_unit_id is not None:
        case.contact_unit = unit_of(token, case.contact_unit_id)
    for step in steps:
        step.unit = unit_of(token, step.unit_id)
        if step.post_id is not None:
            step.post = post_of(token, step.post_id)
