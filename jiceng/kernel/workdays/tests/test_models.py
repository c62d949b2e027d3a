"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.workdays import service
from jiceng.kernel.workdays.models import Clock, Extension, Pause
from jiceng.kernel.workdays.tests.telling import at

BROKEN = {
    "a limit of nothing": {"limit_amount": 0},
    "a negative limit": {"limit_amount": -1},
    "no limit on a promise": {"limit_amount": None},
    "an unknown unit": {"limit_kind": "moons"},
    "an unknown kind": {"kind": "own"},
    "due before it started": {"due_at": at("07-06 09:00")},
    "changed before it started": {"changed_at": at("07-06 09:00")},
    "stopped before it started": {
        "stopped_at": at("07-06 09:00"),
        "changed_at": at("07-06 09:00"),
    },
    "stopped and paused": {
        "stopped_at": at("07-07 09:00"),
        "paused_at": at("07-07 09:00"),
        "changed_at": at("07-07 09:00"),
    },
    "paused later than it changed": {"paused_at": at("07-07 09:00")},
    "paused before it started": {"paused_at": at("07-06 09:00")},
}


@pytest.mark.parametrize("story", BROKEN)
def test_the_database_refuses_a_broken_clock(clock, story):
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(**BROKEN[story])


def test_the_database_refuses_a_given_day_with_a_limit(given):
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=given.pk).update(limit_amount=1)


@pytest.mark.parametrize(
    ("story", "values"),
    [
        ("a second open pause", {"ended_at": None}),
        ("ended before it began", {"ended_at": at("07-06 11:59")}),
        ("without basis", {"ended_at": at("07-06 13:00"), "basis": ""}),
        ("for no known cause", {"ended_at": at("07-06 13:00"), "cause": "weather"}),
    ],
)
def test_the_database_refuses_a_broken_pause(clock, story, values):
    service.pause_clock(clock, "supplement", at("07-06 11:00"))
    row = {"cause": "hearing", "basis": "x", "started_at": at("07-06 12:00"), **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(clock=clock, **row)


BROKEN_EXTENSIONS = {
    "a number that is taken": {"number": 1},
    "a third one": {"number": 3},
    "number nought": {"number": 0},
    "of nothing": {"amount": 0},
    "backwards": {"amount": -1},
    "without basis": {"basis": ""},
}


@pytest.mark.parametrize("story", BROKEN_EXTENSIONS)
def test_the_database_refuses_a_broken_extension(clock, story):
    service.extend_clock(clock, at("07-06 11:00"), basis="道路施工")
    row = {"number": 2, "amount": 2, "basis": "x", "granted_at": at("07-06 12:00")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(clock=clock, **row | BROKEN_EXTENSIONS[story])
    assert Extension.objects.create(clock=clock, **row).pk
