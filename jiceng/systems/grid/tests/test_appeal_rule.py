"""What stands in the way of an appeal against a lateness."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.testing.cast import MONDAY
from jiceng.systems.grid.rules.appeals import Grounds, Stay, obstacle
from jiceng.systems.grid.terms import APPEAL_DAYS

DAY = timedelta(days=1)
DUE = MONDAY + 3 * DAY
LATE = DUE + DAY
IN_TIME, TOO_LONG = Stay(DUE, DUE), Stay(DUE, LATE)


def grounds(**changes: Any) -> Grounds:
    plain: dict[str, Any] = {
        "due_at": DUE,
        "closed_at": LATE,
        "stays": [IN_TIME],
        "appealed": False,
    }
    return Grounds(**plain | changes)


class TestRule:
    @pytest.mark.parametrize(
        ("changes", "after", "answer"),
        [
            pytest.param({}, DAY, "", id="the case was late"),
            pytest.param({}, APPEAL_DAYS * DAY, "", id="on the last instant"),
            pytest.param(
                {}, APPEAL_DAYS * DAY + timedelta(seconds=1), "window_over", id="a second later"
            ),
            pytest.param({"closed_at": DUE}, DAY, "not_late", id="ended on the day itself"),
            pytest.param(
                {"closed_at": DUE, "stays": [IN_TIME, TOO_LONG]}, DAY, "", id="own part was late"
            ),
            pytest.param({"due_at": None}, DAY, "not_late", id="nothing was promised"),
            pytest.param(
                {"due_at": None, "stays": [Stay(None, LATE)]}, DAY, "not_late", id="no day at all"
            ),
            pytest.param({"stays": []}, DAY, "not_handled", id="others handled it"),
            pytest.param({"closed_at": None}, DAY, "not_over", id="still open"),
            pytest.param({"appealed": True}, DAY, "appealed", id="a second time"),
        ],
    )
    def test_what_stands_in_the_way(
        self, changes: dict[str, Any], after: timedelta, answer: str
    ) -> None:
        assert obstacle(grounds(**changes), LATE + after, days=APPEAL_DAYS) == answer

    @given(
        due=st.none() | st.integers(-50, 50),
        closed=st.none() | st.integers(-50, 50),
        stays=st.lists(
            st.tuples(st.none() | st.integers(-50, 50), st.integers(-50, 50)), max_size=4
        ),
        appealed=st.booleans(),
        at=st.integers(-50, 120),
    )
    def test_nothing_in_the_way_means_late_over_handled_and_in_time(
        self,
        due: int | None,
        closed: int | None,
        stays: Sequence[tuple[int | None, int]],
        appealed: bool,
        at: int,
    ) -> None:
        def instant(days: int | None) -> datetime | None:
            return None if days is None else MONDAY + days * DAY

        asked = Grounds(
            instant(due),
            instant(closed),
            [Stay(instant(one), instant(other)) for one, other in stays],
            appealed,
        )
        late = (due is not None and closed is not None and closed > due) or any(
            one is not None and other > one for one, other in stays
        )
        whole = closed is not None and at <= closed + APPEAL_DAYS
        allowed = bool(stays) and whole and late and not appealed

        assert (obstacle(asked, MONDAY + at * DAY, days=APPEAL_DAYS) == "") is allowed
