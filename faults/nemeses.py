"""What is done to an installation while clients act. Each nemesis returns the number of kills."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil

from faults.databases import Postgres
from faults.harness import Installation

SLOW = 2.0  # seconds that a hot table stays locked
PAUSED = 4.0  # longer than the lease of a follower here


def kill_web_worker(there: Installation, dice: Random) -> int:
    """N1: one process that serves requests; its master starts another."""
    return there.members["web"].kill(child=True)


def kill_web(there: Installation, dice: Random) -> int:
    """N1: the master and all that serve."""
    return there.members["web"].kill()


def kill_worker(there: Installation, dice: Random) -> int:
    """N2: one of the two that seal and follow."""
    return there.members[dice.choice(("worker-1", "worker-2"))].kill()


def kill_tick(there: Installation, dice: Random) -> int:
    """N2: what happens because time passes."""
    return there.members["tick"].kill()


def kill_backend(there: Installation, dice: Random) -> int:
    """N3: one process of the database; all its others restart and recover."""
    assert isinstance(there.database, Postgres)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(dice.choice(there.database.backends(there.name))).kill()
        return 1
    return 0


def kill_database(there: Installation, dice: Random) -> int:
    """N3: the whole database; what was not on disk is gone."""
    assert isinstance(there.database, Postgres)
    there.database.kill()
    there.database.start()
    return 1


def restart_database(there: Installation, dice: Random) -> int:
    """N4: stopped for a moment, politely or not. No kill."""
    there.database.stop(dice.choice(("fast", "immediate")))
    time.sleep(dice.random() * 2)
    there.database.start()
    return 0


def slow_database(there: Installation, dice: Random) -> int:
    """N5: nobody can write history for a while. No kill."""
    assert isinstance(there.database, Postgres)
    with there.database.connect(there.name) as connection, connection.transaction():
        connection.execute("LOCK TABLE ledger_entry IN SHARE MODE")
        time.sleep(SLOW)
    return 0


def slow_file(there: Installation, dice: Random) -> int:
    """N5: a writer sits on the queue of SQLite. No kill."""
    import fcntl

    with (there.database.folder / f"{there.name}.sqlite3-queue").open("a") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        time.sleep(SLOW)
    return 0


def pause_worker(there: Installation, dice: Random) -> int:
    """N11: a worker sleeps through its lease and wakes up as if nothing had been. No kill."""
    family = there.members[dice.choice(("worker-1", "worker-2"))].family()
    for one in family:
        one.send_signal(signal.SIGSTOP)
    time.sleep(PAUSED)
    for one in family:
        one.send_signal(signal.SIGCONT)
    return 0


Nemesis = Callable[[Installation, Random], int]
# How often each strikes in one round; a campaign repeats rounds until enough was killed.
ROUND: dict[str, dict[Nemesis, int]] = {
    "postgresql": {
        kill_web_worker: 4,
        kill_web: 1,
        kill_worker: 3,
        kill_tick: 1,
        kill_backend: 8,
        kill_database: 4,
        restart_database: 2,
        slow_database: 1,
        pause_worker: 1,
    },
    "sqlite": {
        kill_web_worker: 5,
        kill_web: 1,
        kill_worker: 3,
        kill_tick: 1,
        slow_file: 1,
        pause_worker: 1,
    },
}


def strikes(vendor: str, kills: int, dice: Random) -> list[Nemesis]:
    """Return the nemeses of a campaign in the order of the dice, enough for ``kills``."""
    order: list[Nemesis] = []
    while sum("kill" in nemesis.__name__ for nemesis in order) < kills:
        once = [nemesis for nemesis, times in ROUND[vendor].items() for _time in range(times)]
        dice.shuffle(once)
        order += once
    return order
