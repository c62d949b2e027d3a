"""A calendar arrives, is amended, is broken."""

import json
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings as shipped_settings
from django.core.checks import run_checks

from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.workdays import projection, service, shelf
from jiceng.kernel.workdays.loader import CalendarMalformed
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.projection import reproject_deadlines
from jiceng.kernel.workdays.rules import calendar_days, workdays
from jiceng.kernel.workdays.terms import REPROJECTED
from jiceng.kernel.workdays.tests.telling import at

SHIPPED = Path(shipped_settings.WORKDAYS_DIR)
NOTICE_DAY = at("2025-11-04 10:00")


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """Return a folder whose last published year is 2025, as it was before November of that year."""
    folder = tmp_path / "workdays"
    folder.mkdir()
    for year in (2024, 2025):
        shutil.copy(SHIPPED / f"{year}.toml", folder)
    settings.WORKDAYS_DIR = folder
    monkeypatch.setattr(shelf, "_shelf", shelf._Shelf())
    return folder


def publish(folder: Path, year: int = 2026) -> None:
    """Move the file of a year into the folder, in one step as an office would."""
    shutil.copy(SHIPPED / f"{year}.toml", folder / "incoming")
    (folder / "incoming").rename(folder / f"{year}.toml")


def a_second_passes() -> None:
    shelf._shelf.looked_at -= shelf.SECONDS_BETWEEN_LOOKS


def start(subject: str, when: str, limit) -> Clock:
    return service.start_clock(subject=subject, kind="promised", limit=limit, at=at(when))


def test_a_calendar_that_arrives_moves_provisional_deadlines_and_records_it(db, folder):
    """2 January was not off by law, 4 January was not worked: both come with the notice."""
    moves = start("grid.case:1", "2025-12-31 10:00", workdays(1))
    stays = start("grid.case:2", "2025-12-31 10:00", workdays(2))
    firm = start("grid.case:3", "2025-12-30 10:00", workdays(1))
    free = start("grid.case:4", "2025-12-31 10:00", calendar_days(5))
    ended = start("grid.case:5", "2025-12-31 10:00", workdays(1))
    service.stop_clock(ended, at("2025-12-31 15:00"))
    assert [clock.provisional for clock in (moves, stays, firm, free)] == [True, True, False, False]
    assert (moves.due_at, stays.due_at) == (at("2026-01-02 10:00"), at("2026-01-05 10:00"))
    assert service.reproject(NOTICE_DAY) == []

    publish(folder)
    assert service.reproject(NOTICE_DAY) == [moves, stays]

    for clock in (moves, stays, firm, free, ended):
        clock.refresh_from_db()
    assert (moves.due_at, stays.due_at) == (at("2026-01-04 10:00"), at("2026-01-05 10:00"))
    assert [clock.provisional for clock in (moves, stays, firm, free)] == [False] * 4
    assert ended.provisional
    entry = entries_of("grid.case:1").get()
    assert (entry.event, entry.by, entry.at) == (REPROJECTED, "system:tick", NOTICE_DAY)
    assert json.loads(entry.payload) == {
        "calendar": moves.calendar_version,
        "clock": moves.pk,
        "due_at": "2026-01-04T02:00:00.000000Z",
        "kind": "promised",
        "provisional": False,
        "was": "2026-01-02T02:00:00.000000Z",
    }
    assert [entries_of(f"grid.case:{n}").count() for n in range(1, 6)] == [1, 1, 0, 0, 0]

    assert service.reproject(NOTICE_DAY) == []
    assert [entries_of(f"grid.case:{n}").count() for n in range(1, 6)] == [1, 1, 0, 0, 0]


def test_a_notice_amended_during_its_year_moves_firm_deadlines(db, folder):
    clock = start("grid.case:1", "2025-05-05 10:00", workdays(2))
    path = folder / "2025.toml"
    text = path.read_text().replace(
        "last = 2025-05-05\ndays = 5\n", "last = 2025-05-06\ndays = 6\n"
    )
    path.write_text(text)
    assert service.reproject(at("2025-05-05 12:00")) == [clock]
    clock.refresh_from_db()
    assert (clock.due_at, clock.provisional) == (at("2025-05-08 18:00"), False)


def test_a_version_that_changes_without_moving_anything_is_not_an_event(db, folder):
    """A made-up day later in the year changes the calendar, but not this deadline."""
    clock = start("grid.case:1", "2025-03-03 10:00", workdays(2))
    path = folder / "2025.toml"
    path.write_text(
        path.read_text()
        .replace("[2025-10-11]", "[2025-10-12]")
        .replace(", 2025-10-11", ", 2025-10-12")
    )
    assert service.reproject(at("2025-03-03 12:00")) == []
    seen = clock.calendar_version
    clock.refresh_from_db()
    assert clock.calendar_version != seen
    assert not entries_of("grid.case:1").exists()


def test_pauses_stay_in_a_deadline_that_moves(db, folder):
    clock = start("grid.case:1", "2025-12-30 10:00", workdays(1))
    service.pause_clock(clock, "supplement", at("2025-12-30 11:00"))
    service.resume_clock(clock, at("2025-12-31 11:00"))
    assert (clock.due_at, clock.provisional) == (at("2026-01-02 10:00"), True)
    publish(folder)
    service.reproject(NOTICE_DAY)
    clock.refresh_from_db()
    assert clock.due_at == at("2026-01-04 10:00")
    assert service.explain(clock).due_at == clock.due_at


def test_a_clock_that_stands_still_is_projected_too_and_resumes(db, folder):
    clock = start("grid.case:1", "2025-12-31 10:00", workdays(1))
    service.pause_clock(clock, "supplement", at("2025-12-31 11:00"))
    publish(folder)
    assert service.reproject(NOTICE_DAY) == [clock]
    clock.refresh_from_db()
    service.resume_clock(clock, at("2026-01-04 11:00"))
    assert clock.due_at == at("2026-01-05 10:00")


def test_every_one_of_many_clocks_is_reached(db, folder, monkeypatch):
    monkeypatch.setattr(projection, "BATCH", 7)
    for number in range(50):
        start(f"grid.case:{number}", "2025-12-31 10:00", workdays(1))
    publish(folder)
    assert reproject_deadlines(NOTICE_DAY) == 50
    assert not Clock.objects.filter(provisional=True).exists()


def test_a_clock_changed_meanwhile_keeps_its_change(db, folder, monkeypatch):
    """Somebody pauses and resumes between our reading and our writing."""
    clock = start("grid.case:1", "2025-12-31 10:00", workdays(1))
    publish(folder)
    derive = projection.deadlines

    def slow(*given):
        dues = derive(*given)
        Clock.objects.filter(pk=clock.pk).update(changed_at=at("2025-12-31 11:00"))
        return dues

    monkeypatch.setattr(projection, "deadlines", slow)
    assert service.reproject(NOTICE_DAY) == []
    monkeypatch.undo()
    assert not entries_of("grid.case:1").exists()
    assert Clock.objects.get(pk=clock.pk).due_at == at("2026-01-02 10:00")


def test_a_year_that_was_taken_away_stops_only_its_own_clocks(db, folder, caplog):
    lost = start("grid.case:1", "2024-05-06 10:00", workdays(1))
    moves = start("grid.case:2", "2025-12-31 10:00", workdays(1))
    (folder / "2024.toml").unlink()
    publish(folder)
    assert service.reproject(NOTICE_DAY) == [moves]
    assert f"clock {lost.pk}" in caplog.text


def test_rebuilding_finds_what_was_written_past_the_rules(db, folder):
    clock = start("grid.case:1", "2025-03-03 10:00", workdays(2))
    right = clock.due_at
    Clock.objects.filter(pk=clock.pk).update(due_at=at("2025-03-20 10:00"))
    assert service.reproject(NOTICE_DAY) == []
    assert service.rebuild(NOTICE_DAY) == [clock]
    clock.refresh_from_db()
    assert clock.due_at == right
    assert entries_of("grid.case:1").get().by == "system:command"
    assert service.rebuild(NOTICE_DAY) == []


def test_a_stopped_clock_says_that_the_calendar_changed_since(db, folder):
    clock = start("grid.case:1", "2025-12-31 10:00", workdays(1))
    service.stop_clock(clock, at("2025-12-31 15:00"))
    assert not service.explain(clock).recalculated
    publish(folder)
    service.reproject(NOTICE_DAY)
    clock.refresh_from_db()
    trace = service.explain(clock)
    assert trace.recalculated
    assert service.trace_lines(trace)[-1] == "计时结束后日历有过变化，以上按现行日历说明。"


def test_a_file_put_into_the_folder_is_noticed_without_a_restart(folder):
    assert service.calendar() is service.calendar()
    before = service.calendar()
    assert before.firm_until.year == 2025
    publish(folder)
    a_second_passes()
    assert service.calendar().firm_until.year == 2026


def test_the_disk_is_asked_once_a_second_however_often_a_deadline_is(folder, monkeypatch):
    service.calendar()
    asked, stat = [], os.stat

    def counted(path, *given, **more):
        asked.extend([path] if path == folder else [])
        return stat(path, *given, **more)

    monkeypatch.setattr(os, "stat", counted)
    for _second in range(3):
        a_second_passes()
        for _deadline in range(5):
            service.deadline(at("2025-03-03 10:00"), workdays(1))
    assert asked == [folder] * 3


def test_another_folder_is_read_at_once(folder, settings):
    assert service.calendar().firm_until.year == 2025
    settings.WORKDAYS_DIR = SHIPPED
    assert service.calendar().firm_until.year == 2026


def test_a_broken_file_is_logged_and_the_old_calendar_kept(folder, caplog):
    before = service.calendar()
    (folder / "2026.toml").write_text("year = 2026")
    a_second_passes()
    assert service.calendar() is before
    assert "the old one is kept" in caplog.text
    caplog.clear()
    a_second_passes()
    assert service.calendar() is before
    assert not caplog.text
    with pytest.raises(CalendarMalformed):
        service.reproject(NOTICE_DAY)


def test_a_broken_file_stops_the_start(folder):
    (folder / "2026.toml").write_text("year = 2026")
    with pytest.raises(CalendarMalformed):
        service.calendar()
    found = [message for message in run_checks() if message.id == "workdays.E001"]
    assert len(found) == 1
    assert "2026.toml" in found[0].msg


def test_sound_files_pass_the_check():
    assert not [message for message in run_checks() if message.id == "workdays.E001"]


def test_a_folder_that_is_gone_is_refused(folder):
    shutil.rmtree(folder)
    with pytest.raises(CalendarMalformed):
        service.calendar()


def test_the_tick_reprojects_every_hour():
    job = JOBS.get("workdays.reproject_deadlines")
    assert (job.seconds, job.process, job.run) == (3600, "tick", reproject_deadlines)
