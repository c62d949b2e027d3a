"""What a backup says of itself, as its last word."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from jiceng.kernel.backups.refusals import refusal


class Tally:
    """Counts and hashes named pieces, the same way when they are written and when read."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.count = self.bytes = 0

    def begin(self, name: str, size: int) -> None:
        """Start a piece."""
        self._digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        self.count += 1

    def add(self, data: bytes) -> bytes:
        """Count bytes of the piece at hand; return them."""
        self._digest.update(data)
        self.bytes += len(data)
        return data

    def facts(self) -> dict[str, int | str]:
        """Return number, bytes and hash."""
        return {"count": self.count, "bytes": self.bytes, "sha256": self._digest.hexdigest()}


@dataclass(frozen=True)
class Manifest:
    """Whose backup this is, from when, and how much it holds.

    ``tables`` are rows by table; ``migrations`` are ``app.name``; ``checkpoint`` is the newest
    one that is certainly inside, or "".
    """

    origin: str
    vendor: str
    taken_at: str
    checkpoint: str
    tables: Mapping[str, int]
    migrations: list[str]
    database: Mapping[str, int | str] = field(default_factory=dict)
    files: Mapping[str, int | str] = field(default_factory=dict)

    def as_json(self) -> bytes:
        """Return the manifest as it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest in ``data``, or raise ``backup_damaged``."""
    try:
        document: Any = json.loads(data)
        return Manifest(**document)
    except (ValueError, TypeError) as error:
        raise refusal("backup_damaged", error) from error
