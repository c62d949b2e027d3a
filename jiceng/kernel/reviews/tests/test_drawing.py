"""Who sees whom, drawn from a seed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.reviews.drawing import draw, related

NAMES = [f"{number:02d}" for number in range(30)]


@pytest.mark.parametrize(
    ("path", "other", "answer", "story"),
    [
        ("/1/5/", "/1/5/", True, "the unit itself"),
        ("/1/", "/1/5/", True, "above it"),
        ("/1/5/9/", "/1/5/", True, "below it"),
        ("/1/5/", "/1/50/", False, "a number that begins alike"),
        ("/1/6/", "/1/5/", False, "beside it"),
    ],
)
def test_lineage(path: str, other: str, answer: bool, story: str) -> None:
    assert related(path, other) is answer, story


@given(st.text(max_size=8), st.integers(1, 7), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_draw_is_balanced_and_can_be_repeated(
    seed: str, judges: int, candidates: int, each: int
) -> None:
    panel, field = NAMES[:judges], NAMES[:candidates]
    drawn = draw(seed, panel, field, each=each)
    assert drawn == draw(seed, panel, field, each=each)
    assert {len(own) for own in drawn.values()} == {min(each, candidates)}
    seen = [sum(name in own for own in drawn.values()) for name in field]
    assert max(seen) - min(seen) <= 1


def test_everybody_sees_all_but_those_that_are_barred() -> None:
    drawn = draw("s", ["x", "y"], ["a", "b"], each=0, barred={("x", "a")})
    assert drawn == {"x": ["b"], "y": ["a", "b"]}


def test_late_judge_is_given_whom_the_fewest_see() -> None:
    drawn = draw("s", ["z"], ["a", "b", "c"], each=2, loads={"a": 5, "b": 1, "c": 2})
    assert drawn == {"z": ["b", "c"]}


def test_another_seed_draws_otherwise() -> None:
    draws = {str(draw(str(seed), NAMES[:5], NAMES, each=6)) for seed in range(20)}
    assert len(draws) == 20
