"""A stop that is taken back, and a pause that ends as it was planned."""

import pytest

from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.models import Clock
from jiceng.kernel.workdays.tests.refusing import refused
from jiceng.kernel.workdays.tests.telling import at


def test_a_restarted_clock_runs_as_if_it_had_never_stopped(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    assert service.restart_clock(clock, at("07-07 11:00")) is clock
    clock.refresh_from_db()
    assert (clock.stopped_at, clock.changed_at) == (None, at("07-07 11:00"))
    assert clock.due_at == at("07-08 10:00")
    assert service.budget_of(clock, at("07-07 11:00")).spent == 9 * 3_600_000_000
    service.pause_clock(clock, "supplement", at("07-07 11:00"))
    service.resume_clock(clock, at("07-08 11:00"))
    assert clock.due_at == at("07-09 10:00")


def test_a_restarted_clock_keeps_its_pauses_and_extensions(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    service.extend_clock(clock, at("07-06 11:00"), amount=1, basis="雨天")
    service.stop_clock(clock, at("07-07 11:00"))
    assert clock.due_at == at("07-10 10:00")
    service.restart_clock(clock, at("07-07 12:00"))
    assert (clock.paused_at, clock.due_at) == (None, at("07-10 10:00"))


def test_a_restart_follows_the_calendar_that_came_meanwhile(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    Clock.objects.update(
        due_at=at("07-20 10:00"), provisional=True, calendar_version="2026:0a1b2c3d4e5f"
    )
    clock.refresh_from_db()
    service.restart_clock(clock, at("07-07 11:00"))
    clock.refresh_from_db()
    assert (clock.due_at, clock.provisional) == (at("07-08 10:00"), False)
    assert not service.explain(clock).recalculated


def test_a_clock_restarted_late_is_overdue(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    service.restart_clock(clock, at("07-20 11:00"))
    assert service.light_of(clock, at("07-20 11:00")) == "red"
    refused("clock_overdue", service.extend_clock, clock, at("07-20 11:00"), basis="雨天")


def test_a_given_day_is_restarted_too(given):
    service.stop_clock(given, at("07-06 11:00"))
    service.restart_clock(given, at("07-07 11:00"))
    given.refresh_from_db()
    assert (given.stopped_at, given.due_at) == (None, at("07-20 10:00"))


def test_restarting_what_runs_is_refused(clock):
    assert refused("clock_running", service.restart_clock, clock, at("07-06 11:00")).status == 409
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    refused("clock_running", service.restart_clock, clock, at("07-06 12:00"))


def test_a_back_dated_restart_is_refused(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    refused("back_dated", service.restart_clock, clock, at("07-06 10:59"))
    service.restart_clock(clock, at("07-06 11:00"))


def test_of_two_restarts_the_second_is_refused(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    seen = Clock.objects.get(pk=clock.pk)
    service.restart_clock(clock, at("07-06 11:00"))
    refused("clock_changed", service.restart_clock, seen, at("07-06 11:00"))


@pytest.mark.parametrize("ends", ["07-06 11:00", "07-07 11:00", "07-13 11:00"])
def test_a_planned_pause_ends_as_planned_however_late_the_tick_runs(clock, ends):
    """The instant that counts is the planned one; when the tick runs is no part of it."""
    service.pause_clock(clock, "shelved", at("07-06 11:00"))
    service.resume_clock(clock, at(ends))
    assert clock.pauses.get().ended_at == at(ends)
    assert (
        clock.due_at
        == {
            "07-06 11:00": at("07-08 10:00"),
            "07-07 11:00": at("07-09 10:00"),
            "07-13 11:00": at("07-15 10:00"),
        }[ends]
    )


def test_a_pause_does_not_end_before_what_was_decided_during_it(clock):
    service.pause_clock(clock, "shelved", at("07-06 11:00"))
    service.extend_clock(clock, at("07-07 11:05"), basis="雨天")
    refused("back_dated", service.resume_clock, clock, at("07-07 11:00"))
    service.resume_clock(clock, max(at("07-07 11:00"), clock.changed_at))
    assert clock.pauses.get().ended_at == at("07-07 11:05")
