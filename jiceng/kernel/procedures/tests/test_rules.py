"""Definitions: fingerprints, reading back, firing moves, the diagram."""

from dataclasses import replace
from itertools import pairwise

import pytest

from jiceng.kernel.procedures.diagram import Diagram, draw
from jiceng.kernel.procedures.rules import Holder, read_procedure
from jiceng.kernel.procedures.tests.nets import PERMITS, Weaver


@pytest.mark.parametrize("procedure", [PERMITS, Weaver(7).procedure(), Weaver(99).procedure()])
def test_what_was_published_is_read_back_equal(procedure) -> None:
    again = read_procedure(procedure.canonical())
    assert again == procedure
    assert again.fingerprint() == procedure.fingerprint()


def test_any_change_changes_the_fingerprint() -> None:
    first = PERMITS.steps[0]
    other = replace(first, holder=Holder("unit_head"))
    changed = replace(PERMITS, steps=(other, *PERMITS.steps[1:]))
    assert changed.fingerprint() != PERMITS.fingerprint()


def test_a_join_opens_with_the_last_branch_only() -> None:
    issue = PERMITS.move("issue_plan", ["plan_issue"])
    assert issue is not None
    chosen, source = issue
    assert PERMITS.fire(frozenset({"plan_issue", "build_review"}), chosen, source) == ()
    assert PERMITS.fire(frozenset({"plan_issue"}), chosen, source) == ("ready",)


def test_a_fork_opens_every_branch() -> None:
    found = PERMITS.move("accept", ["start"])
    assert found is not None
    assert PERMITS.after(frozenset({"start"}), *found) == {"plan_review", "build_review"}


def overlaps(diagram: Diagram) -> list[tuple[str, str]]:
    """Return the pairs of boxes that cover one another."""
    ordered = sorted(diagram.boxes, key=lambda box: (box.y, box.x))
    return [
        (one.step.code, other.step.code)
        for one, other in pairwise(ordered)
        if one.y == other.y and one.right > other.x
    ]


@pytest.mark.parametrize("procedure", [PERMITS, *(Weaver(n).procedure() for n in range(30))])
def test_a_diagram_shows_each_step_once_and_no_box_covers_another(procedure) -> None:
    diagram = draw(procedure)
    assert sorted(box.step.code for box in diagram.boxes) == sorted(s.code for s in procedure.steps)
    assert overlaps(diagram) == []
    assert all(
        box.x >= 0 and box.right <= diagram.width and box.bottom <= diagram.height
        for box in diagram.boxes
    )
    links = {
        (source, target) for m in procedure.moves for source in m.sources for target in m.targets
    }
    assert len(diagram.arrows) == len(links)
