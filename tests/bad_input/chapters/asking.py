"""Chapter B, what is asked for: ids, pages, days, instants, calendars."""

from datetime import date, datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from django.conf import settings

from jiceng.kernel.base import clock
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.loader import load_calendar
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.sending import desk, press
from tests.bad_input.cases import Answer, Case, Row
from tests.bad_input.chapters.text import LIST
from tests.bad_input.knocks import case, got, sent
from tests.bad_input.town import Town

NO_IDS = ["1'", "1.0", "-1", "%00", "9" * 23, "0x10", "%E2%80%AE1"]
NO_DAYS = ["0000-01-01", "9999-12-31", "2026-02-30", "2026/2/3", "腊月三十", "24:00", "2026-13-01"]
TO_SHELVING = (*scene.PATH[:2], "ask_shelving")


def listed(query: str, status: int, code: str = "") -> Case:
    """Return the list of cases by a query of the duty officer."""
    return got(LIST, status, code, "wang", query)


def shelved(until: str) -> Case:
    """Return a case that is put off until a day that is none."""

    def ready(town: Town) -> Any:
        scene.walk(town.grid, town.case, TO_SHELVING)
        browser = desk(scene.maker_of(town.grid, town.case, "shelve"))
        return lambda: press(browser, town.case, "shelve", until=until)

    return case(f"shelved until {until}", ready, 422)


def due(story: str, start: str | datetime, code: str) -> Case:
    """Return a deadline from an instant that is none, or has no day."""

    def knock() -> object:
        at = workdays.read_instant(start) if isinstance(start, str) else start
        return workdays.deadline(at, workdays.workdays(1))

    return case(story, lambda town: knock, 422, code, offline=True)


def on_day(text: str, day: date) -> Case:
    """Return an instant that has to fall on a legal day."""

    def check(town: Town, answer: Answer) -> None:
        assert answer.thing == day, (text, answer.thing)

    return case(
        f"{text} is of {day}",
        lambda town: lambda: clock.legal_day(workdays.read_instant(text)),
        200,
        offline=True,
        check=check,
    )


def calendar(story: str, old: str, new: str, words: str = "") -> Case:
    """Return the shipped calendar with the file of 2026 changed; the refusal names a line."""

    def knock() -> object:
        with TemporaryDirectory() as place:
            folder = Path(copytree(settings.WORKDAYS_DIR, Path(place, "workdays")))
            file = folder / "2026.toml"
            text = file.read_text("utf-8")
            assert old in text
            file.write_text(text.replace(old, new), "utf-8")
            return load_calendar(folder)

    def check(town: Town, answer: Answer) -> None:
        assert f"第{answer.thing.details['line']}行" in answer.body
        assert words in answer.body

    return case(
        f"calendar: {story}",
        lambda town: knock,
        422,
        "calendar_malformed",
        offline=True,
        check=check,
    )


def second_year(town: Town) -> Any:
    """Return the calendar with one year in two files."""

    def knock() -> object:
        with TemporaryDirectory() as place:
            folder = Path(copytree(settings.WORKDAYS_DIR, Path(place, "workdays")))
            (folder / "2026b.toml").write_bytes((folder / "2026.toml").read_bytes())
            return load_calendar(folder)

    return knock


ROWS: dict[str, Row] = {
    "B01": Row(
        "ids that are none",
        (
            *(got(f"/cases/{bad}/receipt.json", {400, 404}) for bad in NO_IDS),
            *(got(f"/desk/grid/cases/{bad}/", {400, 404}, who="wang") for bad in NO_IDS),
            got("/cases/%00/", 400, "bad_encoding"),
            got(f"/desk/grid/cases/{'9' * 5_000}/", 404, "not_found", "wang"),
        ),
        tests=("test_addresses.TestIds",),
    ),
    "B02": Row(
        "pages that are none",
        (
            *(
                got("/desk/", 404, "not_found", "wang", f"after={bad}")
                for bad in (
                    "-1",
                    "1.5",
                    "%EF%BC%91",
                    str(2**63),
                    "9" * 5_000,
                    "abc",
                    "",
                    "1&after=2",
                )
            ),
            listed("after=abc", 422, "invalid"),
            listed("after=-1", 422, "min_value"),
            listed(f"after={10**21}", 422, "max_value"),
            listed("page=0&page_size=100000", 200),
        ),
    ),
    "B03": Row(
        "sorting and fields that are not offered",
        (
            listed("sort=password", 422, "invalid_choice"),
            listed("sort=owner__phone", 422, "invalid_choice"),
            listed("tab=__class__", 422, "invalid_choice"),
            listed("state=__class__", 422, "invalid_choice"),
            listed("fields=__class__&expand=officer&password__startswith=a", 200),
            got("/desk/", 404, "not_found", "wang", "tab=__class__"),
        ),
        tests=("test_addresses.TestQueries",),
    ),
    "B04": Row(
        "two values where one is due",
        (
            listed("state=open&state=ended", 422, "repeated"),
            listed("q=a&q=b", 422, "repeated"),
            got("/desk/", 404, "not_found", "wang", "after=1&after=2"),
            sent(
                "the query says another step than the body",
                lambda town: town.wang.post(
                    f"/desk/grid/cases/{town.case.number}/moves/judge/"
                    f"?step={scene.open_step(town.case).pk}",
                    {"step": "0", "key": ""},
                ),
                409,
                "stale_page",
            ),
        ),
    ),
    "B05": Row(
        "days that do not exist",
        (
            *(listed(f"since={quote(bad)}", 422, "invalid") for bad in NO_DAYS),
            listed("since=2026-03-02&until=2026-03-01", 422, "ends_before_start"),
            *(
                due(f"due from {bad}", f"{bad} 10:00", "bad_instant")
                for bad in NO_DAYS
                if bad[0] != "9"
            ),
            due("due from 24:00 of a day", "2026-02-03 24:00", "bad_instant"),
            due("due from the end of time", "9999-12-31 10:00", "calendar_unknown"),
            *map(shelved, NO_DAYS[:4]),
        ),
    ),
    "B06": Row(
        "instants without a zone, and the turn of the year",
        (
            due("no zone", datetime(2026, 3, 2, 9, 0), "instant_without_zone"),  # noqa: DTZ001
            on_day("2027-01-01T00:30+08:00", date(2027, 1, 1)),
            on_day("2026-12-31T16:30Z", date(2027, 1, 1)),
            on_day("2026-12-31T15:30Z", date(2026, 12, 31)),
        ),
    ),
    "B07": Row(
        "a deadline in a year that nobody announced",
        tests=("test_workflow.TestTime.test_a_day_beyond_the_published_calendar_is_marked",),
    ),
    "B08": Row(
        "the last and the first millisecond of a day",
        tests=("test_workflow.TestTime.test_a_day_begins_at_midnight_in_shanghai",),
    ),
    "B09": Row(
        "days of the old summer time",
        (
            on_day("1991-09-14T15:30Z", date(1991, 9, 15)),
            on_day("1991-09-14T14:30Z", date(1991, 9, 14)),
            on_day("1991-09-15T15:30Z", date(1991, 9, 15)),
            on_day("1988-04-16T15:30Z", date(1988, 4, 16)),
            on_day("1988-04-17T15:30Z", date(1988, 4, 18)),
            on_day("1988-04-17 00:30", date(1988, 4, 17)),
        ),
    ),
    "B21": Row(
        "calendars that contradict themselves",
        (
            calendar("off and worked", "[2026-05-09]", "[2026-05-03]"),
            calendar("a day missing", "days = 9", "days = 8"),
            calendar("a day that is none", "last = 2026-02-23", "last = 2026-02-30"),
            calendar("worked on a weekday", "[2026-05-09]", "[2026-05-08]"),
            calendar("another year", "year = 2026", "year = 2025"),
            case("calendar: a year twice", second_year, 422, "calendar_malformed", offline=True),
        ),
        elsewhere=(
            "jiceng/kernel/workdays/tests/test_loader.py::test_a_wrong_file_is_refused_with_its_line",
        ),
    ),
}
