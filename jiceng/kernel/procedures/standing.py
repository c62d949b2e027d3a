"""A case under its lock, and the steps it stands in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from jiceng.kernel.base.rows import columns, read
from jiceng.kernel.orgs.service import post_of, unit_of
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.publishing import version_of


@dataclass(frozen=True)
class Standing:
    """A case that nobody else moves until the transaction ends, and its steps, oldest first.

    ``token`` is that of the organisation when the steps were read, "" where there was none.
    """

    case: Case
    steps: list[CaseStep]
    token: str

    @property
    def open(self) -> dict[str, CaseStep]:
        """Return where the case stands, by step."""
        return {step.step: step for step in self.steps if step.left_at is None}


def lock(number: str, asks_past: Callable[[Case], bool]) -> Standing:
    """Return the case ``number`` as it is once its lock is ours, with the steps that it left
    where ``asks_past``; raises ``Case.DoesNotExist``.

    Two statements: whoever waited for the lock must read the steps after the wait, not before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_case(), [number])
        found = cursor.fetchone()
        if found is None:
            raise Case.DoesNotExist(number)
        case = read(Case, found)
        case.procedure = version_of(case.procedure_id)
        cursor.execute(_steps(asks_past(case)), [case.pk])
        rows = cursor.fetchall()
    token = (rows[0][0] or "") if rows else ""
    steps = [read(CaseStep, row[1:]) for row in rows]
    _introduce(case, steps, token)
    return Standing(case, steps, token)


@lru_cache(maxsize=1)
def _case() -> str:
    # SQLite took its one lock when the transaction began.
    locked = " FOR UPDATE" if connection.features.has_select_for_update else ""
    return f"SELECT {columns(Case, 'c')} FROM procedures_case c WHERE c.number = %s{locked}"


@lru_cache(maxsize=2)
def _steps(whole: bool) -> str:
    only = "" if whole else " AND s.left_at IS NULL"
    return (
        f"SELECT (SELECT token FROM orgs_revision), {columns(CaseStep, 's')}"
        f" FROM procedures_casestep s WHERE s.case_id = %s{only} ORDER BY s.id"
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
        if step.sent_to_id is not None:
            step.sent_to = unit_of(token, step.sent_to_id)
