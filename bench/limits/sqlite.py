"""SQLite by hand: WAL, FULL, IMMEDIATE; three statements for each transition."""

import sqlite3
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bench.limits.plain import CLOSE, COUNTS, DAYS, INSERT_CASE, INSERT_ENTRY, INSERT_STEP, LEAVE
from bench.limits.schema import BODY, STEPS, TITLE, faults, statements


@cache
def _own(statement: str) -> str:
    return statement.replace("{0}", "raw").replace("%s", "?").replace(" RETURNING id", "")


class Player:
    """A case in seven transactions of three statements each."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.connection = sqlite3.connect(options["database"], isolation_level=None, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.assignee = options["number"]
        self.do = self.connection.execute

    def prepare(self) -> None:
        """Make the tables."""
        for statement in statements("raw", "sqlite"):
            self.do(statement)

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> None:
        """Open a case and move it six times."""
        at = datetime.now(UTC)
        self.do("BEGIN IMMEDIATE")
        number = f"{at:%y%m%d%H%M%S%f}"
        case = self.do(_own(INSERT_CASE), (number, TITLE, at.isoformat())).lastrowid
        open_step = self._place(case, STEPS[0], at)
        self._say(case, STEPS[0], at)
        self.do("COMMIT")
        for step in STEPS[1:]:
            open_step = self._move(case, open_step, step)

    def _move(self, case: Any, left: Any, step: str) -> Any:
        at = datetime.now(UTC)
        self.do("BEGIN IMMEDIATE")
        self.do(_own(LEAVE), (at.isoformat(), left))
        if step == STEPS[-1]:
            self.do(_own(CLOSE), (at.isoformat(), case))
        else:
            left = self._place(case, step, at)
        self._say(case, step, at)
        self.do("COMMIT")
        return left

    def _place(self, case: Any, step: str, at: datetime) -> Any:
        row = (case, step, self.assignee, at.isoformat(), (at + DAYS).isoformat())
        return self.do(_own(INSERT_STEP), row).lastrowid

    def _say(self, case: Any, step: str, at: datetime) -> None:
        self.do(_own(INSERT_ENTRY), (case, at.isoformat(), f"grid.case.{step}", BODY))

    def check(self) -> dict[str, Any]:
        """Count what was written."""
        counts = self.do(_own(COUNTS)).fetchone()
        return {"cases": counts[0], "faults": faults(*counts)}
