"""What is kept is what holds under its token, whatever happens meanwhile."""

from collections.abc import Collection

import pytest

from jiceng.kernel.base.kept import Kept


class World:
    """A table whose rows change with its token, and which counts how often it was asked."""

    def __init__(self) -> None:
        self.token, self.rows, self.asked = "a", {1: "one", 2: "two"}, 0

    def ask(self, keys: Collection[int]) -> dict[int, str]:
        self.asked += 1
        return {key: f"{self.rows[key]} {self.token}" for key in keys if key in self.rows}

    def kept(self, most: int = 10) -> Kept[str, int, str]:
        return Kept(self.ask, lambda: self.token, most)


def test_asked_once_a_token() -> None:
    world = World()
    kept = world.kept()
    assert kept.many("a", [1, 2, 1]) == {1: "one a", 2: "two a"}
    assert (kept.one("a", 1), kept.one("a", 2), world.asked) == ("one a", "two a", 1)
    world.token = "b"
    assert (kept.one("b", 1), world.asked) == ("one b", 2)


def test_only_the_missing_are_asked_for() -> None:
    world = World()
    kept = world.kept()
    kept.one("a", 1)
    assert kept.many("a", [1, 2]) == {1: "one a", 2: "two a"}
    assert world.asked == 2
    assert kept.many("a", []) == {}
    assert world.asked == 2


def test_what_does_not_exist_has_no_answer() -> None:
    kept = World().kept()
    assert kept.many("a", [1, 3]) == {1: "one a"}
    with pytest.raises(KeyError):
        kept.one("a", 3)


def test_an_old_token_is_answered_and_nothing_stays_under_it() -> None:
    world = World()
    kept = world.kept()
    world.token = "b"
    assert kept.one("a", 1) == "one b"
    world.token = "a"
    assert (kept.one("a", 1), world.asked) == ("one a", 2)


def test_it_does_not_grow_without_end() -> None:
    world = World()
    world.rows = {key: str(key) for key in range(100)}
    kept = world.kept(most=10)
    for key in range(100):
        assert kept.one("a", key) == f"{key} a"
    assert len(kept._kept) <= 10
