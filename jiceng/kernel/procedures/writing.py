"""What a move writes: one statement where the database can, else as many as it takes."""

from functools import lru_cache
from typing import Any

from django.db import connection

from jiceng.kernel.base.rows import adopt, change, fit, insert, inserted_columns, places
from jiceng.kernel.procedures.models import Case, CaseStep


def write_move(case: Case, left: CaseStep, opened: list[CaseStep]) -> bool:
    """Write what a move changed in memory: the step left, the steps entered, the case itself.

    ``False`` where somebody raised or handed on the step meanwhile, who did not need the lock of
    the case; then the transaction has to be given up.
    """
    if connection.vendor == "postgresql":
        return _write_at_once(case, left, opened)
    return _write_one_by_one(case, left, opened)


def _leaving(left: CaseStep) -> dict[str, Any]:
    return {"left_at": left.left_at, "left_by": left.left_by, "move": left.move}


def _settled(case: Case) -> dict[str, Any]:
    names = ("version", "unit_id", "contact_unit_id", "closed_at", "outcome")
    return {name: getattr(case, name) for name in names}


def _write_one_by_one(case: Case, left: CaseStep, opened: list[CaseStep]) -> bool:
    as_seen = {"id": left.pk, "post_id": left.post_id, "left_at": None}
    if not change(CaseStep, as_seen, **_leaving(left)):
        return False
    for step in opened:
        insert(step)
    change(Case, {"id": case.pk}, **_settled(case))
    return True


def _write_at_once(case: Case, left: CaseStep, opened: list[CaseStep]) -> bool:
    values = [*_leaving(left).values(), left.pk, left.post_id]
    for step in opened:
        values += fit(step)
    values += [*_settled(case).values(), case.pk]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(opened)), values)
        gone, keys = cursor.fetchone()
    for step, key in zip(opened, keys, strict=bool(gone)):
        adopt(step, key)
    return bool(gone)


@lru_cache(maxsize=16)
def _statement(opened: int) -> str:
    """Return the statement for a move that opens so many steps: each part of it happens only if
    the step was left, and the keys come in the order of the steps."""
    rows = ", ".join([f"({places(CaseStep, typed=True)})"] * opened)
    names = inserted_columns(CaseStep)
    fresh = (
        f"INSERT INTO procedures_casestep ({names}) SELECT fresh.* FROM gone,"
        f" (VALUES {rows}) AS fresh ({names}) RETURNING id"
        if opened
        else "SELECT 0 AS id WHERE false"
    )
    return f"""
        WITH gone AS (
          UPDATE procedures_casestep SET left_at = %s, left_by = %s, move = %s
          WHERE id = %s AND post_id IS NOT DISTINCT FROM %s::bigint AND left_at IS NULL
          RETURNING id
        ), entered AS ({fresh}), settled AS (
          UPDATE procedures_case
          SET version = %s, unit_id = %s, contact_unit_id = %s, closed_at = %s, outcome = %s
          FROM gone WHERE procedures_case.id = %s RETURNING procedures_case.id
        )
        SELECT (SELECT count(*) FROM gone), ARRAY(SELECT id FROM entered ORDER BY id)
    """
