"""The power goes in the middle of a run: what was written is whole, and the next run goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from jiceng.kernel.base.clock import read
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import seal, verify
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests.requests_file import BOSTON, OPEN, Story, command, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROWS, BATCH = 2000, 40
PATIENCE = 60  # seconds


def database_url() -> str:
    """Return how another process reaches the database of this test."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["JICENG_DATABASE_URL"])._replace(path=f"/{name}").geturl()


def started(file: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own."""
    arguments = [str(file), "--mapping", str(BOSTON), "--report", str(folder / "first.csv")]
    environment = os.environ | {
        "JICENG_DATABASE_URL": database_url(),
        "JICENG_VAR": str(folder / "var"),
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "replay", *arguments, "--batch", str(BATCH)],
        cwd=settings.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def whole_cases() -> int:
    """Return how many cases there are, each with its report, steps and history; check that."""
    cases = list(Case.objects.all())
    assert Incident.objects.count() == len(cases)
    entries = Entry.objects.filter(event__startswith="grid.case.").count()
    assert entries == sum(1 + case.version for case in cases)
    left = CaseStep.objects.filter(left_at__isnull=False).count()
    assert left == sum(case.version for case in cases)
    return len(cases)


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    stories = [Story(str(n), cells=OPEN if n % 3 else {}) for n in range(1, ROWS + 1)]
    file = write(tmp_path, stories)
    process = started(file, tmp_path)
    until = time.monotonic() + PATIENCE
    while Case.objects.count() < 3 * BATCH and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = whole_cases()
    assert 0 < done < ROWS
    assert done % BATCH == 0
    said = command(file, tmp_path / "second.csv")
    assert f"新增 {ROWS - done} 件，此前已导入 {done} 件" in said
    assert whole_cases() == ROWS
    while seal(read()):
        pass
    assert verify().exit_code == 0
