"""Tokens: what a text becomes, and what a question asks for."""

import re

import pytest

from jiceng.kernel.search.rules import MOST_TEXT, fold, question, readings, tokens


def han(*grams: str) -> set[str]:
    return {"c" + gram.encode("utf-16-be").hex() for gram in grams}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("井盖", han("井", "盖", "井盖")),
        ("井，盖", han("井", "盖")),
        ("𠮷野", han("𠮷", "野", "𠮷野")),  # a character of two code units is one character
        ("时时", han("时", "时时")),
        ("ＡＢ", {"wa", "wab"} - {"wa"}),
        ("Café", {"wca", "wcaf", "wcafe"}),
        ("井\u200b盖", han("井", "盖", "井盖")),  # what is not seen separates nothing
        ("5号", {"w5"} | han("号")),
        ("12栋", {"w12"} | han("栋")),
        ("①", {"w1"}),
        ("ﾃｽ", {"x" + "テス".encode("utf-16-be").hex()}),
        ("_-*:\"'&|!<>()", set()),
        ("😀\ud800\x00\u202e", set()),
        ("", set()),
    ],
    # The order of a set differs from process to process, and so would an id made of one.
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_a_text_becomes_tokens(text: str, expected: set[str]) -> None:
    assert tokens([], [text]) == expected


def test_a_number_is_found_by_every_beginning_of_two_digits_or_more() -> None:
    number = "2611240123456"
    assert tokens([], [number]) == {f"w{number[:length]}" for length in range(2, 14)}


def test_a_long_word_is_found_by_its_beginning_or_as_a_whole() -> None:
    word = "abcdefghijklmnop"
    assert tokens([], [word]) == {f"w{word[:length]}" for length in [*range(2, 14), 16]}
    assert question(word + "q" * 90) == question(word + "q" * 80)


def test_a_token_is_a_word_to_every_tokenizer() -> None:
    mixed = "井盖 Straße 𠮷 کلمه བོད ٣ Ⅷ ½ é 重庆 A_b"
    assert all(re.fullmatch("[a-z0-9]+", token) for token in tokens([mixed], [mixed]))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("井盖缺失", {"jg", "gq", "qs", "jgq", "gqs", "jgqs"}),
        ("重庆", {"cq", "zq"}),
        ("井、盖", set()),
        ("井a盖", set()),
        ("々々", set()),
        ("jg", set()),
    ],
)
def test_a_name_is_found_by_its_initials(name: str, initials: set[str]) -> None:
    spoken = {token[1:] for token in tokens([name]) if token.startswith("i")}
    assert initials <= spoken
    assert initials or not spoken
    assert not any(token.startswith("i") for token in tokens([], [name]))


@pytest.mark.parametrize(
    ("words", "initials"),
    [("银行", "yh"), ("行人", "xr"), ("长江", "cj"), ("厦门", "xm"), ("音乐", "yy")],
)
def test_the_reading_in_these_words_comes_first(words: str, initials: str) -> None:
    assert "".join(said[0] for said in readings(words)) == initials


def test_a_word_that_is_cut_wrongly_is_found_by_the_readings_of_its_characters() -> None:
    assert "iscq" in tokens(["缺失重庆路牌"])


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("井", [[han("井")]]),
        ("井盖缺", [[han("井盖", "盖缺")]]),
        ("井盖 缺失", [[han("井盖")], [han("缺失")]]),
        ("井盖 井盖", [[han("井盖")]]),
        ("26", [[{"w26"}]]),
        ("j", [[{"wj"}]]),
        ("JG", [[{"wjg"}, {"ijg"}]]),
        ("jgqsw", [[{"wjgqsw"}, {"ijgqs", "igqsw"}]]),
        ("a1", [[{"wa1"}]]),
        ("3号楼", [[{"w3"}], [han("号楼")]]),
    ],
)
def test_what_is_typed_becomes_a_question(typed: str, clauses: list[list[set[str]]]) -> None:
    asked = question(fold(typed))
    assert asked is not None
    assert [[set(way) for way in clause] for clause in asked.clauses] == clauses


@pytest.mark.parametrize("typed", ["", "  ", "。，！", '"*:-', "\x00", "\ud800", "😀", "\u202e"])
def test_nothing_usable_is_no_question(typed: str) -> None:
    assert question(fold(typed)) is None


def test_only_the_beginning_of_what_is_very_long_counts() -> None:
    assert tokens([], ["井" * MOST_TEXT, "盖"]) == han("井", "井井")
    assert han("盖") <= tokens(["井" * (MOST_TEXT - 1)], ["盖"])
