"""Our application in a process of the benchmark, and what is asked when the work is looked over."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django


def open_application() -> None:
    """Load the application on the database that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiceng.config.settings")
    django.setup()


def lay_tables() -> None:
    """Make the tables and write the world of the stage."""
    from django.core.management import call_command

    from bench.scenarios import stage

    call_command("migrate", verbosity=0)
    stage.lay()


def look_over() -> dict[str, Any]:
    """Count what was written, seal it, and verify the whole ledger."""
    from bench.scenarios.stage import TRANSACTIONS
    from jiceng.kernel.base import clock
    from jiceng.kernel.ledger import service as ledger
    from jiceng.kernel.ledger.models import Entry
    from jiceng.kernel.procedures.models import Case, CaseStep

    while ledger.seal(clock.read()):
        pass
    cases = Case.objects.count()
    entries = Entry.objects.filter(subject__startswith="grid.case:").count()
    open_steps = CaseStep.objects.open().count()
    undated = CaseStep.objects.filter(due_at__isnull=True).count()
    report = ledger.verify()
    found = {
        f"{entries} entries for {cases} cases": entries != TRANSACTIONS * cases,
        f"{open_steps} steps still open": open_steps != 0,
        f"{undated} steps without a day": undated != 0,
        f"ledger: {report.findings}": report.exit_code != 0,
    }
    return {"cases": cases, "faults": [words for words, wrong in found.items() if wrong]}


def cpu_clock() -> Callable[[], float]:
    """Return what reads the CPU milliseconds of this thread and of the server's process for it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return lambda: time.thread_time() * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: time.thread_time() * 1000 + int(path.read_text().split()[0]) / 1e6


class Untimed:
    """What every scenario has that is counted and not timed: one preparation, no unit of work."""

    def prepare(self) -> None:
        """Make the tables and write the world."""
        lay_tables()

    def ready(self, units: int) -> None:
        """Nothing is needed."""

    def unit(self) -> None:
        """Nothing is timed."""
