"""Many hands at once: one ballot stays one, and none slips in behind the closing."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Ballot
from jiceng.kernel.testing.cast import assemble
from jiceng.kernel.testing.panel import Show, show_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS = 8


def together(work: list[Callable[[], object]]) -> Counter[str]:
    """Run all at once, each in a thread with a connection of its own; count how they ended."""
    ends: Counter[str] = Counter()
    gate = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        try:
            gate.wait()
            one()
            ends["done"] += 1
        except Refusal as refusal:
            ends[f"{refusal.status} {refusal.code}"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.fixture
def running(now: datetime) -> Show:
    """Return a review with its panel, committed."""
    cast = assemble(now)
    with transaction.atomic():
        return show_of(cast, now).seat(now)


def test_one_ballot_whoever_is_first(running: Show, now: datetime) -> None:
    judge = running.judges[0]
    ends = together([lambda: running.vote(now, judge, 1, "9", "9")] * THREADS)
    assert ends == {"done": 1, "409 second_ballot": THREADS - 1}
    assert Ballot.objects.count() == 1


def test_score_or_stand_aside_and_not_both(running: Show, now: datetime) -> None:
    judge = running.judges[0]

    def aside() -> object:
        return service.declare_conflict(
            by=judge,
            at=now,
            review=running.review,
            candidate=running.candidates[0],
            reason="有亲属",
        )

    ends = together([lambda: running.vote(now, judge, 1, "9", "9"), aside] * 4)
    assert ends["done"] == 1
    assert set(ends) <= {"done", "409 second_ballot", "409 stood_aside"}
    assert Ballot.objects.count() + len(service.asides_of(running.review)) == 3


def test_no_ballot_slips_in_behind_the_closing(running: Show, now: datetime) -> None:
    def close() -> object:
        return service.close(by=running.chair, at=now, review=running.review, reason="提前截止")

    votes: list[Callable[[], object]] = [
        lambda judge=judge, number=number: running.vote(now, judge, number, "8", "7")
        for judge in running.judges
        for number in (1, 2)
    ]
    ends = together([*votes, close])
    assert set(ends) <= {"done", "409 review_closed"}
    assert running.fresh().closed_at == now
    assert Ballot.objects.count() == ends["done"] - 1
    assert not Ballot.objects.filter(marks="").exists()
    assert service.recount(running.fresh()) == []
