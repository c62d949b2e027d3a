"""SQLite with a fair queue for writers.

SQLite wakes waiting writers by chance: under load one of sixteen waits sixteen seconds while
another commits thousands of times. Here every writing transaction first takes a lock on a file
beside the database; the kernel hands it out in the order of asking. Each thread opens the file
for itself, since a shared descriptor would not keep threads apart.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's backend, where a transaction waits its turn."""

    _turn: int | None = None

    def _queue_file(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        return None if ":memory:" in name or "mode=memory" in name else f"{name}-queue"

    def _take_turn(self) -> None:
        path = self._queue_file()
        if path and self._turn is None:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._turn = descriptor

    def _give_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()
