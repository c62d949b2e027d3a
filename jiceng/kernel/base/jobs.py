"""Background jobs: what the worker and the tick do again and again.

Every job is safe to run twice and beside itself; it finds its own work by rows, never by
remembering where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jiceng.kernel.base.registry import Registry

Process = Literal["worker", "tick"]
Work = Callable[[datetime], int]


@dataclass(frozen=True)
class Job:
    """A function to call every ``seconds``; it returns how many things it did."""

    code: str
    run: Work
    seconds: float
    process: Process


JOBS: Registry[Job] = Registry("job")


def every(seconds: float, process: Process) -> Callable[[Work], Work]:
    """Register a function of the instant ``at`` as a job of the named process."""

    def register(run: Work) -> Work:
        code = f"{run.__module__.split('.')[2]}.{run.__name__}"
        JOBS.add(code, Job(code, run, seconds, process))
        return run

    return register
