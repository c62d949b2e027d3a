"""Clocks in the database: started, paused, resumed, stopped, and everything that is refused."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils.translation import override

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.clocks import BadSubject
from jiceng.kernel.workdays.models import Clock, Pause
from jiceng.kernel.workdays.rules import calendar_days, urgent_hours, work_hours, workdays
from jiceng.kernel.workdays.terms import (
    ARTICLE_45,
    PAUSE_CAUSES,
    STATUTORY_CAUSES,
    ClockKind,
    PauseCause,
)
from jiceng.kernel.workdays.tests.refusing import refused
from jiceng.kernel.workdays.tests.telling import SUBJECT, at, cases


def test_a_clock_keeps_its_limit_and_its_deadline(clock):
    clock.refresh_from_db()
    assert clock.limit == workdays(2)
    assert clock.due_at == at("07-08 10:00")
    assert not clock.provisional
    assert clock.calendar_version == service.calendar().version(2026, 2026)
    assert clock.started_at == clock.changed_at == at("07-06 10:00")


@pytest.mark.parametrize(
    "limit", [workdays(3, "next_day"), urgent_hours("0.25"), work_hours(4), calendar_days(15)]
)
def test_every_limit_comes_back_from_the_database(db, limit):
    started = service.start_clock(
        subject=SUBJECT, kind="statutory", limit=limit, at=at("07-06 10:00")
    )
    started.refresh_from_db()
    assert started.limit == limit


def test_a_subject_holds_many_clocks(clock, statutory, given):
    assert Clock.objects.of(SUBJECT).running().count() == 3


def test_a_deadline_in_an_unpublished_year_is_kept_as_provisional(db):
    started = service.start_clock(
        subject=SUBJECT, kind="promised", limit=workdays(1), at=at("12-31 16:00")
    )
    assert started.provisional
    assert started.due_at == at("2027-01-04 16:00")


def test_a_pause_moves_the_deadline_when_it_ends(clock):
    pause = service.pause_clock(clock, "supplement", at("07-06 11:00"))
    clock.refresh_from_db()
    assert (clock.paused_at, clock.due_at) == (at("07-06 11:00"), at("07-08 10:00"))
    assert pause.basis == "《中华人民共和国行政许可法》第三十二条第一款第四项"
    service.resume_clock(clock, at("07-07 11:00"))
    clock.refresh_from_db()
    assert (clock.paused_at, clock.due_at) == (None, at("07-09 10:00"))
    assert clock.pauses.get().ended_at == at("07-07 11:00")


def test_a_clock_may_be_paused_again_at_the_instant_it_resumed(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    service.resume_clock(clock, at("07-07 11:00"))
    service.pause_clock(clock, "hearing", at("07-07 11:00"))
    service.resume_clock(clock, at("07-08 11:00"))
    assert clock.due_at == at("07-10 10:00")


def test_the_basis_is_kept_in_chinese_whatever_the_page_speaks(statutory):
    with override("en"):
        pause = service.pause_clock(statutory, "hearing", at("07-07 10:00"))
    assert pause.basis == "《中华人民共和国行政许可法》第四十五条"


@pytest.mark.parametrize(
    ("kind", "cause"), [(kind, cause) for kind in ClockKind for cause in PauseCause]
)
def test_each_kind_is_paused_by_its_own_causes_only(clock, statutory, level, given, kind, cause):
    clocks = {"promised": clock, "statutory": statutory, "level": level, "given": given}
    chosen = clocks[kind]
    if cause in PAUSE_CAUSES[kind]:
        assert service.pause_clock(chosen, cause, at("07-06 11:00")).basis
    else:
        refusal = refused(
            "cause_not_allowed", service.pause_clock, chosen, cause, at("07-06 11:00")
        )
        assert str(cause.label) in str(refusal)
        assert refusal.details["allowed"] == [str(code) for code in PAUSE_CAUSES[kind]]
        assert str(refusal).endswith("：无。") is (kind == ClockKind.GIVEN)


def test_the_law_has_eight_causes_and_a_supplement_is_none_of_them():
    assert [str(cause.label) for cause in STATUTORY_CAUSES] == [
        "听证",
        "招标",
        "拍卖",
        "检验",
        "检测",
        "检疫",
        "鉴定",
        "专家评审",
    ]
    assert set(STATUTORY_CAUSES.values()) == {ARTICLE_45}
    assert STATUTORY_CAUSES.items() <= PAUSE_CAUSES[ClockKind.PROMISED].items()
    for own in (ClockKind.PROMISED, ClockKind.LEVEL):
        assert PAUSE_CAUSES[own].keys() == set(PauseCause)
    assert PAUSE_CAUSES.keys() == set(ClockKind)


@pytest.mark.parametrize("cause", ["weather", "", "HEARING", "听证", "\ud800"])
def test_a_cause_that_is_none_is_refused(clock, cause):
    refused("cause_not_allowed", service.pause_clock, clock, cause, at("07-06 11:00"))


def test_pausing_what_stands_still_is_refused(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    refused("clock_paused", service.pause_clock, clock, "hearing", at("07-06 12:00"))


def test_a_pause_that_overlaps_an_earlier_one_is_refused(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    service.resume_clock(clock, at("07-07 11:00"))
    refused("back_dated", service.pause_clock, clock, "hearing", at("07-07 10:59"))


def test_a_back_dated_pause_is_refused(clock):
    refused("back_dated", service.pause_clock, clock, "supplement", at("07-06 09:59"))


def test_a_back_dated_resumption_is_refused(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    refused("back_dated", service.resume_clock, clock, at("07-06 10:59"))
    refused("back_dated", service.stop_clock, clock, at("07-06 10:59"))


def test_a_back_dated_stop_is_refused(clock):
    refused("back_dated", service.stop_clock, clock, at("07-06 09:59"))
    refused("back_dated", service.stop_clocks, SUBJECT, at("07-06 09:59"))


@pytest.mark.parametrize("when", ["07-08 10:00", "07-08 10:01", "08-08 10:00"])
def test_a_pause_at_or_after_the_deadline_is_refused(clock, when):
    refused("clock_overdue", service.pause_clock, clock, "supplement", at(when))


def test_a_pause_just_before_the_deadline_is_not(clock):
    service.pause_clock(clock, "supplement", at("07-08 09:59"))
    service.resume_clock(clock, at("07-20 09:00"))
    assert clock.due_at == at("07-20 09:01")


def test_resuming_what_runs_is_refused(clock):
    refused("clock_not_paused", service.resume_clock, clock, at("07-06 11:00"))


def test_nothing_happens_to_a_stopped_clock(clock):
    service.stop_clock(clock, at("07-07 10:00"))
    refused("clock_stopped", service.pause_clock, clock, "supplement", at("07-07 11:00"))
    refused("clock_stopped", service.resume_clock, clock, at("07-07 11:00"))
    refused("clock_stopped", service.stop_clock, clock, at("07-07 11:00"))


def test_stopping_ends_an_open_pause(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    service.stop_clock(clock, at("07-07 11:00"))
    clock.refresh_from_db()
    assert (clock.stopped_at, clock.paused_at) == (at("07-07 11:00"), None)
    assert clock.due_at == at("07-09 10:00")
    assert clock.pauses.get().ended_at == at("07-07 11:00")


def test_a_level_clock_counts_while_the_first_one_goes_on(clock, level):
    level.refresh_from_db()
    assert (level.kind, level.due_at) == ("level", at("07-07 10:30"))
    service.pause_clock(level, "third_party", at("07-06 11:00"))
    assert level.pauses.get().basis == "本机关服务承诺：等待期间不计入本级时限"
    service.resume_clock(level, at("07-06 12:00"))
    clock.refresh_from_db()
    assert (level.due_at, clock.due_at) == (at("07-07 11:30"), at("07-08 10:00"))


def test_all_clocks_of_a_subject_stop_together(clock, statutory, given):
    service.pause_clock(statutory, "hearing", at("07-06 11:00"))
    other = service.given_clock(
        subject="grid.case:9", due_at=at("07-20 10:00"), at=at("07-06 10:00")
    )
    assert service.stop_clocks(SUBJECT, at=at("07-07 10:00")) == 3
    assert not Clock.objects.of(SUBJECT).running().exists()
    assert list(Clock.objects.running()) == [other]
    assert service.stop_clocks(SUBJECT, at=at("07-07 10:00")) == 0


def test_stopping_the_usual_clocks_takes_one_statement(
    clock, statutory, given, django_assert_num_queries
):
    with django_assert_num_queries(1):
        service.stop_clocks(SUBJECT, at=at("07-07 10:00"))


def test_starting_a_clock_takes_one_statement(db, django_assert_num_queries):
    service.calendar()
    with django_assert_num_queries(1):
        service.start_clock(
            subject=SUBJECT, kind="promised", limit=workdays(1), at=at("07-06 10:00")
        )


STALE = """
paused meanwhile  | pause
resumed meanwhile | resume
stopped meanwhile | stop
"""


@pytest.mark.parametrize(("story", "meanwhile"), cases(STALE))
def test_who_saw_an_older_state_is_refused(clock, story, meanwhile):
    """The page showed one state, somebody else made another."""
    if meanwhile == "resume":
        service.pause_clock(clock, "supplement", at("07-06 11:00"))
    seen = Clock.objects.get(pk=clock.pk)
    if meanwhile == "pause":
        service.pause_clock(clock, "supplement", at("07-06 11:00"))
        refused("clock_changed", service.pause_clock, seen, "hearing", at("07-06 12:00"))
    elif meanwhile == "resume":
        service.resume_clock(clock, at("07-06 12:00"))
        refused("clock_changed", service.resume_clock, seen, at("07-06 13:00"))
    else:
        service.stop_clock(clock, at("07-06 11:00"))
        refused("clock_changed", service.pause_clock, seen, "hearing", at("07-06 12:00"))
        refused("clock_changed", service.stop_clock, seen, at("07-06 12:00"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_eight_pauses_at_once_one_wins():
    clock = service.start_clock(
        subject=SUBJECT, kind="promised", limit=workdays(2), at=at("07-06 10:00")
    )
    answers, start = [], threading.Barrier(8)

    def press():
        seen = Clock.objects.get(pk=clock.pk)
        start.wait()
        try:
            with transaction.atomic():
                service.pause_clock(seen, "supplement", at("07-06 11:00"))
            answers.append("paused")
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=press) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["clock_changed"] * 7 + ["paused"]
    assert Pause.objects.count() == 1


@pytest.mark.parametrize(
    "subject", ["", " ", "办件", "grid.case:", "grid case:1", "grid.case:1\n", "x:" + "1" * 200]
)
def test_a_subject_that_the_ledger_could_not_name_is_refused(db, subject):
    with pytest.raises(BadSubject):
        service.given_clock(subject=subject, due_at=at("07-20 10:00"), at=at("07-06 10:00"))
    with pytest.raises(BadSubject):
        service.start_clock(
            subject=subject, kind="promised", limit=workdays(1), at=at("07-06 10:00")
        )
    assert not Clock.objects.exists()


@pytest.mark.parametrize(
    ("due", "code"),
    [
        ("07-06 09:59", "due_before_start"),
        ("9999-12-31 10:00", "calendar_unknown"),
        ("0001-01-01 10:00", "calendar_unknown"),
    ],
)
def test_a_given_day_that_cannot_be_is_refused(db, due, code):
    with pytest.raises(Refusal) as refusal:
        service.given_clock(subject=SUBJECT, due_at=at(due), at=at("07-06 10:00"))
    assert refusal.value.code == code
    assert not Clock.objects.exists()


def test_a_given_day_may_be_the_instant_itself(db):
    now = at("07-06 10:00")
    assert service.given_clock(subject=SUBJECT, due_at=now, at=now).due_at == now


def test_a_given_day_needs_no_calendar(db):
    """Records of other systems reach back before the first published calendar."""
    old = service.given_clock(
        subject=SUBJECT, due_at=at("2015-01-20 10:00"), at=at("2015-01-05 10:00")
    )
    assert (old.limit, old.calendar_version, old.provisional) == (None, "", False)
    assert service.explain(old).limit is None
    assert service.budget_of(old, at("2015-01-06 10:00")) is None
    assert service.stop_clock(old, at("2015-01-06 10:00")).stopped_at


def test_a_year_before_the_first_calendar_writes_nothing(db):
    refused(
        "calendar_unknown",
        lambda: service.start_clock(
            subject=SUBJECT, kind="promised", limit=workdays(1), at=at("2017-06-01 10:00")
        ),
    )


@pytest.mark.parametrize("kind", ["given", "", "own"])
def test_what_is_no_kind_of_limit_does_not_count(db, kind):
    with pytest.raises(ValueError, match="promised, statutory or level"):
        service.start_clock(subject=SUBJECT, kind=kind, limit=workdays(1), at=at("07-06 10:00"))


def test_a_clock_explains_itself(clock):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    service.resume_clock(clock, at("07-07 11:00"))
    service.pause_clock(clock, "third_party", at("07-08 11:00"))
    clock.refresh_from_db()
    trace = service.explain(clock)
    assert trace.due_at == clock.due_at
    assert trace.calendar_version == clock.calendar_version
    lines = service.trace_lines(trace)
    assert "停表，不计入：2026年7月6日 11:00至2026年7月7日 11:00（补正材料）。" in lines
    assert lines[-1] == "2026年7月8日 11:00起停表，恢复后重算到期时间。"


def test_the_light_of_a_paused_clock_stands_still(clock):
    assert service.light_of(clock, at("07-06 11:00")) == "green"
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    assert service.light_of(clock, at("07-20 11:00")) == "green"
    service.resume_clock(clock, at("07-20 11:00"))
    assert service.light_of(clock, at("07-22 09:59")) == "yellow"
    assert service.light_of(clock, at("07-22 10:01")) == "red"
    service.stop_clock(clock, at("07-22 09:00"))
    assert service.light_of(clock, at("08-22 10:01")) == "yellow"


def test_the_budget_of_a_clock_counts_an_open_pause(clock):
    hours = 3_600_000_000
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    for now in ("07-06 11:00", "07-07 15:00"):
        found = service.budget_of(clock, at(now))
        assert (found.spent, found.left, found.total) == (1 * hours, 15 * hours, 16 * hours)
    service.resume_clock(clock, at("07-07 15:00"))
    assert service.budget_of(clock, at("07-07 16:00")).spent == 2 * hours
    service.stop_clock(clock, at("07-07 17:00"))
    assert service.budget_of(clock, at("08-07 16:00")).spent == 3 * hours


def test_remaining_time(db):
    left = service.remaining(at("07-06 10:00"), at("07-08 10:00"))
    assert (left.work_minutes, left.overdue, left.text) == (960, False, "剩余2个工作日")
    over = service.remaining(at("07-08 10:30"), at("07-08 10:00"))
    assert (over.work_minutes, over.overdue, over.text) == (30, True, "已超期30分钟")
    old = service.remaining(at("2015-02-01 10:00"), at("2015-01-05 10:00"))
    assert (old.work_minutes, old.overdue, old.text) == (None, True, "已超期27天")
    night = service.remaining(at("07-06 20:30"), at("07-06 22:30"))
    assert (night.work_minutes, night.overdue, night.text) == (None, False, "剩余2小时")
    assert service.remaining(at("07-07 01:00"), at("07-06 22:30")).text == "已超期2小时30分钟"
    assert service.work_minutes_between(at("07-06 10:00"), at("07-06 11:00")) == 60
    assert timedelta(minutes=left.work_minutes) == timedelta(hours=16)
