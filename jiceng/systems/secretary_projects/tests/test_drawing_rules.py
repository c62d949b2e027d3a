"""The draw: repeatable, uniform within its quotas, and nobody looks at what is their own."""

from collections import Counter

import pytest

from jiceng.systems.secretary_projects.rules.drawing import (
    Candidate,
    NotEnough,
    commitment,
    draw,
    fingerprint,
    team_for,
)

PROJECTS = [Candidate(f"P{n:02d}", "project", f"o{n}") for n in range(12)]
ITEMS = [Candidate(f"I{n:02d}", "item", f"o{n}") for n in range(20)]
BOTH = [*PROJECTS, *ITEMS]
QUOTAS = {"project": 3, "item": 5}
DRAWS = 10_000
# The 99.9 % points of χ² with 11 and 19 degrees of freedom; the seeds are fixed.
LIMITS = {"project": 31.26, "item": 43.82}


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_list() -> None:
    drawn = draw("seed", BOTH, QUOTAS)
    assert drawn == draw("seed", BOTH[::-1], QUOTAS)
    assert drawn != draw("another", BOTH, QUOTAS)
    assert Counter(each.group for each in drawn) == QUOTAS
    assert len(set(drawn)) == 8


def test_is_the_draw_that_anybody_can_repeat_by_hand() -> None:
    """``printf 'seed:P00' | sha256sum`` and so on, sorted; the first three."""
    drawn = [each.number for each in draw("seed", PROJECTS, {"project": 3})]
    assert drawn == ["P04", "P05", "P01"]


def chi_square(group: list[Candidate], quota: int) -> float:
    counts = Counter(
        each.number for n in range(DRAWS) for each in draw(f"{n}", group, {group[0].group: quota})
    )
    mean = DRAWS * quota / len(group)
    # Drawn without replacement the counts vary less, by just this factor.
    less = (len(group) - 1) / (len(group) - quota)
    return less * sum((counts[each.number] - mean) ** 2 / mean for each in group)


@pytest.mark.slow
@pytest.mark.parametrize(("group", "quota"), [(PROJECTS, 3), (ITEMS, 5)])
def test_is_uniform_within_its_quota(group: list[Candidate], quota: int) -> None:
    assert chi_square(group, quota) < LIMITS[group[0].group]


def test_the_test_would_find_a_draw_that_is_not() -> None:
    """Of one that always comes first, the statistic is beyond any limit."""
    biased = [PROJECTS[0], *PROJECTS]
    counts = Counter(
        each.number for n in range(500) for each in draw(f"{n}", biased, {"project": 3})
    )
    mean = 500 * 3 / len(PROJECTS)
    assert sum((counts[each.number] - mean) ** 2 / mean for each in PROJECTS) > LIMITS["project"]


@pytest.mark.parametrize("quotas", [{"project": 13}, {"project": -1}, {"street": 1}])
def test_refuses_more_than_there_are(quotas: dict[str, int]) -> None:
    with pytest.raises(NotEnough):
        draw("seed", BOTH, quotas)


def test_nobody_looks_at_what_is_their_own() -> None:
    inspectors = ["o1", "o2", "o3"]
    for n in range(200):
        for each in PROJECTS[:4]:
            team = team_for(f"{n}", each, inspectors, 2)
            assert each.owner not in team
            assert len(set(team)) == 2
    with pytest.raises(NotEnough):
        team_for("seed", PROJECTS[1], inspectors, 3)


def test_every_inspector_is_sent_as_often_as_another() -> None:
    sent = Counter(team_for(f"{n}", PROJECTS[0], ["a", "b", "c"], 1)[0] for n in range(3000))
    assert all(900 < times < 1100 for times in sent.values())


def test_what_is_published_holds_seed_and_lists_to_their_word() -> None:
    assert commitment("seed") != commitment("seed ")
    lists = fingerprint(PROJECTS, ["a", "b"])
    assert lists == fingerprint(PROJECTS[::-1], ["b", "a"])
    assert lists != fingerprint(PROJECTS[1:], ["a", "b"])
    assert lists != fingerprint(PROJECTS, ["a"])
