"""A review of today, in each of its states."""

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.reviews.service import close, declare_conflict
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import Show, show_of


@pytest.fixture
def show(cast: Cast) -> Show:
    """Return an open review of today."""
    return show_of(cast, clock.read())


@pytest.fixture
def seated(show: Show) -> Show:
    return show.seat(clock.read())


@pytest.fixture
def over(seated: Show) -> Show:
    """Return the review closed, with one who stood aside."""
    at = clock.read()
    declare_conflict(
        by=seated.judges[2],
        at=at,
        review=seated.review,
        candidate=seated.candidates[3],
        reason="项目由亲属承办",
    )
    seated.vote_all(at)
    close(by=seated.chair, at=at, review=seated.review)
    return seated
