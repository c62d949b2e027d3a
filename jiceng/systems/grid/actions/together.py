"""One move for several cases: each is an act of its own, with its own result."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError

from jiceng.kernel.base.errors import Absent, Refusal, Unavailable
from jiceng.kernel.procedures.service import NotHolder
from jiceng.systems.grid.actions.moves import MOVES
from jiceng.systems.grid.queries.bulk import Chosen


@dataclass(frozen=True)
class Result:
    """What became of one row: done, done before by the same press, or refused and why."""

    row: Chosen
    refusal: Refusal | None = None
    replayed: bool = False


def move_together(
    *,
    rows: Iterable[Chosen],
    move: str,
    words: Mapping[str, Any],
    at: datetime,
    key: str,
) -> list[Result]:
    """Make the move on each row, one after another; what one row refuses does not touch the next.

    Every row has its own transaction, entry and idempotency key, so the same form sent twice
    changes nothing the second time and says of each row what it said before.
    """
    return [_moved(row, MOVES[move], words, at, key) for row in rows]


def _moved(
    row: Chosen, act: Callable[..., Any], words: Mapping[str, Any], at: datetime, key: str
) -> Result:
    if row.step is None:
        return Result(row, Absent())
    if row.by is None:
        return Result(row, NotHolder())
    try:
        done = act(
            by=row.by,
            at=at,
            number=row.step.case.number,
            step_id=row.step_id,
            key=key_of_row(key, row.step_id),
            **words,
        )
    except Refusal as refusal:
        return Result(row, refusal)
    except (OperationalError, InterfaceError):
        # The database is busy: rows before this one stand, so the answer must be able to say so.
        return Result(row, Unavailable())
    return Result(row, replayed=done.replayed)


def key_of_row(key: str, step_id: int) -> str:
    """Return the idempotency key of one row; a form without a key has none for its rows."""
    return hashlib.sha256(f"{key}:{step_id}".encode()).hexdigest() if key else ""
