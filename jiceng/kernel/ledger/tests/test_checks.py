"""What the ledger asks at the start: its hash functions, and whether the clock went back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.ledger import checks
from jiceng.kernel.ledger.models import Entry


def test_both_hash_functions_know_their_answers() -> None:
    assert checks.check_sm3() == checks.check_sha256() == []


@pytest.mark.parametrize(
    ("vector", "check", "code"),
    [
        ("SM3_VECTOR", checks.check_sm3, "ledger.E001"),
        ("SHA256_VECTOR", checks.check_sha256, "ledger.E005"),
    ],
)
def test_a_hash_function_that_errs_stops_the_start(
    vector: str, check: Callable[[], list[Any]], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, vector, (b"abd", getattr(checks, vector)[1]))
    found = check()
    assert [(message.id, message.is_serious()) for message in found] == [(code, True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(hours=-1), []),
        (timedelta(minutes=5), []),
        (timedelta(minutes=6), ["ledger.E006"]),
        (timedelta(days=400), ["ledger.E006"]),
    ],
)
def test_the_newest_entry_is_not_in_the_future(
    ahead: timedelta, expected: list[str], fill: Callable[..., list[Entry]], at: datetime
) -> None:
    assert list(checks.clock_is_not_behind(at)) == []
    fill(1, at=at + ahead)
    fill(1, at=at - timedelta(days=1))
    assert [message.id for message in checks.clock_is_not_behind(at)] == expected
