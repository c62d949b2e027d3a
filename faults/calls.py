"""N7, G13, G15: what processes ask of the kernel: counted, or made to fail one by one."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connections

from faults.databases import Postgres, process
from faults.drills import quiet_seal, report
from faults.harness import die_with_parent
from faults.laboratory import Trial
from faults.points import Point, counted, points_of
from faults.restoring import backups_beside
from jiceng.kernel.backups.service import BackupRefused, Manifest, inspect, make
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Pending
from jiceng.kernel.ledger.verifying import verify

STRACE = shutil.which("strace")
SYNCS = "fsync,fdatasync,sync_file_range,msync"
NO_STRACE = "没有 strace，或不许跟踪进程"


class Tracer:
    """A running strace, and what it has seen."""

    def __init__(self, pids: list[int], words: tuple[str, ...]) -> None:
        self._out = Path(f"/tmp/jiceng-strace-{os.getpid()}-{time.monotonic_ns()}")
        attach = [word for pid in pids for word in ("-p", str(pid))]
        command = [str(STRACE), "-f", "-q", "-o", str(self._out), *words, *attach]
        self.running = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def seen(self) -> str:
        """End the trace, which writes what it holds back, and return all of it."""
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(0.5)  # it ends by itself where nobody is left to look at
        self.end()
        return self._out.read_text()

    def end(self) -> None:
        """Let go of the processes."""
        self.running.send_signal(signal.SIGINT)
        self.running.wait()

    def forget(self) -> None:
        """Remove what was seen."""
        self._out.unlink(missing_ok=True)


@contextmanager
def traced(pids: list[int], *words: str) -> Iterator[Tracer]:
    """Trace processes inside the block."""
    tracer = Tracer(pids, words)
    try:
        _attached(pids, tracer.running)
        yield tracer
    finally:
        tracer.end()
        tracer.forget()


def _attached(pids: list[int], tracer: subprocess.Popen) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and tracer.poll() is None:
        if all(_tracer_of(pid) for pid in pids):
            return
        time.sleep(0.01)
    raise PermissionError(NO_STRACE)


def _tracer_of(pid: int) -> bool:
    with suppress(OSError):
        return "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text()
    return True  # it has ended meanwhile


def can_trace() -> bool:
    """Tell whether strace is there and may look at a process of ours."""
    if STRACE is None:
        return False
    with subprocess.Popen(["sleep", "20"]) as sleeper:
        try:
            with traced([sleeper.pid], "-e", "trace=none"):
                return True
        except PermissionError:
            return False
        finally:
            sleeper.kill()


def syncs(trial: Trial) -> None:
    """G15: every acknowledged act was synced: a kill cannot show that, the calls can."""
    if not can_trace():
        trial.skipped = NO_STRACE
        return
    acts = 20
    report(trial, "op-0-first")
    pids = [os.getpid()]
    if isinstance(trial.database, Postgres):
        server = process(trial.database.pid())
        pids = [one.pid for one in server.children()] if server else []
    with traced(pids, "-e", f"trace={SYNCS}") as tracer:
        for number in range(acts):
            report(trial, f"op-0-{number}")
        done = len(re.findall(r"(?:sync|sync_file_range)\(", tracer.seen()))
    trial.measured |= {"acts": acts, "syncs": done}
    if done < acts:
        trial.broke("G15", f"{acts} acts were acknowledged with {done} syncs")


# What writes, syncs, names and opens files. Of a socket that fails and stays open, which no kernel
# has, the driver waits for the last words.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "rename", "unlink")
DONE, REFUSED, ERRED = 0, 3, 4  # how a process that was struck ended, unless by the signal
STRUCK = re.compile(r"\(INJECTED\)|killed by SIGKILL")


def broken_sealing(trial: Trial) -> None:
    """N7: one call of the sealer fails or kills it; the ledger is whole at once, and sealed by the
    next sealer."""

    def seal(number: int) -> None:
        quiet_seal()

    def prepare(number: int) -> None:
        report(trial, f"op-{number}-0")

    def look(number: int, point: Point, ended: int) -> None:
        _whole(trial, f"after {point}")
        quiet_seal()
        _whole(trial, f"healed after {point}")
        if Pending.objects.exists():
            trial.broke("G13", f"entries wait after {point}")

    _walk(trial, prepare, seal, look)


def _whole(trial: Trial, when: str) -> None:
    if (found := verify()).exit_code:
        trial.broke("G13", f"{when}: {dict(found.counts)}")


def broken_backup(trial: Trial) -> None:
    """N7: one call of a backup fails or kills it; what bears the name of a backup is a whole one,
    what was said to be made is there, and the next one succeeds."""
    backups = backups_beside(trial)
    for number in range(2):
        photo = settings.MEDIA_ROOT / f"{number}.jpg"
        photo.parent.mkdir(parents=True, exist_ok=True)
        photo.write_bytes(trial.dice(f"photo {number}").randbytes(1_500_000))
    _path, whole = make(backups / "whole", at=clock.read())

    def back_up(number: int) -> None:
        make(backups / str(number), at=clock.read())

    def look(number: int, point: Point, ended: int) -> None:
        if ended == DONE and not (backups / str(number)).exists():
            trial.broke("G13", f"{point}: a backup was made and is not there")
        for file in (*backups.glob(f"{number}"), *backups.glob(f".{number}.*")):
            _no_half(trial, file, whole, point)
            file.unlink()

    _walk(trial, lambda number: None, back_up, look)
    again, _manifest = make(backups / "again", at=clock.read())
    if _facts(inspect(again)) != _facts(whole):
        trial.broke("G13", "the last backup is not the first")


def _facts(manifest: Manifest) -> tuple:
    return manifest.tables, manifest.files["count"], manifest.files["bytes"]


def _no_half(trial: Trial, file: Path, whole: Manifest, point: Point) -> None:
    """Note what passes as a backup and is none; under a hidden name it may be torn."""
    try:
        found = inspect(file)
    except BackupRefused as refused:
        if not file.name.startswith("."):
            trial.broke("G13", f"{point}: {file.name} is {refused.code}")
    else:
        if _facts(found) != _facts(whole):
            held = f"{_facts(found)[1:]} of {_facts(whole)[1:]}"
            trial.broke("G13", f"{point}: {file.name} passes and holds {held}")


def _walk(
    trial: Trial,
    prepare: Callable[[int], None],
    work: Callable[[int], None],
    look: Callable[[int, Point, int], None],
) -> None:
    """Do the work once for each point, with the fault of that point, and look at what is left."""
    if not can_trace():
        trial.skipped = NO_STRACE
        return
    prepare(0)
    _ended, seen = _under(lambda: work(0), f"trace={','.join(CALLS)}")
    look(0, Point("none", 0, ""), DONE)
    counts = counted(seen)
    points = points_of(counts, trial.size, trial.dice("points"))
    endings: Counter[str] = Counter()
    for number, point in enumerate(points, start=1):
        prepare(number)
        injection = f"inject={point.call}:{point.fault}:when={point.number}"
        ended, seen = _under(lambda here=number: work(here), f"trace={point.call}", injection)
        endings["struck" if STRUCK.search(seen) else "missed"] += 1
        look(number, point, ended)
    trial.measured |= {"points": endings["struck"], "calls": sum(counts.values())}


def _under(work: Callable[[], None], *words: str) -> tuple[int, str]:
    """Do the work in a fork under strace; return how it ended, and what strace saw."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        die_with_parent()
        os.close(writing)
        os.read(reading, 1)
        os._exit(_ending(work))
    os.close(reading)
    try:
        with traced([child], *(part for word in words for part in ("-e", word))) as tracer:
            os.write(writing, b"!")
            _pid, status = os.waitpid(child, 0)
            return os.waitstatus_to_exitcode(status), tracer.seen()
    finally:
        os.close(writing)


def _ending(work: Callable[[], None]) -> int:
    try:
        work()
    except BackupRefused:
        return REFUSED
    except BaseException:
        return ERRED
    return DONE
