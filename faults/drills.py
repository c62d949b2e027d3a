"""Drills on the bench: each does one thing that goes wrong in the world, and says what is due."""

import json
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from faults import invariants as law
from faults.acting import perform
from faults.course import CATEGORIES, UNITS, next_move
from faults.databases import Postgres, gone
from faults.following import DWELL, FOLLOWER
from faults.laboratory import Trial, hands, quiet, reach, run_then_close, work_once, worker
from jiceng.kernel.base import clock
from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.ledger import followers
from jiceng.kernel.ledger.models import Cursor, Seal
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.ui.errors import refusal_of

REFUSING = """
CREATE FUNCTION faults_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF random() < 0.3 THEN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END IF; RETURN NEW;
END $$;
CREATE TRIGGER faults_refuse BEFORE INSERT ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION faults_refuse();
"""
CALM = "DROP TRIGGER faults_refuse ON ledger_entry"
LATE = """
CREATE FUNCTION faults_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_sleep(random() * 0.15); RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER faults_late AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION faults_late();
"""


def statement(text: str) -> None:
    """Run a statement of the laboratory on the database of the trial."""
    with connection.cursor() as cursor:
        cursor.execute(text)


def report(trial: Trial, mark: str, at: object = None) -> dict:
    """File one report and return its answer."""
    chances = trial.dice(mark)
    asked = {"act": "report", "category": chances.choice(CATEGORIES), "unit": UNITS[0]}
    asked |= {"key": mark, "mark": mark, "claim": "drill"}
    return perform(asked, at or clock.read())


def repeats(trial: Trial) -> None:
    """N8: everything is said once more now and then, and acts are sealed meanwhile."""
    with worker(), hands(trial, 4, twice=0.5) as history:
        reach(history, 60)
    trial.measured["acts"] = history.acked


def refused_entries(trial: Trial) -> None:
    """N6: the database has no room for every third entry; nothing of such an act may stay."""
    statement(REFUSING)
    with hands(trial, 4) as history:
        reach(history, 30)
    statement(CALM)
    quiet()


def late_commits(trial: Trial) -> None:
    """N5: transactions commit in another order than their ids were taken."""
    statement(LATE)
    with worker(pause=0.005), hands(trial, 8) as history:
        reach(history, 150)
    trial.measured["acts"] = history.acked


def one_step(trial: Trial) -> None:
    """N10: 32 at once on one step; one wins, 31 are told 409."""
    if connection.vendor == "postgresql":
        statement(LATE)  # the winner takes its time, so that the others come before it is done
    rounds = 100 if trial.size == "large" else 1
    for turn in range(rounds):
        state = report(trial, f"op-0-{turn}")
        answers = Counter(_race(next_move(state), 32))
        if answers != {200: 1, 409: 31}:
            trial.broke("G10", f"one step was answered {dict(answers)}")
    trial.measured["rounds"] = rounds


def _race(asked: dict, rivals: int) -> list[int]:
    """Let so many press one button at the same moment; return what they were told."""
    start = threading.Barrier(rivals)

    def press(rival: int) -> int:
        mark = f"rival-{asked['step_id']}-{rival}"
        connection.ensure_connection()
        start.wait(30)
        try:
            perform(asked | {"key": mark, "mark": mark, "claim": "drill"}, clock.read())
        except Exception as error:
            refusal = refusal_of(error)
            return refusal.status if refusal else 500
        finally:
            connection.close()
        return 200

    with ThreadPoolExecutor(rivals) as pool:
        return list(pool.map(press, range(rivals)))


def killed_database(trial: Trial) -> None:
    """N3: the server and all its processes are killed while acts are acknowledged."""
    assert isinstance(trial.database, Postgres)
    kills = 3
    with hands(trial, 6) as history:
        for _kill in range(kills):
            reach(history, history.acked + 25)
            trial.database.kill()
            trial.database.start()
        reach(history, history.acked + 5)
    quiet()
    trial.measured |= {"kills": kills, "acts": history.acked}


def zombies(trial: Trial) -> None:
    """N11: a follower sleeps through its lease in the middle of an effect, and wakes up."""
    followers.LEASE = timedelta(seconds=0.4)
    rounds = 200 if trial.size == "large" else 10
    mark = trial.folder / "dwell"
    os.environ[DWELL] = str(mark)
    for turn in range(rounds):
        report(trial, f"op-0-{turn}")
        quiet_seal()
        _sleep_through(mark, awake=True)
    quiet()
    trial.measured["zombies"] = rounds


def dead_follower(trial: Trial) -> None:
    """N2: a worker is killed in the middle of an effect; the next one takes over by itself."""
    if timedelta(hours=1) > followers.LEASE:
        followers.LEASE = timedelta(seconds=0.4)
    mark = trial.folder / "dwell"
    os.environ[DWELL] = str(mark)
    for turn in range(3):
        report(trial, f"op-0-{turn}")
        quiet_seal()
        _sleep_through(mark, awake=False)
    quiet()


def stale_claim(trial: Trial) -> None:
    """N11: a worker looks at a cursor in another's hands and claims it when that one has let go."""
    mark = trial.folder / "dwell"
    os.environ[DWELL] = str(mark)
    for turn in range(3):
        report(trial, f"op-0-{turn}")
        quiet_seal()
        mark.touch()
        _look_then_claim(mark)
    quiet()


def _look_then_claim(mark: Path) -> None:
    looked, free = threading.Event(), threading.Event()

    def gate(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "ledger_cursor"') and FOLLOWER in params:
            looked.set()
            free.wait(20)
        return execute(sql, params, many, context)

    def late() -> None:
        with connection.execute_wrapper(gate):
            work_once()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run_then_close, work_once)
        until = time.monotonic() + 20
        while not Cursor.objects.filter(name=FOLLOWER, lease_until__isnull=False).exists():
            time.sleep(0.02)
            assert time.monotonic() < until, "nobody follows"
        pool.submit(run_then_close, late)
        looked.wait(20)
        mark.unlink()
        first.result()
        free.set()


def quiet_seal() -> None:
    """Seal what waits, without letting anybody follow."""
    from jiceng.kernel.ledger import sealing

    while sealing.seal(clock.read()):
        pass


def _sleep_through(mark: Path, *, awake: bool) -> None:
    """Catch a worker within an effect, let its lease run out, and let another one work."""
    mark.touch()
    connection.close()
    zombie = os.fork()
    if zombie == 0:
        os.environ[DWELL] = str(mark)
        work_once()
        os._exit(0)
    time.sleep(0.3)
    os.kill(zombie, signal.SIGSTOP if awake else signal.SIGKILL)
    mark.unlink()
    time.sleep(0.5)
    work_once()
    if awake:
        os.kill(zombie, signal.SIGCONT)
    with suppress(ChildProcessError):
        os.waitpid(zombie, 0)
    gone([zombie])


# Minutes, half days and weeks, forward and back, for the large size.
JUMPS_BETWEEN = (1 / 60, 0.5, 6, 12, 18, 36, 48, 72, 120, 168, 240, 720)
# N9: hours from now at which the clock stands: back, over midnight, into years that nobody has
# published a calendar for, and a little back in the middle of a case.
JUMPS = (2, -2, 24, 370 * 24, 3 * 365 * 24, -5 / 60)
MANY_JUMPS = (*JUMPS, *(sign * hours for hours in JUMPS_BETWEEN for sign in (1, -1)))


def clock_jumps(trial: Trial) -> None:
    """N9: the clock jumps between the acts of a case; order stays, days are provisional."""
    now = clock.read()
    jumps = MANY_JUMPS if trial.size == "large" else JUMPS
    for turn, hours in enumerate(jumps):
        at = now + timedelta(hours=hours)
        state = report(trial, f"op-{turn}-0", now)
        for step in range(1, 4):
            mark = f"op-{turn}-{step}"
            asked = next_move(state) | {"key": mark, "mark": mark, "claim": "drill"}
            state = perform(asked, at if step == 2 else now)
        report(trial, f"op-{turn}-9", at)
    for job in JOBS:
        if job.process == "tick" and job.seconds <= 3600:
            job.run(now)
    quiet()
    trial.measured["jumps"] = len(jumps)


def proofs(trial: Trial) -> None:
    """G4: receipts are taken from a tree that grows meanwhile, and all verify off-line."""
    due = 10_000 if trial.size == "large" else 2_000
    chances = trial.dice("proofs")
    check = law.offline_checker()
    with worker(pause=0.2), hands(trial, 1) as history:
        reach(history, 20)
        done = 0
        while done < due and not trial.findings:
            places = list(Seal.objects.order_by("-position").values_list("entry_id", flat=True))
            done += _prove(trial, chances.choices(places, k=100), check)
    trial.measured |= {"proofs": done, "appended": history.acked}


def _prove(trial: Trial, ids: list[int], check: object) -> int:
    from jiceng.kernel.ledger.models import Entry

    uids = dict(Entry.objects.filter(pk__in=ids).values_list("pk", "uid"))
    for pk in ids:
        if fault := check(receipt_for(uids[pk])):
            trial.broke("I3", f"{uids[pk]}: {fault}")
    return len(ids)


def many_writers(trial: Trial) -> None:
    """G12: sixteen writers on one file; nobody is told «locked», nobody waits long."""
    seconds = 120 if trial.size == "large" else 30
    with worker(), hands(trial, 16) as history:
        time.sleep(seconds)
    busy = history.statuses[503]
    lines = map(json.loads, trial.history.read_text().splitlines())
    took = sorted(line["took"] for line in lines if "took" in line)
    trial.measured |= {"seconds": seconds, "acts": history.acked, "locked": busy}
    trial.measured |= {"p99": took[int(len(took) * 0.99) - 1], "max": took[-1]}
    if busy:
        trial.broke("G12", f"{busy} acts were told that the database is busy")
