"""The loop that a background process runs until it is told to stop."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import FrameType

from django.db import close_old_connections

from jiceng.kernel.base.jobs import JOBS, Job, Process

log = logging.getLogger(__name__)
# After a failure a job waits this long, so that a broken database is not hammered.
PATIENCE = 5.0


class Runner:
    """Runs the jobs of one process, each at its own pace."""

    def __init__(self, process: Process, read_clock: Callable[[], datetime]) -> None:
        self.jobs = [job for job in JOBS if job.process == process]
        self.read_clock = read_clock
        self.stopping = threading.Event()
        self.due = {job.code: 0.0 for job in self.jobs}

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Finish the job at hand, then return from ``run``."""
        self.stopping.set()

    def run(self) -> None:
        """Run until ``stop`` is called or the process receives SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self.stopping.is_set():
            self.turn()
            pause = min(self.due.values(), default=0.0) - time.monotonic()
            self.stopping.wait(max(0.05, pause))

    def turn(self) -> None:
        """Run each job whose time has come, once."""
        for job in self.jobs:
            if self.due[job.code] <= time.monotonic() and not self.stopping.is_set():
                self.due[job.code] = time.monotonic() + self._once(job)

    def _once(self, job: Job) -> float:
        """Run one job and return after how many seconds it is due again."""
        try:
            done = job.run(self.read_clock())
        except Exception:
            # One failing job must not stop the others; the log says which and why.
            log.exception("job %s failed", job.code)
            close_old_connections()
            return max(job.seconds, PATIENCE)
        if done:
            log.info("job %s: %s", job.code, done)
        return job.seconds
