"""PostgreSQL by hand: psycopg, BEGIN and three statements and COMMIT for each transition."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import psycopg

from bench.limits.schema import BODY, STEPS, TITLE, faults, statements

INSERT_CASE = (
    "INSERT INTO {0}_case (number, title, status, opened_at)"
    " VALUES (%s, %s, 'open', %s) RETURNING id"
)
INSERT_STEP = (
    "INSERT INTO {0}_step (case_id, step, assignee, entered_at, due_at)"
    " VALUES (%s, %s, %s, %s, %s) RETURNING id"
)
INSERT_ENTRY = "INSERT INTO {0}_ledger (case_id, at, event, body) VALUES (%s, %s, %s, %s)"
LEAVE = "UPDATE {0}_step SET left_at = %s WHERE id = %s AND left_at IS NULL"
CLOSE = "UPDATE {0}_case SET status = 'closed', closed_at = %s WHERE id = %s"
COUNTS = """
SELECT (SELECT count(*) FROM {0}_case), (SELECT count(*) FROM {0}_ledger),
  (SELECT count(*) FROM {0}_step WHERE left_at IS NULL),
  (SELECT count(*) FROM {0}_step WHERE due_at IS NULL)
"""
DAYS = timedelta(days=3)


@cache
def _on_tables(prefix: str, text: str) -> str:
    return text.replace("{0}", prefix)


class Player:
    """A case in seven transactions of three statements each."""

    prefix = "plain"

    def __init__(self, options: dict[str, Any]) -> None:
        self.connection = psycopg.connect(options["database"], autocommit=True)
        self.assignee = options["number"]

    def sql(self, text: str) -> Any:
        """Return a statement on the tables of this player."""
        return _on_tables(self.prefix, text)

    def prepare(self) -> None:
        """Make the tables."""
        for statement in statements(self.prefix, "postgresql"):
            self.connection.execute(statement)

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def _one(self, statement: str, *given: Any) -> int:
        row = self.connection.execute(self.sql(statement), given).fetchone()
        assert row is not None
        return int(row[0])

    def _place(self, case: int, step: str, at: datetime) -> int:
        return self._one(INSERT_STEP, case, step, self.assignee, at, at + DAYS)

    def _say(self, case: int, step: str, at: datetime) -> None:
        self.connection.execute(self.sql(INSERT_ENTRY), (case, at, f"grid.case.{step}", BODY))

    def unit(self) -> None:
        """Open a case and move it six times."""
        at = datetime.now(UTC)
        with self.connection.transaction():
            case = self._one(INSERT_CASE, f"{at:%y%m%d%H%M%S%f}", TITLE, at)
            open_step = self._place(case, STEPS[0], at)
            self._say(case, STEPS[0], at)
        for step in STEPS[1:]:
            open_step = self._move(case, open_step, step)

    def _move(self, case: int, left: int, step: str) -> int:
        at = datetime.now(UTC)
        with self.connection.transaction():
            self.connection.execute(self.sql(LEAVE), (at, left))
            if step == STEPS[-1]:
                self.connection.execute(self.sql(CLOSE), (at, case))
            else:
                left = self._place(case, step, at)
            self._say(case, step, at)
        return left

    def check(self) -> dict[str, Any]:
        """Count what was written."""
        counts = self.connection.execute(self.sql(COUNTS)).fetchone()
        assert counts is not None
        return {"cases": counts[0], "faults": faults(*counts)}
