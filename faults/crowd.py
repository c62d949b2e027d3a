"""A crowd before a whole installation in a drill: clients over HTTP, and the verdict at the end."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from faults.campaign import judge
from faults.clients import Client, History
from faults.harness import Installation
from faults.laboratory import Trial

CROWD = (Client,) * 6


@contextmanager
def crowd(
    trial: Trial, there: Installation, kinds: Sequence[type[Client]] = CROWD
) -> Iterator[History]:
    """Start the installation and let clients act beside the block; then wait for every answer, and
    judge what is left once all is settled."""
    history, stop = History(trial.history), threading.Event()
    there.start()
    clients = [
        kind(number, there.port, history, trial.dice(f"client {number}"), stop)
        for number, kind in enumerate(kinds)
    ]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield history
    finally:
        stop.set()
        for thread in threads:
            thread.join(90)
        history.close()
    trial.findings |= judge(there, trial.history, "--settled")["findings"]
    trial.measured["acts"] = history.acked
