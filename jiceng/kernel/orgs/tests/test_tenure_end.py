"""What the end of a tenure tells: once, inside the same transaction, and only if it is now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.posts import TENURE_END
from jiceng.kernel.orgs.service import deactivate_officer, end_tenure, on_tenure_end
from jiceng.kernel.testing.cast import MONDAY, Cast, hold, officer, post

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Heard = list[tuple[Tenure, str, datetime]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Return the ends that were told, in order."""
    told: Heard = []

    @on_tenure_end
    def hear(*, tenure: Tenure, by: Any, at: datetime) -> None:
        told.append((tenure, by.ref, at))

    yield told
    TENURE_END._things.popitem()


def tenure_of(capacity: Any) -> Tenure:
    return Tenure.objects.get(officer=capacity.officer, post=capacity.post)


def test_an_end_now_is_told_though_somebody_else_holds_the_post(cast: Cast, heard: Heard) -> None:
    hold(officer("2001", "同岗"), cast.li.post)
    tenure = tenure_of(cast.li)

    end_tenure(by=cast.zhou, at=MONDAY + DAY, tenure=tenure)

    assert heard == [(tenure, "officer:1007", MONDAY + DAY)]


def test_an_end_that_comes_later_is_not_told_now(cast: Cast, heard: Heard) -> None:
    end_tenure(by=SYSTEM, at=MONDAY, tenure=tenure_of(cast.li), ends_at=MONDAY + DAY)
    assert heard == []


def test_what_never_began_has_no_end(cast: Cast, heard: Heard) -> None:
    Tenure.objects.create(
        post=post(cast.village, "grid_member"), officer=cast.li.officer, starts_at=MONDAY + DAY
    )

    end_tenure(by=SYSTEM, at=MONDAY, tenure=Tenure.objects.get(post__unit=cast.village))

    assert heard == []


def test_a_deactivated_officer_ends_every_tenure_under_way(cast: Cast, heard: Heard) -> None:
    hold(cast.li.officer, post(cast.village, "grid_member"))
    Tenure.objects.create(
        post=post(cast.street, "grid_member"), officer=cast.li.officer, starts_at=MONDAY + 9 * DAY
    )

    deactivate_officer(by=SYSTEM, at=MONDAY + DAY, officer=cast.li.officer)

    assert [tenure.post.unit for tenure, _by, _at in heard] == [cast.community, cast.village]


def test_what_is_told_happens_in_the_same_transaction(cast: Cast) -> None:
    @on_tenure_end
    def break_down(*, tenure: Tenure, by: Any, at: datetime) -> None:
        raise RuntimeError("no successor")

    try:
        with pytest.raises(RuntimeError):
            end_tenure(by=SYSTEM, at=MONDAY + DAY, tenure=tenure_of(cast.li))
    finally:
        TENURE_END._things.popitem()

    assert tenure_of(cast.li).ends_at is None
