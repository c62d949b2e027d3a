"""The arithmetic of a ranking, by table and by law."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.reviews.refusals import BadBest, BadWeight
from jiceng.kernel.reviews.rules import (
    Criterion,
    Level,
    Rule,
    Sheet,
    digits_of,
    places_of,
    rank,
    read_rule,
)

D = Decimal
ONE = (Criterion("all", "总评", D(1), D(100)),)
SHOW = (
    Criterion("aim", "选题", D(30), D(10), (Level(D(9), "贴近需求"), Level(D(0), "脱离实际"))),
    Criterion("result", "成效", D(50), D(10)),
    Criterion("talk", "展示", D(20), D(5)),
)


def sheets(table: dict[str, dict[str, object]]) -> list[Sheet]:
    """Return the ballots of a table: judge, candidate, total of a hundred."""
    return [
        Sheet(judge, candidate, {"all": D(str(mark))})
        for judge, row in table.items()
        for candidate, mark in row.items()
    ]


def order(rule: Rule, ballots: Iterable[Sheet]) -> list[tuple[str, int | None]]:
    return [(each.candidate, each.place) for each in rank(rule, ballots).standings]


@pytest.mark.parametrize(
    "weight", ["0", "-1", "NaN", "sNaN", "Infinity", "1e999", "1000.1", "0.00001", "1e-999"]
)
def test_weight_that_cannot_be_counted(weight: str) -> None:
    with pytest.raises(Refusal) as refused:
        Criterion("a", "甲", D(weight), D(10))
    assert (refused.value.code, refused.value.status) == ("bad_weight", 422)


@pytest.mark.parametrize("weight", [None, "30", 0.5, 30])
def test_weight_that_is_no_decimal(weight: object) -> None:
    with pytest.raises(BadWeight):
        Criterion("a", "甲", weight, D(10))


@pytest.mark.parametrize("best", ["0", "-5", "NaN", "1e999", "0.001"])
def test_best_mark_that_nobody_can_give(best: str) -> None:
    with pytest.raises(BadBest):
        Criterion("a", "甲", D(1), D(best))


@pytest.mark.parametrize(
    ("criteria", "ways", "code"),
    [
        ((), {}, "no_criteria"),
        (ONE * 2, {}, "bad_rule"),
        ((Criterion("", "无代码", D(1), D(1)),), {}, "bad_rule"),
        (tuple(Criterion(f"c{n}", "指标", D(1), D(1)) for n in range(21)), {}, "bad_rule"),
        (ONE, {"normalise": "median"}, "bad_rule"),
        (ONE, {"ties": "random"}, "bad_rule"),
    ],
)
def test_rule_that_contradicts_itself(criteria: tuple, ways: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        Rule(criteria, **ways)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("marks", "code", "field"),
    [
        ({"aim": D(10), "result": D(0), "talk": D(5)}, "", ""),
        ({"aim": D("9.25"), "result": D("0.10"), "talk": D("1E+0")}, "", ""),
        ({"aim": D(10), "result": D(10)}, "mark_missing", "talk"),
        ({"aim": D(10), "result": D(10), "talk": D(5), "charm": D(1)}, "mark_unknown", ""),
        ({"aim": D("10.01"), "result": D(10), "talk": D(5)}, "mark_out_of_range", "aim"),
        ({"aim": D(-1), "result": D(10), "talk": D(5)}, "mark_out_of_range", "aim"),
        ({"aim": D("NaN"), "result": D(10), "talk": D(5)}, "mark_out_of_range", "aim"),
        ({"aim": D("1e999"), "result": D(10), "talk": D(5)}, "mark_out_of_range", "aim"),
        ({"aim": 9.5, "result": D(10), "talk": D(5)}, "mark_out_of_range", "aim"),
        ({"aim": D("9.999"), "result": D(10), "talk": D(5)}, "mark_too_fine", "aim"),
        ({"aim": D("1e-99"), "result": D(10), "talk": D(5)}, "mark_too_fine", "aim"),
    ],
)
def test_marks(marks: dict, code: str, field: str) -> None:
    rule = Rule(SHOW)
    if not code:
        rule.check(marks)
        return
    with pytest.raises(Refusal) as refused:
        rule.check(marks)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_total_is_the_weighted_share_of_the_best_marks() -> None:
    ballot = Sheet("j", "c", {"aim": D(8), "result": D(9), "talk": D(4)})
    standing = rank(Rule(SHOW), [ballot]).of("c")
    # 30 × 0.8 + 50 × 0.9 + 20 × 0.8
    assert (standing.score, standing.heard[0].total) == (D(85), D(85))


def test_z_score_by_hand() -> None:
    table = {"strict": {"a": 40, "b": 60}, "mild": {"b": 90, "c": 100, "d": 80}}
    ranking = rank(Rule(ONE, "z"), sheets(table))
    # strict: 50 ± 10; mild: 90 with a spread of √(200/3) = 8.1650
    scores = {each.candidate: each.score for each in ranking.standings}
    assert scores == {"a": D("-1"), "b": D("0.5"), "c": D("1.2247"), "d": D("-1.2247")}
    assert [each.candidate for each in ranking.standings] == ["c", "b", "a", "d"]
    assert ranking.of("b").plain == D(75)


@pytest.mark.parametrize(
    ("table", "story"),
    [
        ({"once": {"a": 95}}, "one ballot says nothing about the order"),
        ({"flat": {"a": 80, "b": 80}}, "the same for all says nothing about the order"),
    ],
)
def test_judge_without_spread(table: dict, story: str) -> None:
    ranking = rank(Rule(ONE, "z"), sheets(table))
    assert {each.score for each in ranking.standings} == {D(0)}, story
    assert all(each.heard[0].habit.flat for each in ranking.standings)


def test_trim_leaves_out_the_highest_and_the_lowest() -> None:
    table = {"w": {"a": 10}, "x": {"a": 80}, "y": {"a": 90}, "z": {"a": 100}}
    standing = rank(Rule(ONE, trim=True), sheets(table)).of("a")
    assert [(each.judge, each.dropped) for each in standing.heard] == [
        ("w", "lowest"),
        ("x", ""),
        ("y", ""),
        ("z", "highest"),
    ]
    assert standing.score == D(85)


def test_trim_of_equals_leaves_out_two_of_them() -> None:
    table = {name: {"a": 70} for name in "xyz"}
    standing = rank(Rule(ONE, trim=True), sheets(table)).of("a")
    assert (standing.score, len(standing.counted)) == (D(70), 1)


def test_two_ballots_are_not_trimmed() -> None:
    standing = rank(Rule(ONE, trim=True), sheets({"x": {"a": 60}, "y": {"a": 70}})).of("a")
    assert (standing.score, len(standing.counted)) == (D(65), 2)


@pytest.mark.parametrize(
    ("ties", "scores", "places"),
    [
        ("shared", "9 8 8 7", [1, 2, 2, 4]),
        ("dense", "9 8 8 7", [1, 2, 2, 3]),
        ("shared", "5 5 5", [1, 1, 1]),
        ("dense", "5 5 3 3 1", [1, 1, 2, 2, 3]),
        ("shared", "5 5 3 3 1", [1, 1, 3, 3, 5]),
        ("shared", "", []),
    ],
)
def test_places(ties: str, scores: str, places: list[int]) -> None:
    values = [D(score) for score in scores.split()]
    given_places = places_of(values, ties)
    assert [given_places[value] for value in values] == places


def test_ties_are_declared() -> None:
    ranking = rank(Rule(ONE), sheets({"x": {"a": 80, "b": 90, "c": 80}}))
    assert ranking.ties == (("a", "c"),)
    assert ranking.of("a").tied == ("c",)
    assert ranking.of("b").tied == ()


def test_who_differs_beyond_what_is_published_is_tied() -> None:
    """8.00001 and 8.00002 of 1000 are both 0.8000 of a hundred."""
    rule = Rule(
        (Criterion("s", "小项", D("0.0001"), D(1000)), Criterion("l", "大项", D(1000), D(1)))
    )
    low = Sheet("x", "a", {"s": D("1.01"), "l": D(1)})
    high = Sheet("x", "b", {"s": D("1.02"), "l": D(1)})
    assert order(rule, [low, high]) == [("a", 1), ("b", 1)]


def test_whom_nobody_scored_stands_at_the_end_without_a_place() -> None:
    ranking = rank(Rule(ONE), sheets({"x": {"b": 1}}), ["a", "b", "c"])
    assert [(e.candidate, e.place, e.score) for e in ranking.standings] == [
        ("b", 1, D(1)),
        ("a", None, None),
        ("c", None, None),
    ]
    assert ranking.of("a").tied == ()
    with pytest.raises(KeyError):
        ranking.of("d")


def test_no_ballot_at_all() -> None:
    assert rank(Rule(ONE, "z", trim=True), []).standings == ()


def test_second_ballot() -> None:
    with pytest.raises(Refusal) as refused:
        rank(Rule(ONE), sheets({"x": {"a": 1}}) * 2)
    assert (refused.value.code, refused.value.status) == ("second_ballot", 409)


def test_rule_is_read_back_as_it_was_written() -> None:
    for normalise, trim, ties in product(("raw", "z"), (True, False), ("shared", "dense")):
        rule = Rule(SHOW, normalise, trim, ties)
        assert read_rule(rule.canonical()) == rule


def test_fingerprint_knows_numbers_and_not_how_they_are_written() -> None:
    one = Rule((Criterion("a", "甲", D("10.0"), D("1E+1")),))
    same = Rule((Criterion("a", "甲", D(10), D(10)),))
    other = Rule((Criterion("a", "甲", D(10), D(11)),))
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()
    assert digits_of(D("-0.0")) == "0"


# ---- laws ---------------------------------------------------------------------------------------

MARK = st.integers(0, 2000).map(lambda cents: D(cents) / 100)
TABLES = st.dictionaries(
    st.sampled_from("uvwxyz"),
    st.dictionaries(st.sampled_from("abcdefg"), MARK, min_size=1),
    min_size=1,
)
WAYS = st.tuples(st.sampled_from(["raw", "z"]), st.booleans(), st.sampled_from(["shared", "dense"]))


@given(TABLES, WAYS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_ballots_does_not_matter(table: dict, ways: tuple, dice: object) -> None:
    ballots = sheets(table)
    shuffled = list(ballots)
    dice.shuffle(shuffled)
    assert rank(Rule(ONE, *ways), ballots) == rank(Rule(ONE, *ways), shuffled)


@given(TABLES, st.sampled_from("uvwxyz"), MARK, st.booleans())
@settings(max_examples=60, deadline=None)
def test_constant_added_by_one_judge_changes_no_z_ranking(
    table: dict, judge: str, more: Decimal, trim: bool
) -> None:
    rule = Rule(ONE, "z", trim)
    milder = table | {
        judge: {name: mark + more for name, mark in table.get(judge, {}).items()},
    }
    before = [(e.candidate, e.place, e.score) for e in rank(rule, sheets(table)).standings]
    after = [(e.candidate, e.place, e.score) for e in rank(rule, sheets(milder)).standings]
    assert before == after


@given(TABLES, WAYS)
@settings(max_examples=60, deadline=None)
def test_places_are_consistent(table: dict, ways: tuple) -> None:
    standings = rank(Rule(ONE, *ways), sheets(table)).standings
    for above, below in pairwise(standings):
        assert above.score >= below.score
        assert (above.score == below.score) == (above.place == below.place)
    for standing in standings:
        better = {other.score for other in standings if other.score > standing.score}
        ahead = sum(other.score > standing.score for other in standings)
        assert standing.place == 1 + (ahead if ways[2] == "shared" else len(better))
        assert len(standing.tied) == sum(o.score == standing.score for o in standings) - 1


@given(TABLES, WAYS)
@settings(max_examples=60, deadline=None)
def test_explanation_adds_up(table: dict, ways: tuple) -> None:
    for standing in rank(Rule(ONE, *ways), sheets(table)).standings:
        values = [each.value for each in standing.counted]
        assert abs(sum(values) / len(values) - standing.score) <= D("0.0001")
        dropped = sorted(each.dropped for each in standing.heard if each.dropped)
        trims = ways[1] and len(standing.heard) >= 3
        assert dropped == (["highest", "lowest"] if trims else [])
