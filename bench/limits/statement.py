"""PostgreSQL by hand, the shortest way: each transition is one data-modifying statement."""

from datetime import UTC, datetime
from typing import Any

from bench.limits import plain
from bench.limits.schema import BODY, STEPS, TITLE

OPEN = """
WITH opened AS (
  INSERT INTO {0}_case (number, title, status, opened_at) VALUES (%s, %s, 'open', %s) RETURNING id
), placed AS (
  INSERT INTO {0}_step (case_id, step, assignee, entered_at, due_at)
  SELECT id, %s, %s, %s, %s FROM opened RETURNING id
), said AS (
  INSERT INTO {0}_ledger (case_id, at, event, body) SELECT id, %s, %s, %s FROM opened
) SELECT opened.id, placed.id FROM opened, placed
"""
MOVE = """
WITH departed AS (
  UPDATE {0}_step SET left_at = %s WHERE id = %s AND left_at IS NULL RETURNING case_id
), placed AS (
  INSERT INTO {0}_step (case_id, step, assignee, entered_at, due_at)
  SELECT case_id, %s, %s, %s, %s FROM departed RETURNING id
), said AS (
  INSERT INTO {0}_ledger (case_id, at, event, body) SELECT case_id, %s, %s, %s FROM departed
) SELECT id FROM placed
"""
END = """
WITH departed AS (
  UPDATE {0}_step SET left_at = %s WHERE id = %s AND left_at IS NULL RETURNING case_id
), closed AS (
  UPDATE {0}_case SET status = 'closed', closed_at = %s
  WHERE id = (SELECT case_id FROM departed) RETURNING id
) INSERT INTO {0}_ledger (case_id, at, event, body) SELECT id, %s, %s, %s FROM closed
"""


class Player(plain.Player):
    """A case in seven statements, each its own transaction."""

    prefix = "statement"

    def unit(self) -> None:
        """Open a case and move it six times."""
        at, first = datetime.now(UTC), STEPS[0]
        step = (first, self.assignee, at, at + plain.DAYS, at, f"grid.case.{first}", BODY)
        row = self._ask(OPEN, f"{at:%y%m%d%H%M%S%f}", TITLE, at, *step).fetchone()
        for code in STEPS[1:-1]:
            at = datetime.now(UTC)
            step = (code, self.assignee, at, at + plain.DAYS, at, f"grid.case.{code}", BODY)
            row = self._ask(MOVE, at, row[-1], *step).fetchone()
        at = datetime.now(UTC)
        self._ask(END, at, row[-1], at, at, f"grid.case.{STEPS[-1]}", BODY)

    def _ask(self, statement: str, *given: Any) -> Any:
        return self.connection.execute(self.sql(statement), given)
