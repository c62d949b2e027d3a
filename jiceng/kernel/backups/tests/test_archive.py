"""What lies inside: everything that the manifest counts, nothing else, in its place."""

import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

import pytest

from jiceng.kernel.backups import archive
from jiceng.kernel.backups.envelope import Opener, Sealer
from jiceng.kernel.backups.manifest import Manifest
from jiceng.kernel.backups.refusals import BackupRefused

pytestmark = pytest.mark.database

KEY = bytes(range(32))
MANIFEST = Manifest("zone", "sqlite", "2026-03-02T01:00:00.000000Z", "1/7", {"a": 1}, ["a.0001"])
PARTS = [b"first", b"second"]
Members = list[tuple[str, bytes]]


@pytest.fixture
def photos(tmp_path: Path) -> list[tuple[str, Path]]:
    for name in ("aa.jpg", "bb.jpg"):
        (tmp_path / name).write_bytes(name.encode() * 500)
    return [(f"x/{name}", tmp_path / name) for name in ("aa.jpg", "bb.jpg")]


def written(photos: list[tuple[str, Path]]) -> bytes:
    file = BytesIO()
    sealer = Sealer(file, KEY)
    archive.write(sealer, MANIFEST, PARTS, photos)
    sealer.finish()
    return file.getvalue()


def members_of(data: bytes) -> Members:
    opener = Opener(BytesIO(data), KEY)
    with tarfile.open(fileobj=BytesIO(opener.read(10_000_000))) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]


def packed(members: Members, kind: bytes = tarfile.REGTYPE) -> bytes:
    file, plain = BytesIO(), BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size, member.type = len(data), kind
            tar.addfile(member, BytesIO(data))
    sealer = Sealer(file, KEY)
    sealer.write(plain.getvalue())
    sealer.finish()
    return file.getvalue()


def read(data: bytes) -> tuple[Manifest, list[bytes], dict[str, bytes]]:
    parts: list[bytes] = []
    files: dict[str, bytes] = {}

    def keep(name: PurePosixPath, chunks: Iterator[bytes]) -> None:
        files[str(name)] = b"".join(chunks)

    found = archive.read(Opener(BytesIO(data), KEY), on_part=parts.append, on_file=keep)
    return found, parts, files


def test_everything_comes_back(photos: list[tuple[str, Path]]) -> None:
    manifest, parts, files = read(written(photos))
    assert parts == PARTS
    assert files == {name: path.read_bytes() for name, path in photos}
    assert (manifest.origin, manifest.tables) == ("zone", {"a": 1})
    assert (manifest.database["bytes"], manifest.files["count"]) == (11, 2)


def test_a_photo_that_was_swept_meanwhile_is_left_out(photos: list[tuple[str, Path]]) -> None:
    photos[0][1].unlink()
    assert list(read(written(photos))[2]) == ["x/bb.jpg"]


def test_a_photo_that_shrinks_meanwhile_fails_the_backup(photos: list[tuple[str, Path]]) -> None:
    class Shrinking(type(photos[0][1])):  # type: ignore[misc]
        def stat(self, **kwargs: object) -> object:
            import os

            held = list(super().stat())
            return os.stat_result([*held[:6], held[6] + 1, *held[7:]])

    with pytest.raises(OSError, match="end of data"):
        written([("x/aa.jpg", Shrinking(photos[0][1]))])


@pytest.mark.parametrize(
    "lost", ["database/00000001", "database/00000002", "files/x/aa.jpg", "manifest.json"]
)
def test_what_is_missing_is_found(lost: str, photos: list[tuple[str, Path]]) -> None:
    members = members_of(written(photos))
    assert read(packed(members))[1] == PARTS
    with pytest.raises(BackupRefused) as refused:
        read(packed([member for member in members if member[0] != lost]))
    assert refused.value.code == "backup_damaged"


@pytest.mark.parametrize(
    "name",
    [
        "files/../../etc/passwd",
        "files//etc/passwd",
        "files/",
        "other/1",
        "manifest.json/x",
        "database",
    ],
)
def test_a_name_that_does_not_belong_is_refused(name: str, photos: list[tuple[str, Path]]) -> None:
    members = members_of(written(photos))
    with pytest.raises(BackupRefused):
        read(packed([(name, b"x"), *members]))


def test_parts_out_of_order_are_found(photos: list[tuple[str, Path]]) -> None:
    first, second, *rest = members_of(written(photos))
    with pytest.raises(BackupRefused):
        read(packed([(first[0], second[1]), (second[0], first[1]), *rest]))


def test_nothing_comes_after_the_manifest(photos: list[tuple[str, Path]]) -> None:
    members = members_of(written(photos))
    with pytest.raises(BackupRefused):
        read(packed([*members, ("files/x/cc.jpg", b"x")]))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_only_files_are_in_it(kind: bytes) -> None:
    with pytest.raises(BackupRefused):
        read(packed([("files/x/aa.jpg", b"")], kind))


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"origin": 1}', b"\xff", b"null"])
def test_a_manifest_that_is_none(manifest: bytes) -> None:
    with pytest.raises(BackupRefused) as refused:
        read(packed([("manifest.json", manifest)]))
    assert refused.value.code == "backup_damaged"
