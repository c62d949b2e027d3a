"""Drills about what lies under the database: syncs, a full disk, calls that fail."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection, connections

from faults import invariants as law
from faults.databases import Postgres, process
from faults.drills import quiet_seal, report
from faults.laboratory import Trial, hands, quiet, reach

STRACE = shutil.which("strace")
SYNCS = "fsync,fdatasync,sync_file_range,msync"
NO_STRACE = "没有 strace，或不许跟踪进程"


@contextmanager
def traced(pids: list[int], *words: str) -> Iterator[Path]:
    """Trace processes inside the block; yield the file of what they called."""
    out = Path(f"/tmp/jiceng-strace-{os.getpid()}-{time.monotonic_ns()}")
    attach = [word for pid in pids for word in ("-p", str(pid))]
    command = [str(STRACE), "-f", "-q", "-o", str(out), *words, *attach]
    tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _attached(pids, tracer)
        yield out
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        out.unlink(missing_ok=True)


def _attached(pids: list[int], tracer: subprocess.Popen) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and tracer.poll() is None:
        if all(_tracer_of(pid) for pid in pids):
            return
        time.sleep(0.02)
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
    with traced(pids, "-e", f"trace={SYNCS}") as out:
        for number in range(acts):
            report(trial, f"op-0-{number}")
        time.sleep(0.1)
        done = len(re.findall(r"(?:sync|sync_file_range)\(", out.read_text()))
    trial.measured |= {"acts": acts, "syncs": done}
    if done < acts:
        trial.broke("G15", f"{acts} acts were acknowledged with {done} syncs")


def full_disk(trial: Trial) -> None:
    """N6, G14: the volume of the database is full for a while; nothing acknowledged is lost."""
    volume = trial.folder / "volume"
    volume.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(volume)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        trial.skipped = "不是 root，不能挂载小磁盘"
        return
    try:
        _fill(trial, volume)
    finally:
        connections.close_all()
        subprocess.run(["umount", "-l", str(volume)], check=True)


def _fill(trial: Trial, volume: Path) -> None:
    """Move the database to the small volume, fill it under way, make room, judge in place."""
    file = Path(connection.settings_dict["NAME"])
    small = volume / file.name
    connections.close_all()
    shutil.copyfile(file, small)
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = str(small)
    with hands(trial, 4) as history:
        reach(history, 15)
        ballast = volume / "ballast"
        with ballast.open("wb") as filling, suppress(OSError):
            while True:
                filling.write(b"\0" * 65536)
                filling.flush()
        until = time.monotonic() + 15
        while not history.statuses[507] and time.monotonic() < until:
            time.sleep(0.05)
        refused = history.statuses[507]
        ballast.unlink()
        reach(history, history.acked + 10)
    trial.measured |= {"acts": history.acked, "507": refused}
    if not refused:
        trial.broke("BENCH", "the disk was never full")
    quiet()
    with trial.history.open() as lines:
        trial.findings |= law.break_of(law.SETTLED, law.read_history(lines))


# Which call of the sealer fails, and how: one point is one call of one kind.
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
CALLS = ("pwrite64", "fdatasync", "write", "fsync", "ftruncate", "openat")


def broken_calls(trial: Trial) -> None:
    """N7, G13: one call of the sealer fails or kills it; the next sealer goes on unharmed."""
    if not can_trace():
        trial.skipped = NO_STRACE
        return
    due = 40 if trial.size == "ci" else 300
    chances, points = trial.dice("points"), 0
    while points < due:
        call, fault = CALLS[points % len(CALLS)], FAULTS[points // len(CALLS) % len(FAULTS)]
        report(trial, f"op-{points}-0")
        connections.close_all()
        _seal_under(f"inject={call}:{fault}:when={chances.randint(1, 6)}")
        points += 1
    # A last sealer, whom nothing befalls.
    quiet_seal()
    trial.measured["points"] = points


def _seal_under(injection: str) -> None:
    """Seal in a fork of which one call goes wrong."""
    reading, writing = os.pipe()
    sealer = os.fork()
    if sealer == 0:
        os.close(writing)
        os.read(reading, 1)
        with suppress(BaseException):
            quiet_seal()
        os._exit(0)
    os.close(reading)
    try:
        with suppress(PermissionError), traced([sealer], "-e", injection):
            os.write(writing, b"!")
            os.waitpid(sealer, 0)
    finally:
        os.close(writing)
