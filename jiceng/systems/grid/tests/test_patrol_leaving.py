"""When a grid member leaves: nothing dangles, the cap holds, every hand-over is told."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.jobs import JOBS
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import Capacity, deactivate_officer, end_tenure, move_unit
from jiceng.kernel.testing.cast import assemble, hold, post
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Cell, PatrolPlan
from jiceng.systems.grid.queries.patrols import loads_of
from jiceng.systems.grid.terms import MOST_ROUNDS_A_WEEK
from jiceng.systems.grid.tests.patrolling import DAY, member, plan, tenure_of, three_levels
from jiceng.systems.grid.tests.scene import Grid, draw_up

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cell(grid: Grid) -> Cell:
    return grid.cells[grid.cast.community.code]


class TestLeaving:
    def leave(self, grid: Grid, how: str) -> None:
        at, li = grid.cast.at + DAY, grid.cast.li
        if how == "ended now":
            end_tenure(by=grid.cast.zhou, at=at, tenure=tenure_of(li))
        elif how == "deactivated":
            deactivate_officer(by=grid.cast.zhou, at=at, officer=li.officer)
        elif how == "ended by time":
            end_tenure(by=SYSTEM, at=grid.cast.at, tenure=tenure_of(li), ends_at=at)
            assert actions.hand_over_patrols(at - timedelta(seconds=1)) == 0
            assert actions.hand_over_patrols(at) == 1
            assert actions.hand_over_patrols(at) == 0

    @pytest.mark.parametrize("how", ["ended now", "deactivated", "ended by time"])
    def test_the_least_loaded_of_the_post_takes_over(
        self, grid: Grid, cell: Cell, how: str
    ) -> None:
        _street, _community, compound = three_levels(grid, grid.cast.at + MINUTE)
        busy, free = member(grid, "3001"), member(grid, "3002")
        member(grid, "3003", grid.cast.street)  # may walk it, but is of another unit
        plan(grid, compound, busy, 2, grid.cast.at + MINUTE)
        made = plan(grid, compound, grid.cast.li, 5, grid.cast.at + MINUTE)

        self.leave(grid, how)

        heir = PatrolPlan.objects.get(taken_from=made)
        assert (heir.member, heir.rounds_a_week) == (free.officer, 5)
        [entry] = Entry.objects.filter(event=terms.PATROL_HANDED_OVER)
        assert entry.subject == made.subject
        assert '"from":"1002"' in entry.payload
        assert '"to":"3002"' in entry.payload

    @pytest.mark.parametrize("how", ["ended now", "deactivated", "ended by time"])
    def test_without_room_the_plan_ends_and_says_so(self, grid: Grid, cell: Cell, how: str) -> None:
        _street, community, compound = three_levels(grid, grid.cast.at + MINUTE)
        busy = member(grid, "3001")
        plan(grid, community, busy, 10, grid.cast.at + MINUTE)
        made = plan(grid, compound, grid.cast.li, 5, grid.cast.at + MINUTE)

        self.leave(grid, how)

        made.refresh_from_db()
        assert made.valid_until == grid.cast.at + DAY
        assert not PatrolPlan.objects.filter(taken_from=made).exists()
        [entry] = Entry.objects.filter(event=terms.PATROL_PLAN_ENDED)
        assert '"uncovered":true' in entry.payload

    def test_who_walks_the_grid_already_walks_it_more_often(self, grid: Grid, cell: Cell) -> None:
        second = member(grid, "3001")
        own, made = plan(grid, cell, second, 4), plan(grid, cell, grid.cast.li, 6)

        self.leave(grid, "ended now")

        heir = PatrolPlan.objects.get(taken_from=made)
        own.refresh_from_db()
        assert (heir.member, heir.rounds_a_week) == (second.officer, 10)
        assert own.valid_until == grid.cast.at + DAY

    def test_who_still_walks_from_another_post_keeps_the_plan(self, grid: Grid, cell: Cell) -> None:
        hold(grid.cast.li.officer, post(grid.cast.street, "grid_member"), at=grid.cast.at)
        made = plan(grid, cell, grid.cast.li, 6)
        self.leave(grid, "ended now")
        made.refresh_from_db()
        assert made.valid_until is None

    def test_another_post_of_the_member_says_nothing(self, grid: Grid, cell: Cell) -> None:
        also = hold(grid.cast.li.officer, grid.cast.qian.post, at=grid.cast.at)
        made = plan(grid, cell, grid.cast.li, 6)
        end_tenure(by=SYSTEM, at=grid.cast.at + DAY, tenure=tenure_of(also))
        made.refresh_from_db()
        assert made.valid_until is None

    def test_a_unit_that_goes_elsewhere_leaves_no_plan_behind(self, grid: Grid) -> None:
        street, *_below = three_levels(grid)
        made = plan(grid, street, grid.cast.li, 6, grid.cast.at + DAY)
        cast, later = grid.cast, grid.cast.at + 2 * DAY
        move_unit(by=SYSTEM, at=later, unit=cast.community, parent=cast.other_street)

        assert actions.hand_over_patrols(later) == 1
        made.refresh_from_db()
        assert made.valid_until == later

    def test_the_job_is_of_the_tick(self) -> None:
        assert JOBS.get("grid.hand_over_patrols").process == "tick"


Steps = st.lists(
    st.tuples(
        st.sampled_from(["plan", "plan", "plan", "end", "hand", "leave", "deactivate", "lapse"]),
        st.integers(0, 4),
        st.integers(0, 3),
        st.integers(1, 14),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
class TestTheLawOfPatrols(TestCase):
    """Whatever is planned, handed over and left: the cap holds, and no plan has a walker who may
    not walk it."""

    @settings(max_examples=25, deadline=None)
    @given(steps=Steps)
    def test_cap_and_no_dangling(self, steps: list[tuple[str, int, int, int]]) -> None:
        grid = draw_up(assemble())
        cells = [grid.cells[grid.cast.community.code], *three_levels(grid)][1:]
        cells.append(grid.cells[grid.cast.village.code])
        walkers = [grid.cast.li, *[member(grid, f"300{n}") for n in range(2)]]
        walkers += [member(grid, f"301{n}", grid.cast.street) for n in range(2)]
        at = grid.cast.at + DAY
        for what, who, where, rounds in steps:
            at += MINUTE
            with suppress(Conflict, BadInput):
                self.step(grid, what, walkers[who], cells[where], rounds, at)
            self.check(grid, walkers, at)

    def step(
        self, grid: Grid, what: str, walker: Capacity, cell: Cell, rounds: int, at: Any
    ) -> None:
        given = {"by": SYSTEM, "at": at}
        held = Tenure.objects.filter(officer=walker.officer).first()
        found = PatrolPlan.objects.valid(at).order_by("pk").first()
        if what == "plan":
            actions.plan_patrol(**given, cell=cell, member=walker.officer, rounds_a_week=rounds)
        elif what == "end" and found:
            actions.end_plan(**given, plan=found)
        elif what == "hand" and found:
            actions.hand_over(**given, plan=found, to=walker.officer)
        elif what == "leave" and held:
            end_tenure(**given, tenure=held)
        elif what == "deactivate":
            deactivate_officer(**given, officer=walker.officer)
        elif what == "lapse" and held:
            end_tenure(**given, tenure=held, ends_at=at + MINUTE / 2)

    def check(self, grid: Grid, walkers: list[Capacity], at: Any) -> None:
        actions.hand_over_patrols(at + MINUTE / 2)
        now = at + MINUTE / 2
        loads = loads_of([walker.officer.pk for walker in walkers], now)
        assert all(carried <= MOST_ROUNDS_A_WEEK for carried in loads.values())
        left = PatrolPlan.objects.valid(now).exclude(
            member__in=Tenure.objects.live(now)
            .filter(post__role="grid_member", officer__is_active=True)
            .values("officer")
        )
        assert not left.exists()
        told = Entry.objects.filter(event=terms.PATROL_HANDED_OVER).count()
        assert told == self.handed()

    def handed(self) -> int:
        """Count plans taken over from somebody else."""
        taken = PatrolPlan.objects.filter(taken_from__isnull=False).select_related("taken_from")
        return sum(row.member_id != row.taken_from.member_id for row in taken)  # type: ignore[union-attr]
