"""What both databases give a backup, and take from it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

Take = Callable[[bytes], object]


@dataclass(frozen=True)
class Snapshot:
    """The database of one moment: rows by table, migrations as ``app.name``, and its content."""

    tables: Mapping[str, int]
    migrations: list[str]
    parts: Iterator[bytes]


class Database(Protocol):
    """How one kind of database is copied and put back."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot; writers go on meanwhile."""

    def loading(self, tables: Mapping[str, int]) -> AbstractContextManager[Take]:
        """Return what takes the content, part by part; all of it is in place at the end of the
        block, or nothing where the block or the database refuses."""

    def refuse_in_use(self) -> None:
        """Raise ``database_in_use`` while anybody else is connected."""
