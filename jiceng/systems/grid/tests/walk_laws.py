"""What must hold of every case after every step of the long walk."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jiceng.kernel.orgs.models import Officer, Post, Unit
from jiceng.kernel.orgs.service import capacities, filled, visible_to
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import InboxPage, inbox, unit_inbox
from jiceng.kernel.procedures.terms import LinkKind, Outcome
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.service import Limit, Stop
from jiceng.systems.grid.management.rebuilding import compare
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.tests.walk_rows import Row, Rows

# More than one walk can open.
ALL = 1_000


def check(rows: Rows) -> None:
    """Assert what a case alone must keep."""
    assert rows.case["unit_id"] is not None
    if rows.case["closed_at"] is None:
        _check_open(rows)
    else:
        _check_ended(rows)
    _check_clocks(rows)
    left = [step for step in rows.steps if step["left_at"] is not None]
    assert rows.case["version"] >= len(left)


def _check_open(rows: Rows) -> None:
    open_steps = rows.open_steps
    assert rows.case["outcome"] == ""
    assert len(open_steps) == 1, open_steps  # the grid has no branches
    assert GRID_CASE.step(open_steps[0]["step"]).holder is not None
    promise = rows.promise
    assert promise is not None
    assert promise["stopped_at"] is None
    running = [one for one in rows.clocks if one["stopped_at"] is None]
    kinds = [one["kind"] for one in running]
    assert len(kinds) == len(set(kinds)), kinds
    waits = bool(GRID_CASE.step(open_steps[0]["step"]).pauses)
    for clock in running:
        assert waits or clock["paused_at"] is None
        # Where nothing is left of a limit there is nothing to save.
        late = open_steps[0]["entered_at"] >= clock["due_at"]
        assert not waits or late or clock["paused_at"] is not None
    assert _living(rows, LinkKind.MERGED) == []


def _check_ended(rows: Rows) -> None:
    assert rows.case["outcome"] in Outcome.values
    assert rows.case["outcome"] != ""
    assert rows.open_steps == []
    for clock in rows.clocks:
        assert clock["stopped_at"] is not None
        assert clock["paused_at"] is None
    assert all(pause["ended_at"] is not None for pause in rows.pauses)
    merged = _living(rows, LinkKind.MERGED)
    assert len(merged) == (rows.case["outcome"] == Outcome.MERGED), merged


def _living(rows: Rows, kind: str) -> list[Row]:
    """Return the links by which the case belongs to another now."""
    return [
        link
        for link in rows.links
        if (link["other_id"], link["kind"], link["ended_at"]) == (rows.case["id"], kind, None)
    ]


def _check_clocks(rows: Rows) -> None:
    """The budget and the ledgers of pauses and extensions give the day of every clock."""
    for clock in rows.clocks:
        stops = [
            (pause["started_at"], pause["ended_at"])
            for pause in rows.pauses
            if pause["clock_id"] == clock["id"] and pause["ended_at"]
        ]
        more = sum(each["amount"] for each in rows.extensions if each["clock_id"] == clock["id"])
        limit = (clock["limit_kind"], clock["limit_amount"] + more, clock["convention"])
        due = _due(clock["started_at"], limit, tuple(stops))
        assert (clock["due_at"], clock["provisional"]) == due, clock
    promise = rows.promise
    told = (promise["due_at"], promise["provisional"]) if promise else (None, False)
    assert (rows.case["due_at"], rows.case["provisional"]) == told


@lru_cache(maxsize=100_000)
def _due(
    start: datetime, limit: tuple[str, Any, str], stops: tuple[tuple[datetime, datetime], ...]
) -> tuple[datetime, bool]:
    found = workdays.deadline(start, Limit(*limit), [Stop(*each, "") for each in stops])
    return found.due_at, found.provisional


def check_history(keys: Iterable[int]) -> None:
    """Assert that history alone says of these cases what the tables say."""
    for found in compare(list(Case.objects.filter(pk__in=keys))):
        assert found.differences == []
        assert found.untold == 0


def check_links(seen: Mapping[int, Rows], stated: Mapping[int, bool], back: set[int]) -> None:
    """Assert what cases that belong to each other must keep.

    What a case was merged into was open then: it is open, or ended later. No ended case leaves
    open parts behind, unless somebody stated why or a part came back.
    """
    living = [link for rows in seen.values() for link in rows.links if link["ended_at"] is None]
    for link in living:
        main, other = seen[link["main_id"]].case, seen[link["other_id"]].case
        if link["kind"] == LinkKind.MERGED:
            assert other["outcome"] == Outcome.MERGED
            assert main["closed_at"] is None or main["closed_at"] >= link["at"]
        elif main["closed_at"] and not other["closed_at"]:
            assert stated.get(main["id"]) or other["id"] in back, link


def check_held(at: datetime, *, settled: bool) -> None:
    """Assert that each open step lies with a post that somebody fills, and with its unit.

    Where all is ``settled``, a step that no post has is one that no filled post up to the root
    could have.
    """
    posts = Post.objects.filter(filled(at)).values_list("pk", "unit", "role")
    seats = {pk: (unit, role) for pk, unit, role in posts}
    held = CaseStep.objects.open().values_list("step", "post", "unit", "unit__path")
    for step, post, unit, path in held:
        if post is not None:
            assert post in seats, step
            assert seats[post][0] == unit, step
        elif settled:
            holder = GRID_CASE.step(step).holder
            assert holder is not None
            lineage = {int(part) for part in path.strip("/").split("/")}
            assert [
                post for post in seats.values() if post[0] in lineage and post[1] == holder.role
            ] == []


def check_inbox(
    officer: Officer, at: datetime, seen: Mapping[int, Rows], units: Mapping[int, Unit]
) -> set[int]:
    """Assert that no case hides from an officer; return the steps in the officer's inbox.

    What lies with a post of theirs lies in their inbox, nothing else does, and the inbox of their
    units has it too, with what no post has of the units and cases that they see.
    """
    acting, scope = capacities(officer, at), visible_to(officer, at)
    posts = {capacity.post.pk for capacity in acting}
    own, waiting = set(), set()
    for rows in seen.values():
        for step in rows.open_steps:
            if step["post_id"] in posts:
                own.add(step["id"])
            elif step["post_id"] is None:
                owners = {step["unit_id"], rows.case["unit_id"]}
                waiting |= {step["id"]} if all(scope.sees(units[pk]) for pk in owners) else set()
    assert _ids(inbox(scope, size=ALL)) == own
    assert own | waiting <= _ids(unit_inbox(scope, size=ALL))
    return own


def check_inboxes(
    officers: Iterable[Officer], at: datetime, seen: Mapping[int, Rows], units: Mapping[int, Unit]
) -> None:
    """Assert the same of all, and that every step that a post has lies in somebody's inbox."""
    found = set().union(*(check_inbox(officer, at, seen, units) for officer in officers))
    steps = [step for rows in seen.values() for step in rows.open_steps]
    assert found == {step["id"] for step in steps if step["post_id"] is not None}


def _ids(page: InboxPage) -> set[int]:
    assert page.next_after == 0
    return {step.pk for step in page.steps}
