"""Extensions: what they add, how often, until when, and how a due date tells of them."""

import threading
from decimal import Decimal

import pytest
from django.db import close_old_connections, connection, transaction

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.models import Clock, Extension
from jiceng.kernel.workdays.rules import calendar_days, urgent_hours, work_hours, workdays
from jiceng.kernel.workdays.terms import MOST_EXTENSIONS
from jiceng.kernel.workdays.tests.refusing import refused
from jiceng.kernel.workdays.tests.telling import SUBJECT, at, cases

HOUR = 3_600_000_000


def test_an_extension_adds_the_original_limit_once_more(clock):
    extension = service.extend_clock(clock, at("07-07 10:00"), basis=" 道路 施工 ")
    clock.refresh_from_db()
    assert clock.due_at == at("07-10 10:00")
    assert clock.changed_at == at("07-07 10:00")
    assert (clock.limit, clock.whole_limit) == (workdays(2), workdays(4))
    assert clock.extensions.get() == extension
    extension.refresh_from_db()
    assert (extension.number, extension.amount) == (1, 2)
    assert (extension.basis, extension.granted_at) == ("道路 施工", at("07-07 10:00"))


def test_the_second_adds_the_original_limit_again_not_the_longer_one(clock):
    service.extend_clock(clock, at("07-07 10:00"), basis="一")
    service.extend_clock(clock, at("07-07 10:00"), basis="二")
    assert clock.due_at == at("07-14 10:00")
    assert clock.whole_limit == workdays(6)
    refused("extended_enough", service.extend_clock, clock, at("07-07 11:00"), basis="三")
    assert clock.extensions.count() == MOST_EXTENSIONS == 2


@pytest.mark.parametrize(
    ("limit", "amount", "due"),
    [
        (workdays(2), 1, "07-09 10:00"),
        (workdays(2, "next_day"), 1, "07-09 24:00"),
        (work_hours(4), Decimal("0.25"), "07-06 16:15"),
        (urgent_hours(2), "1.50", "07-06 13:30"),
        (calendar_days(5), 5, "07-16 10:00"),
    ],
)
def test_an_amount_is_in_the_unit_of_the_limit(db, limit, amount, due):
    clock = service.start_clock(subject=SUBJECT, kind="level", limit=limit, at=at("07-06 10:00"))
    extension = service.extend_clock(clock, at("07-06 11:00"), amount=amount, basis="雨天")
    assert extension.amount == Decimal(amount)
    assert Clock.objects.get(pk=clock.pk).due_at == at(due)


@pytest.mark.parametrize("amount", [0, -1, "0.5", "两", True, Decimal("NaN"), 100_001, 1.5])
def test_an_amount_that_is_none_is_refused(clock, amount):
    refusal = refused(
        "limit_unusable",
        service.extend_clock,
        clock,
        at("07-06 11:00"),
        amount=amount,
        basis="雨天",
    )
    assert refusal.field == "amount"


def test_a_limit_longer_than_any_is_refused(clock):
    refused(
        "limit_unusable",
        service.extend_clock,
        clock,
        at("07-06 11:00"),
        amount=100_000,
        basis="雨天",
    )


@pytest.mark.parametrize(
    ("basis", "code"),
    [("", "basis_missing"), (" \t", "basis_missing"), ("字" * 201, "too_long"), ("\n", "bad_char")],
)
def test_an_extension_needs_a_basis(clock, basis, code):
    refused(code, service.extend_clock, clock, at("07-06 11:00"), basis=basis)


REFUSED = """
at the very instant it is due | 07-08 10:00 | clock_overdue
long after                    | 08-08 10:00 | clock_overdue
before the clock started      | 07-06 09:59 | back_dated
"""


@pytest.mark.parametrize(("story", "when", "code"), cases(REFUSED))
def test_an_extension_that_comes_at_the_wrong_time_is_refused(clock, story, when, code):
    refusal = refused(code, service.extend_clock, clock, at(when), basis="雨天")
    assert "停表" not in str(refusal), story


def test_an_extension_just_before_it_is_due_is_not(clock):
    service.extend_clock(clock, at("07-08 09:59:59.999999"), basis="雨天")
    assert clock.due_at == at("07-10 10:00")
    service.extend_clock(clock, at("07-09 10:00"), basis="雨又下了")
    assert clock.due_at == at("07-14 10:00")


def test_a_given_day_is_not_ours_to_extend(given):
    refusal = refused("not_extendable", service.extend_clock, given, at("07-06 11:00"), basis="雨")
    assert refusal.status == 409


def test_a_stopped_clock_is_not_extended(clock):
    service.stop_clock(clock, at("07-06 11:00"))
    refused("clock_stopped", service.extend_clock, clock, at("07-06 12:00"), basis="雨天")


def test_a_clock_that_stands_still_is_extended_and_resumes(clock):
    """It was not due when it was paused, so the day it shows meanwhile is no obstacle."""
    service.pause_clock(clock, "shelved", at("07-07 10:00"))
    service.extend_clock(clock, at("07-09 10:00"), basis="雨天")
    clock.refresh_from_db()
    assert (clock.paused_at, clock.due_at) == (at("07-07 10:00"), at("07-10 10:00"))
    refused("back_dated", service.resume_clock, clock, at("07-09 09:59"))
    service.resume_clock(clock, at("07-09 10:00"))
    assert clock.due_at == at("07-14 10:00")
    service.stop_clock(clock, at("07-13 10:00"))
    assert clock.pauses.get().ended_at == at("07-09 10:00")


def test_extending_takes_four_statements(clock, django_assert_num_queries):
    with django_assert_num_queries(4):
        service.extend_clock(clock, at("07-07 10:00"), basis="雨天")


def test_who_saw_an_older_state_may_not_extend(clock):
    seen = Clock.objects.get(pk=clock.pk)
    service.extend_clock(clock, at("07-06 11:00"), basis="雨天")
    refused("clock_changed", service.extend_clock, seen, at("07-06 11:00"), basis="雨天")
    seen = Clock.objects.get(pk=clock.pk)
    service.pause_clock(clock, "hearing", at("07-06 12:00"))
    refused("clock_changed", service.extend_clock, seen, at("07-06 13:00"), basis="雨天")
    seen = Clock.objects.get(pk=clock.pk)
    service.extend_clock(clock, at("07-06 12:00"), basis="雨天")
    with pytest.raises(Refusal), transaction.atomic():
        service.resume_clock(seen, at("07-06 14:00"))
    clock.refresh_from_db()
    assert clock.paused_at == at("07-06 12:00")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("paused", [False, True])
def test_of_eight_extensions_at_once_one_wins(paused):
    clock = service.start_clock(
        subject=SUBJECT, kind="promised", limit=workdays(2), at=at("07-06 10:00")
    )
    if paused:
        service.pause_clock(clock, "shelved", at("07-06 11:00"))
    answers, start = [], threading.Barrier(8)

    def press():
        seen = Clock.objects.get(pk=clock.pk)
        start.wait()
        try:
            with transaction.atomic():
                service.extend_clock(seen, at("07-06 11:00"), basis="雨天")
            answers.append("extended")
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
    assert sorted(answers) == ["clock_changed"] * 7 + ["extended"]
    assert Extension.objects.count() == 1
    assert Clock.objects.get(pk=clock.pk).due_at == at("07-10 10:00")


def test_light_and_budget_know_the_whole_limit(clock):
    assert service.light_of(clock, at("07-07 18:00")) == "yellow"
    service.extend_clock(clock, at("07-07 18:00"), basis="雨天")
    assert service.light_of(clock, at("07-07 18:00")) == "green"
    # A quarter of four days is a whole day, one of two would be half a day.
    assert service.light_of(clock, at("07-09 11:00")) == "yellow"
    found = service.budget_of(clock, at("07-07 18:00"))
    assert (found.spent, found.left, found.total) == (14 * HOUR, 18 * HOUR, 32 * HOUR)


def test_a_due_date_tells_of_its_extensions(db):
    clock = service.start_clock(
        subject=SUBJECT, kind="promised", limit=workdays(2), at=at("09-29 10:00")
    )
    service.extend_clock(clock, at("09-30 10:00"), basis="道路施工")
    service.pause_clock(clock, "supplement", at("09-30 11:00"))
    service.resume_clock(clock, at("09-30 15:00"))
    service.extend_clock(clock, at("10-09 10:00"), amount=1, basis="连日降雨")
    clock.refresh_from_db()
    assert service.trace_lines(service.explain(clock)) == [
        "时限：2工作日，自2026年9月29日 10:00起。",
        "第1次延期，加2工作日：2026年9月30日 10:00批准（道路施工）。",
        "第2次延期，加1工作日：2026年10月9日 10:00批准（连日降雨）。",
        "不计入：2026年10月1日至2026年10月7日（国庆节）、2026年10月11日（周末）。",
        "调休上班，计入：2026年10月10日。",
        "停表，不计入：2026年9月30日 11:00至2026年9月30日 15:00（补正材料）。",
        "到期：2026年10月12日 12:00。",
        f"依据：国办发明电〔2025〕7号；日历版本{clock.calendar_version}。",
    ]
    assert service.explain(clock).due_at == clock.due_at


def test_rebuilding_counts_extensions_and_asks_for_them_once(clock, level, statutory):
    for extended in (clock, level, statutory):
        service.extend_clock(extended, at("07-06 11:00"), basis="雨天")
    right = {row.pk: row.due_at for row in Clock.objects.all()}
    assert service.rebuild(at("07-06 12:00")) == []
    Clock.objects.update(due_at=at("08-20 10:00"))
    assert len(service.rebuild(at("07-06 12:00"))) == 3
    assert {row.pk: row.due_at for row in Clock.objects.all()} == right
