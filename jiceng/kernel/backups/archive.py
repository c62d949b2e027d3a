"""What lies inside the encryption: a tar of the database in parts, the photos, the manifest."""

import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from jiceng.kernel.backups.envelope import CHUNK, Opener, Sealer
from jiceng.kernel.backups.manifest import Manifest, Tally, read_manifest
from jiceng.kernel.backups.refusals import refusal

PART = 4 << 20
DATABASE, FILES, MANIFEST = "database", "files", "manifest.json"
# Dumps compress well; a higher level would take longer than the disk.
LEVEL = 1

OnPart = Callable[[bytes], Any]
OnFile = Callable[[PurePosixPath, Iterator[bytes]], None]


def in_parts(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in the parts in which it is stored."""
    while part := stream.read(PART):
        yield part


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, BytesIO(data))


class _Counted:
    """A file that is counted while it is read."""

    def __init__(self, file: IO[bytes], tally: Tally) -> None:
        self._file, self._tally = file, tally

    def read(self, size: int) -> bytes:
        return self._tally.add(self._file.read(size))


def _put_file(tar: tarfile.TarFile, name: str, path: Path, tally: Tally) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return  # swept since it was listed: no row of the snapshot that was claimed needs it
    with file:
        member = tarfile.TarInfo(f"{FILES}/{name}")
        member.size = path.stat().st_size
        tally.begin(name, member.size)
        tar.addfile(member, _Counted(file, tally))  # type: ignore[arg-type]


def write(
    sink: Sealer, manifest: Manifest, parts: Iterable[bytes], files: Iterable[tuple[str, Path]]
) -> Manifest:
    """Write everything, the manifest last; return it with what was counted."""
    database, photos = Tally(), Tally()
    with tarfile.open(mode="w|", fileobj=sink, bufsize=CHUNK) as tar:  # type: ignore[call-overload]
        for number, part in enumerate(parts, start=1):
            database.begin(str(number), len(part))
            _put(tar, f"{DATABASE}/{number:08}", zlib.compress(database.add(part), LEVEL))
        for name, path in files:
            _put_file(tar, name, path, photos)
            tar.members = []  # else it keeps one object for each of a million photos
        whole = replace(manifest, database=database.facts(), files=photos.facts())
        _put(tar, MANIFEST, whole.as_json())
    return whole


def ignore_part(part: bytes) -> None:
    """Do nothing with a part of the database."""


def ignore_file(name: PurePosixPath, chunks: Iterator[bytes]) -> None:
    """Do nothing with a photo."""


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
        raise refusal("backup_damaged", name)
    return path


class _Reading:
    """One way through an archive."""

    def __init__(self, on_part: OnPart, on_file: OnFile) -> None:
        self.on_part, self.on_file = on_part, on_file
        self.database, self.photos = Tally(), Tally()
        self.manifest: Manifest | None = None

    def take(self, member: tarfile.TarInfo, stream: IO[bytes] | None) -> None:
        kind, _slash, name = member.name.partition("/")
        if stream is None or self.manifest is not None:
            raise refusal("backup_damaged", member.name)
        if kind == DATABASE:
            self._part(stream)
        elif kind == FILES:
            self._file(name, member.size, stream)
        elif member.name == MANIFEST:
            self.manifest = read_manifest(stream.read())
        else:
            raise refusal("backup_damaged", member.name)

    def _part(self, stream: IO[bytes]) -> None:
        part = zlib.decompress(stream.read())
        self.database.begin(str(self.database.count + 1), len(part))
        self.on_part(self.database.add(part))

    def _file(self, name: str, size: int, stream: IO[bytes]) -> None:
        self.photos.begin(name, size)
        chunks = (self.photos.add(chunk) for chunk in iter(lambda: stream.read(CHUNK), b""))
        self.on_file(_safe(name), chunks)
        for _rest in chunks:
            pass

    def end(self) -> Manifest:
        """Return the manifest, where it counts what came before it."""
        found = self.manifest
        counted = (self.database.facts(), self.photos.facts())
        if found is None or (found.database, found.files) != counted:
            raise refusal("backup_damaged")
        return found


def read(
    source: Opener, *, on_part: OnPart = ignore_part, on_file: OnFile = ignore_file
) -> Manifest:
    """Read everything to the last byte, handing on parts and photos; return the manifest.

    Whatever does not fit raises ``backup_damaged``; what was handed on until then is void.
    """
    reading = _Reading(on_part, on_file)
    try:
        with tarfile.open(mode="r|", fileobj=source, bufsize=CHUNK) as tar:  # type: ignore[call-overload]
            for member in tar:
                reading.take(member, tar.extractfile(member) if member.isreg() else None)
                tar.members = []  # as above
    except (tarfile.TarError, zlib.error) as error:
        raise refusal("backup_damaged", error) from error
    source.drain()
    return reading.end()
