"""Reads the tables of these tests: one line a case, its story first."""

from datetime import datetime, time

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.workdays.reading import read_limit
from jiceng.kernel.workdays.rules import Limit, Stop

SUBJECT = "grid.case:2607060000017"


def at(text: str) -> datetime:
    """Return a Beijing time, of 2026 where no year is written; 24:00 ends the day."""
    text = text.strip()
    if text[4] != "-":
        text = f"2026-{text}"
    day, _space, hours = text.partition(" ")
    if hours == "24:00":
        return datetime.combine(datetime.fromisoformat(day), time.max, SHANGHAI)
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def limit(text: str) -> Limit | None:
    """Return a limit written as an office writes it; a dash is none."""
    return None if text == "-" else read_limit(text)


def stops(text: str) -> list[Stop]:
    """Return pauses written as ``07-06 10:00~07-07 11:00, …``."""
    pairs = [pair.split("~") for pair in text.split(",") if pair.strip() not in ("", "-")]
    return [Stop(at(first), at(last), "听证") for first, last in pairs]


def cases(table: str) -> list[list[str]]:
    """Return the cells of a table, without empty lines and comments."""
    lines = [line.strip() for line in table.splitlines()]
    return [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if line and not line.startswith("#")
    ]
