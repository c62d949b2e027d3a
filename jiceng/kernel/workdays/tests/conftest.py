"""The shipped calendar, what an independent reader finds in it, and one clock of each kind."""

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.loader import load_calendar
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.rules import work_hours, workdays
from jiceng.kernel.workdays.tests.telling import SUBJECT, at

HOLIDAYS = Path(settings.ROOT).parent / "shared" / "data" / "holidays"
ONE_DAY = timedelta(days=1)


class Walker:
    """An oracle that knows nothing of tables: it reads the days off and walks day by day."""

    def __init__(self, off: set[date], worked: set[date]) -> None:
        self.off, self.worked = off, worked

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def after(self, day: date, n: int) -> date:
        while n:
            day += ONE_DAY
            n -= self.works(day)
        return day

    def between(self, after: date, until: date) -> int:
        count = 0
        while after < until:
            after += ONE_DAY
            count += self.works(after)
        return count


@pytest.fixture(scope="session")
def shipped() -> Calendar:
    return load_calendar(Path(settings.WORKDAYS_DIR))


@pytest.fixture(scope="session")
def walker() -> Walker:
    off, worked = set(), set()
    for path in Path(settings.WORKDAYS_DIR).glob("*.toml"):
        for holiday in tomllib.loads(path.read_text())["holiday"]:
            length = (holiday["last"] - holiday["first"]).days + 1
            off |= {holiday["first"] + n * ONE_DAY for n in range(length)}
            worked |= set(holiday["worked"])
    return Walker(off, worked)


@pytest.fixture(scope="session")
def notices() -> Walker:
    """Return the oracle over an independent transcription of the same notices."""
    if not HOLIDAYS.is_dir():
        pytest.skip("the independent transcription ../shared/data/holidays is not on this machine")
    off, worked = set(), set()
    for path in HOLIDAYS.glob("20*.json"):
        for day in json.loads(path.read_text())["days"]:
            (off if day["isOffDay"] else worked).add(date.fromisoformat(day["date"]))
    return Walker(off, worked)


@pytest.fixture
def clock(db) -> Clock:
    """Return a promised clock of two workdays, started on a Monday at ten."""
    return service.start_clock(
        subject=SUBJECT, kind="promised", limit=workdays(2), at=at("07-06 10:00")
    )


@pytest.fixture
def statutory(db) -> Clock:
    return service.start_clock(
        subject=SUBJECT,
        kind="statutory",
        limit=workdays(20, "next_day"),
        at=at("07-06 10:00"),
    )


@pytest.fixture
def level(db) -> Clock:
    """Return the clock of a unit to which the case was passed half an hour after it began."""
    return service.start_clock(
        subject=SUBJECT, kind="level", limit=work_hours(8), at=at("07-06 10:30")
    )


@pytest.fixture
def given(db) -> Clock:
    return service.given_clock(subject=SUBJECT, due_at=at("07-20 10:00"), at=at("07-06 10:00"))
