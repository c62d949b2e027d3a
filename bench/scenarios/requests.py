"""A file of service requests of elsewhere: invented from a seed, in the columns of the mapping."""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

SEED = 2015
# What clocks on the wall showed there.
FIRST, DAYS = datetime(2015, 1, 2), 230  # noqa: DTZ001
TIME = "%m/%d/%Y %I:%M:%S %p"
# Of a thousand: closed, closed as no case, still open; as in the file of a real city.
CLOSED, REFUSED = 823, 28
UNITS, QUEUES, KINDS, STREETS = 12, 8, 150, 400
INVALID = "Case Closed Case Invalid no such place"
COLUMNS = (
    "CASE_ENQUIRY_ID",
    "OPEN_DT",
    "TARGET_DT",
    "CLOSED_DT",
    "OnTime_Status",
    "CASE_STATUS",
    "CLOSURE_REASON",
    "CASE_TITLE",
    "TYPE",
    "QUEUE",
    "Department",
    "Location",
    "LATITUDE",
    "LONGITUDE",
)


def write(file: Path, rows: int) -> Path:
    """Write so many requests, the same at every run, the oldest first."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(rows))
    return file


def _rows(count: int) -> Iterator[list[str]]:
    chance = random.Random(SEED)
    for place in range(count):
        opened = FIRST + timedelta(seconds=int(place * DAYS * 86_400 / count))
        # Between two and three in a night of March no clock stood there.
        opened = opened.replace(hour=12) if opened.hour == 2 else opened
        yield _row(chance, place, opened)


def _row(chance: random.Random, place: int, opened: datetime) -> list[str]:
    fate, unit = chance.randrange(1000), chance.randrange(UNITS)
    target = opened + timedelta(days=chance.randint(2, 30))
    closed = opened.replace(hour=12) + timedelta(days=1 + chance.randrange(40))
    is_open = fate >= CLOSED + REFUSED
    late = is_open or closed > target
    why = INVALID if CLOSED <= fate < CLOSED + REFUSED else "Case Closed Case Resolved as asked"
    kind = chance.randrange(KINDS)
    return [
        str(101_000_000_000 + place),
        opened.strftime(TIME),
        target.replace(hour=8).strftime(TIME),
        "" if is_open else closed.strftime(TIME),
        "OVERDUE" if late else "ONTIME",
        "Open" if is_open else "Closed",
        "" if is_open else why,
        f"Request {kind}: pole {chance.randrange(900)} by the corner",
        f"Kind of request {kind}",
        f"Queue {unit}-{chance.randrange(QUEUES)}",
        f"Department {unit}",
        f"{chance.randrange(1, 300)} Street {chance.randrange(STREETS)}  Boston  MA  02201",
        f"{42.30 + chance.random() * 0.1:.4f}",
        f"{-71.15 + chance.random() * 0.1:.4f}",
    ]
