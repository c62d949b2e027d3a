"""How often something may be tried, also around the turn of a window."""

from datetime import UTC, datetime, timedelta

import pytest

from jiceng.kernel.base.errors import TooMany
from jiceng.kernel.base.models import Attempt
from jiceng.kernel.base.throttle import count_attempt, forget_attempts

pytestmark = pytest.mark.django_db
HOUR = 3600
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def tries(count: int, at: datetime, *, bucket: str = "track:203.0.113.1") -> int:
    """Try so often; return how many got through."""
    through = 0
    for _number in range(count):
        try:
            count_attempt(bucket, limit=10, seconds=HOUR, at=at)
        except TooMany:
            continue
        through += 1
    return through


def test_ten_an_hour() -> None:
    assert tries(15, NOON) == 10
    with pytest.raises(TooMany) as refused:
        count_attempt("track:203.0.113.1", limit=10, seconds=HOUR, at=NOON)
    assert refused.value.details["retry_after"] == HOUR


def test_another_source_has_its_own() -> None:
    tries(15, NOON)
    assert tries(5, NOON, bucket="track:203.0.113.2") == 5


def test_the_turn_of_the_hour_gives_no_second_helping() -> None:
    assert tries(10, NOON - timedelta(seconds=1)) == 10
    assert tries(10, NOON) == 0
    assert tries(10, NOON + timedelta(minutes=30)) < 6


def test_two_hours_later_it_is_forgotten() -> None:
    tries(10, NOON)
    assert tries(10, NOON + timedelta(hours=2)) == 10
    assert forget_attempts(NOON + timedelta(days=4)) > 0
    assert not Attempt.objects.exists()
