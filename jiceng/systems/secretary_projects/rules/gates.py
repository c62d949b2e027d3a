"""The order of the gates of 立项: which one is next, and what may not stand before what."""

import re
from collections.abc import Mapping
from datetime import date, datetime

GATES = (1, 2, 3, 4)
FILING = re.compile(r"(书记项目|领办事项)[〔\[（(]([12]\d{3})[〕\]）)]0*([1-9]\d{0,5})号", re.ASCII)


def next_gate(passed: Mapping[int, date]) -> int | None:
    """Return the gate that comes next, ``None`` where all are passed."""
    return next((gate for gate in GATES if gate not in passed), None)


def jumps(gate: int, passed: Mapping[int, date]) -> bool:
    """Tell whether ``gate`` would be passed before one that comes first, or a second time."""
    return next_gate(passed) != gate


def earliest_day(gate: int, passed: Mapping[int, date]) -> date | None:
    """Return the day before which ``gate`` cannot lie: that of the gate before it."""
    return max((day for other, day in passed.items() if other < gate), default=None)


def registrable(passed: Mapping[int, date], closes_at: datetime | None, at: datetime) -> bool:
    """Tell whether four evidences are there and the publication is over at ``at``."""
    return next_gate(passed) is None and closes_at is not None and closes_at <= at


def filing_text(kind: str, year: int, serial: int) -> str:
    """Return a filing number as papers write it: 书记项目〔2026〕001号."""
    name = "书记项目" if kind == "project" else "领办事项"
    return f"{name}〔{year}〕{serial:03d}号"


def read_filing_text(text: str) -> tuple[str, int, int]:
    """Return kind, year and serial of a filing number, or raise ``ValueError``."""
    found = FILING.fullmatch(text)
    if found is None:
        raise ValueError(text)
    kind = "project" if found[1] == "书记项目" else "item"
    return kind, int(found[2]), int(found[3])
