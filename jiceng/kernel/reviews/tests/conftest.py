"""A review before and after its panel was invited."""

from collections.abc import Callable
from datetime import datetime

import pytest

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Panelist
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import Show, show_of


@pytest.fixture
def show(cast: Cast, now: datetime) -> Show:
    """Return a review that is open, with its panel not invited yet."""
    return show_of(cast, now)


@pytest.fixture
def seated(show: Show, now: datetime) -> Show:
    """Return the review with its panel: three offices and 王, whose own street stands too."""
    return show.seat(now)


@pytest.fixture
def seats(seated: Show) -> Callable[[Capacity], Panelist]:
    """Return a function that finds the seat of a judge."""
    return lambda judge: Panelist.objects.get(review=seated.review, officer=judge.officer)
