"""Taking over a file of requests by ``replay``, beside writing the same rows when finished.

Batch by batch through the real command's run: every move by the rules of a move, every entry in
the ledger. After so many batches their rows are read back and written once more, as they are.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.scenarios.opening import Untimed, cpu_clock, open_application

BATCH = 500
BATCHES = 4  # whose rows are written once more together, in one transaction


class Enough(Exception):
    """The time is over; what was written so far is whole."""


class Player(Untimed):
    """Takes over a file, or as much of it as there is time for."""

    def __init__(self, options: dict[str, Any]) -> None:
        open_application()
        self.file, self.seconds = Path(options["file"]), options["seconds"]
        self.rows, self.beside = options["rows"], options["beside"]

    def prepare(self) -> None:
        """Make the tables."""
        from django.core.management import call_command

        call_command("migrate", verbosity=0)

    def check(self) -> dict[str, Any]:
        """Take over, and return what each part took, and the most memory there was until then."""
        from django.conf import settings

        from jiceng.kernel.base import clock
        from jiceng.systems.grid.management.replay.mapping import load_mapping
        from jiceng.systems.grid.management.replay.running import Replay

        mapping = load_mapping(settings.ROOT / "data" / "mappings" / "boston2015.toml")
        replay = Replay(self.file, mapping, clock.read(), lambda *row: None)
        parts = _Parts(replay, self.seconds, beside=self.beside)
        with suppress(Enough):
            replay.run(batch=BATCH, limit=self.rows, progress=parts.progress)
        refused = replay.tally.refused.total()
        return {"rows": replay.tally.rows, "refused": refused, "parts": parts.found}


class _Parts:
    """Stops the clocks between batches, while the rows of a part are written once more."""

    def __init__(self, replay: Any, seconds: float, *, beside: bool) -> None:
        from django.db import connection

        from bench.limits.finished import Finished

        self.replay, self.found, self.batches = replay, list[dict[str, float]](), 0
        self.finished = Finished(connection) if beside else None
        self.cpu = cpu_clock()
        self.end = time.monotonic() + seconds
        self._begin()

    def _begin(self) -> None:
        self.entries, self.begun = self.replay.tally.entries, time.perf_counter()
        self.spent = self.cpu()

    def progress(self, _rows: int) -> None:
        """Hear that a batch is written."""
        from jiceng.systems.grid.management.replay.telling import peak_memory

        self.batches += 1
        if self.batches % BATCHES:
            return
        part = {
            "events": self.replay.tally.entries - self.entries,
            "wall": time.perf_counter() - self.begun,
            "cpu": (self.cpu() - self.spent) / 1000,
            "memory": peak_memory(),
        }
        if self.finished:
            part |= self._once_more()
        self.found.append(part)
        if time.monotonic() > self.end:
            raise Enough
        self._begin()

    def _once_more(self) -> dict[str, float]:
        from django.db import transaction

        assert self.finished is not None
        rows = self.finished.rows()
        begun, spent = time.perf_counter(), self.cpu()
        with transaction.atomic():
            self.finished.write(rows)
        return {
            "limit_wall": time.perf_counter() - begun,
            "limit_cpu": (self.cpu() - spent) / 1000,
            "rows": sum(map(len, rows.values())),
        }
