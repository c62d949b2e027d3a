"""Followers: each sealed entry once, in order, whatever crashes in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.ledger import followers, jobs
from jiceng.kernel.ledger.entries import OPERATOR, RESIDENT, append
from jiceng.kernel.ledger.followers import FOLLOWERS, LEASE, follows, run_followers
from jiceng.kernel.ledger.models import Cursor, Entry, Head, PersonalDatum
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.tests.conftest import in_parallel
from jiceng.kernel.ledger.upkeep import open_epoch

Fill = Callable[..., list[Entry]]
pytestmark = pytest.mark.django_db
NOTED = "test.case.noted"


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "FOLLOWERS", type(FOLLOWERS)("follower"))


def leave_trace(entry: Entry, at: datetime) -> None:
    """An effect in the database, as those of systems are: here one row for each entry."""
    PersonalDatum.objects.create(entry_uid=entry.uid, field="trace", salt=b"", value=str(at))


def traces() -> list[str]:
    return list(PersonalDatum.objects.order_by("pk").values_list("entry_uid", flat=True))


def uids(entries: list[Entry]) -> list[str]:
    return [entry.uid for entry in entries]


def test_only_what_is_sealed_and_asked_for(fill: Fill, at: datetime) -> None:
    follows(NOTED, name="trace")(leave_trace)
    assert run_followers(at) == 0
    entries = fill(3)
    append(event="test.other.noted", subject="test.case:1", by=RESIDENT, at=at, facts={})
    waiting = fill(2, sealed=False)
    assert run_followers(at) == 3
    assert traces() == uids(entries)
    assert run_followers(at) == 0
    seal(at)
    assert jobs.run_followers(at) == 2
    assert traces() == uids(entries + waiting)


def test_who_has_read_everything_writes_nothing(fill: Fill, at: datetime) -> None:
    """An idle worker looks every second, and each claim would be two commits."""
    for name in ("one", "other"):
        follows(NOTED, name=name)(lambda entry, at: None)
    fill(3)
    assert run_followers(at) == 6
    with CaptureQueriesContext(connection) as asked:
        assert run_followers(at) == 0
    assert [query["sql"].partition(" ")[0] for query in asked] == ["SELECT", "SELECT"]
    fill(1)
    assert run_followers(at) == 2


def test_a_new_follower_begins_at_the_beginning(fill: Fill, at: datetime) -> None:
    entries = fill(3) + fill(2)
    follows(NOTED, name="late")(leave_trace)
    run_followers(at)
    assert traces() == uids(entries)


def test_strides_cover_everything(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "STRIDE", 3)
    entries = fill(10)
    follows(NOTED, name="trace")(leave_trace)
    assert run_followers(at, strides=2) == 6
    assert run_followers(at) == 4
    assert traces() == uids(entries)


def test_epochs_are_followed_through(fill: Fill, at: datetime) -> None:
    entries = fill(2)
    open_epoch(reason="演练", by=OPERATOR, at=at)
    seal(at)
    entries += fill(2)
    follows(NOTED, name="trace")(leave_trace)
    opened: list[str] = []
    follows("ledger.epoch.opened", name="epochs")(lambda entry, at: opened.append(entry.subject))
    assert run_followers(at) == 5
    assert (traces(), opened) == (uids(entries), ["ledger.epoch:2"])
    assert Cursor.objects.get(name="trace").epoch == 2


def test_an_effect_that_fails_is_undone_and_tried_again(
    fill: Fill, at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    entries = fill(4)
    broken = [True]

    def fragile(entry: Entry, at: datetime) -> None:
        leave_trace(entry, at)
        if entry.uid == entries[2].uid and broken[0]:
            raise RuntimeError("upstream is down")

    follows(NOTED, name="fragile")(fragile)
    follows(NOTED, name="sound")(lambda entry, at: None)
    assert run_followers(at) == 0 + 4  # the failing one is logged; its two effects stay
    assert traces() == uids(entries[:2])
    assert "upstream is down" in caplog.text
    assert Cursor.objects.get(name="fragile").position == 2
    broken[0] = False
    assert run_followers(at + timedelta(seconds=1)) == 0  # not before the lease has run out
    assert run_followers(at + LEASE) == 2
    assert traces() == uids(entries)


def test_a_crash_between_effect_and_cursor_undoes_both(
    fill: Fill, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever dies inside the transaction leaves neither; the next one does it once."""
    entries = fill(2)
    follows(NOTED, name="trace")(leave_trace)
    advance = followers._advance

    def die(*arguments: Any) -> None:
        advance(*arguments)
        raise SystemExit

    monkeypatch.setattr(followers, "_advance", die)
    with pytest.raises(SystemExit):
        run_followers(at)
    assert traces() == []
    monkeypatch.undo()
    monkeypatch.setattr(followers, "FOLLOWERS", type(FOLLOWERS)("follower"))
    follows(NOTED, name="trace")(leave_trace)
    assert run_followers(at + LEASE) == 2
    assert traces() == uids(entries)


def test_who_slept_past_the_lease_cannot_move_the_cursor(fill: Fill, at: datetime) -> None:
    """The zombie's effect is undone; the new claimant's stands."""
    entries = fill(1)
    later = at + LEASE

    def slow(entry: Entry, when: datetime) -> None:
        leave_trace(entry, when)
        if when == at:  # while this one sleeps, another process claims and finishes
            Cursor.objects.filter(name="slow").update(fence=99, lease_until=None)

    follows(NOTED, name="slow")(slow)
    run_followers(at)
    assert traces() == []
    run_followers(later)
    assert traces() == uids(entries)


def test_what_another_did_between_looking_and_claiming_is_not_done_again(
    fill: Fill, at: datetime
) -> None:
    """Who looked while another held the cursor, and claims when it is free, looks again: the fence
    stands as it was read, but the place does not."""
    heard: list[str] = []  # a trace in the table could not be left twice
    follows(NOTED, name="trace")(lambda entry, at: heard.append(entry.uid))
    entries = fill(3)
    follower = followers.FOLLOWERS.get("trace")
    held = [followers._claim(follower, at)]

    def come_between(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "ledger_cursor"') and held:
            followers._read_on(follower, held.pop(), at, strides=1)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(come_between):
        run_followers(at)
    run_followers(at)
    assert heard == uids(entries)


@pytest.mark.parametrize("event", ["", "closed", "Grid.case.closed"])
def test_a_wrong_event_is_refused_when_declared(event: str) -> None:
    with pytest.raises(TypeError, match="event"):
        follows(event)


def test_names() -> None:
    follows(NOTED)(leave_trace)
    (follower,) = followers.FOLLOWERS
    assert follower.name == "jiceng.kernel.ledger.tests.test_followers.leave_trace"
    with pytest.raises(ValueError, match="twice"):
        follows("test.other.noted")(leave_trace)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_six_workers_do_each_effect_once(fill: Fill, at: datetime) -> None:
    """The unique row of an effect would break if any were done twice."""
    entries = fill(30)
    follows(NOTED, name="trace")(leave_trace)
    answers = in_parallel([lambda: run_followers(at)] * 6)
    assert sum(answers) == 30, answers
    assert traces() == uids(entries)
    assert Cursor.objects.get().position == Head.objects.get().size
