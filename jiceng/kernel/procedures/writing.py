"""What a move writes: one statement where the database can, else as many as it takes."""

from enum import Enum, auto
from functools import lru_cache
from typing import Any

from django.db import connection

from jiceng.kernel.base.rows import adopt, change, fit, insert, inserted_columns, places
from jiceng.kernel.procedures.models import Case, CaseStep


class Written(Enum):
    """What came of writing a move."""

    DONE = auto()
    # Somebody moved the case since it was read; nothing was written, and it can be read again.
    OVERTAKEN = auto()
    # Somebody raised or handed on the step, which does not count as a move; the transaction has
    # to be given up.
    TAKEN_AWAY = auto()


def write_move(case: Case, left: CaseStep, opened: list[CaseStep]) -> Written:
    """Write what a move changed in memory: the step left, the steps entered, the case itself.

    The version of ``case`` was counted up since it was read.
    """
    if connection.vendor == "postgresql":
        return _write_at_once(case, left, opened)
    return _write_one_by_one(case, left, opened)


def _settled(case: Case) -> dict[str, Any]:
    names = ("version", "unit_id", "contact_unit_id", "closed_at", "outcome")
    return {name: getattr(case, name) for name in names}


def _leaving(left: CaseStep) -> dict[str, Any]:
    return {name: getattr(left, name) for name in ("left_at", "left_by", "move")}


def _write_one_by_one(case: Case, left: CaseStep, opened: list[CaseStep]) -> Written:
    if not change(Case, {"id": case.pk, "version": case.version - 1}, **_settled(case)):
        return Written.OVERTAKEN
    as_seen = {"id": left.pk, "post_id": left.post_id, "left_at": None}
    if not change(CaseStep, as_seen, **_leaving(left)):
        return Written.TAKEN_AWAY
    for step in opened:
        insert(step)
    return Written.DONE


def _write_at_once(case: Case, left: CaseStep, opened: list[CaseStep]) -> Written:
    values = [*_settled(case).values(), case.pk, case.version - 1]
    values += [*_leaving(left).values(), left.pk, left.post_id]
    for step in opened:
        values += fit(step)
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(opened)), values)
        settled, gone, keys = cursor.fetchone()
    if not settled:
        return Written.OVERTAKEN
    if not gone:
        return Written.TAKEN_AWAY
    for step, key in zip(opened, keys, strict=True):
        adopt(step, key)
    return Written.DONE


@lru_cache(maxsize=16)
def _statement(opened: int) -> str:
    """Return the statement for a move that opens so many steps. Each part happens only if the one
    before it did; the keys come in the order of the steps."""
    rows = ", ".join([f"({places(CaseStep, typed=True)})"] * opened)
    names = inserted_columns(CaseStep)
    entered = (
        f"INSERT INTO procedures_casestep ({names}) SELECT fresh.* FROM gone,"
        f" (VALUES {rows}) AS fresh ({names}) RETURNING id"
        if opened
        else "SELECT 0 AS id WHERE false"
    )
    return f"""
        WITH settled AS (
          UPDATE procedures_case
          SET version = %s, unit_id = %s, contact_unit_id = %s, closed_at = %s, outcome = %s
          WHERE id = %s AND version = %s RETURNING id
        ), gone AS (
          UPDATE procedures_casestep step SET left_at = %s, left_by = %s, move = %s
          FROM settled
          WHERE step.id = %s AND step.post_id IS NOT DISTINCT FROM %s::bigint
            AND step.left_at IS NULL
          RETURNING step.id
        ), entered AS ({entered})
        SELECT (SELECT count(*) FROM settled), (SELECT count(*) FROM gone),
          ARRAY(SELECT id FROM entered ORDER BY id)
    """
