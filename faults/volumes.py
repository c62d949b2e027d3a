"""N6, G14: one volume after the other is full for a while, under a whole installation."""

import os
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

from django.db import connections
from PIL import Image

from faults.clients import Client, History
from faults.crowd import crowd
from faults.databases import Postgres, Sqlite
from faults.harness import Installation
from faults.laboratory import Trial, reach
from faults.persons import Person

NO_ROOT = "不是 root，不能挂载小磁盘"
CLIENTS, PERSONS = 4, 2
FULL = {"ci": 6.0, "large": 20.0}  # seconds for which a volume stays full
FELT_WITHIN = 150.0  # seconds; a photo is the sixth act of a person
READS = 0.95  # how many of the public reads are answered meanwhile, where one file is the server


@dataclass
class Scene:
    """An installation of which one part lies on a small volume."""

    trial: Trial
    volume: Path
    there: Installation
    person: type[Person] = Person
    undo: list[Callable[[], None]] = field(default_factory=list)


def full_volume(trial: Trial, part: str) -> None:
    """Fill the volume of one part under way, make room again; nothing acknowledged may be lost."""
    volume = trial.folder / "volume"
    volume.mkdir()
    if not _mounted(volume):
        trial.skipped = NO_ROOT
        return
    connections.close_all()
    scene = Scene(trial, volume, Installation(trial.database, trial.name, trial.folder))
    try:
        PARTS[part](scene)
        _strain(scene)
    finally:
        scene.there.stop()
        for undo in reversed(scene.undo):
            undo()
        subprocess.run(["umount", "-l", str(volume)], check=True)


def _mounted(volume: Path, megabytes: int = 64) -> bool:
    if os.geteuid():
        return False
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(volume)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


# --- which part lies there -----------------------------------------------------------------------


def _data(scene: Scene) -> None:
    """The tables; of SQLite its log as well, which lies beside the file."""
    trial = scene.trial
    if isinstance(trial.database, Postgres):
        shutil.chown(scene.volume, trial.database.user)
        with trial.database.connect() as connection:
            connection.execute(f"CREATE TABLESPACE full_data LOCATION '{scene.volume}'")
            connection.execute(f'ALTER DATABASE "{trial.name}" SET TABLESPACE full_data')
        scene.undo.append(partial(_move_back, trial))
    else:
        small = Sqlite(scene.volume)
        shutil.copyfile(trial.database.folder / f"{trial.name}.sqlite3", small.path(trial.name))
        scene.there = Installation(small, trial.name, trial.folder)


def _move_back(trial: Trial) -> None:
    """Leave no table on a volume that is about to go: the server would not start again."""
    assert isinstance(trial.database, Postgres)
    with trial.database.connect() as connection:
        connection.execute(f'DROP DATABASE "{trial.name}" WITH (FORCE)')
        connection.execute("DROP TABLESPACE full_data")


def _log_of_the_database(scene: Scene) -> None:
    """The write-ahead log: a server that cannot write it stops, and starts again when it can."""
    database = scene.trial.database
    assert isinstance(database, Postgres)
    database.stop()
    log, kept = database.data / "pg_wal", database.data / "pg_wal_before"
    log.rename(kept)
    shutil.chown(scene.volume, database.user)
    shutil.copytree(kept, scene.volume / "pg_wal")
    for path in (scene.volume / "pg_wal", *(scene.volume / "pg_wal").rglob("*")):
        shutil.chown(path, database.user)
        path.chmod(0o700 if path.is_dir() else 0o600)
    log.symlink_to(scene.volume / "pg_wal")
    _spare_segments(database, scene.volume / "pg_wal")
    database.start()
    scene.undo.append(partial(_log_back, database, scene.volume / "pg_wal"))


def _spare_segments(database: Postgres, log: Path) -> None:
    """Remove the segments that wait to be used again: they would be room."""
    said = database.control()["Latest checkpoint's REDO WAL file"]
    for segment in log.iterdir():
        if segment.is_file() and segment.name > said:
            segment.unlink()


def _log_back(database: Postgres, small: Path) -> None:
    database.stop()
    log = database.data / "pg_wal"
    log.unlink()
    shutil.rmtree(database.data / "pg_wal_before")
    shutil.copytree(small, log)
    for path in (log, *log.rglob("*")):
        shutil.chown(path, database.user)
        path.chmod(0o700 if path.is_dir() else 0o600)
    database.start()


def _uploads(scene: Scene) -> None:
    """Where photos are kept."""
    store = scene.trial.folder / "attachments"
    shutil.rmtree(store, ignore_errors=True)
    store.symlink_to(scene.volume)


def _temporary(scene: Scene) -> None:
    """Where the web keeps what it receives; large photos go there."""
    scene.there.environment["TMPDIR"] = str(scene.volume)
    scene.person = LargePhotos


def _logs(scene: Scene) -> None:
    """Where every process writes what it has to say; a platform that cannot speak still works."""
    for name, member in scene.there.members.items():
        member.log = scene.volume / f"{name}.log"


PARTS: dict[str, Callable[[Scene], None]] = {
    "data": _data,
    "wal": _log_of_the_database,
    "uploads": _uploads,
    "temp": _temporary,
    "logs": _logs,
}


class LargePhotos(Person):
    """A person whose photos are too large for memory."""

    def photo(self) -> bytes:
        """Return noise, which no encoder makes small."""
        noise = Image.effect_noise((1800, 1800), 100).convert("RGB")
        out = BytesIO()
        noise.save(out, "JPEG", quality=97)
        return out.getvalue()


# --- what is done to it --------------------------------------------------------------------------


def _strain(scene: Scene) -> None:
    trial, there = scene.trial, scene.there
    with crowd(trial, there, [scene.person] * PERSONS + [Client] * CLIENTS) as history:
        reach(history, 15)
        with _full(scene, history):
            time.sleep(FULL.get(trial.size, 6.0))
        reach(history, history.acked + 10)
    trial.measured["volumes"] = 1


@contextmanager
def _full(scene: Scene, history: History) -> Iterator[None]:
    """Leave no byte on the volume inside the block, and read the public pages meanwhile."""
    trial, ballast = scene.trial, scene.volume / "ballast"
    refused = _refused(history)
    filling = threading.Event()
    filler = threading.Thread(target=_fill, args=[ballast, filling], daemon=True)
    reads: list[bool] = []
    filler.start()
    try:
        if scene.trial.name.endswith("wal"):
            _use_up(scene)
        until = time.monotonic() + FELT_WITHIN
        while not _felt(scene, history, refused) and time.monotonic() < until:
            reads.append(_answered(scene.there.port))
            time.sleep(0.1)
        reads += [_answered(scene.there.port) for _time in range(20)]
        if not _felt(scene, history, refused):
            trial.broke("BENCH", "the volume was never full")
        yield
    finally:
        filling.set()
        filler.join()
        ballast.unlink(missing_ok=True)
        scene.there.database.start_again()
    trial.measured |= {
        "refused": _refused(history) - refused,
        "reads": f"{sum(reads)}/{len(reads)}",
    }
    if trial.database.vendor == "sqlite" and sum(reads) < READS * len(reads):
        trial.broke("G14", f"{sum(reads)} of {len(reads)} reads were answered")


def _fill(ballast: Path, enough: threading.Event) -> None:
    """Take every byte that there is, and every byte that becomes free."""
    with ballast.open("wb", buffering=0) as file:
        while not enough.is_set():
            size = 1 << 20
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 4
            time.sleep(0.05)


def _use_up(scene: Scene) -> None:
    """Let the server use up the segment it has, which it would otherwise take minutes to fill."""
    assert isinstance(scene.there.database, Postgres)
    with suppress(Exception), scene.there.database.connect(scene.trial.name) as connection:
        for _segment in range(8):
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("SELECT pg_logical_emit_message(false, 'faults', repeat('x', 8000))")


def _refused(history: History) -> int:
    return history.statuses[503] + history.statuses[507]


def _felt(scene: Scene, history: History, before: int) -> bool:
    """Tell whether somebody was told that there is no room; nobody is where only logs are lost."""
    if scene.trial.name.endswith("logs"):
        return os.statvfs(scene.volume).f_bavail == 0
    return _refused(history) > before


def _answered(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return answer.status == 200
    except OSError:
        return False
