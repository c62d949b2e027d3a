"""Finding things in the database: what is found, what is not, and that nothing can break it."""

import logging

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pypinyin import Style, lazy_pinyin

from jiceng.kernel.search.models import Card
from jiceng.kernel.search.rules import MOST_TEXT
from jiceng.kernel.search.service import (
    Item,
    SearchTooLong,
    drop,
    matching,
    put,
    put_many,
)
from jiceng.kernel.search.tests.conftest import KIND, Lay, asked, found

NUMBER = "2611240123456"


@pytest.fixture
def street(lay: Lay) -> None:
    """Three things of a street."""
    lay(1, "井盖缺失", texts=(NUMBER, "幸福路5号楼东侧，井盖不见了"))
    lay(2, "重庆路占道经营", texts=("2611249999999", "Mixed Case 2号院"))
    lay(3, "垃圾堆积", texts=("2612010000001", "幸福路口"))


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("井盖", {1}),
        ("井", {1}),
        ("盖缺", {1}),
        ("盖井", set()),
        ("井缺", set()),
        ("幸福", {1, 3}),
        ("幸福 垃圾", {3}),
        ("幸福　垃圾", {3}),
        ("幸福，垃圾", {3}),
        ("幸福 占道", set()),
        ("jgqs", {1}),
        ("JGQS", {1}),
        ("ｊｇ", {1}),
        ("gqs", {1}),
        ("cqlzdjy", {2}),
        ("zqlzdjy", {2}),
        ("ljdj", {3}),
        ("xfl", set()),  # the text is no name
        ("jgqs 幸福", {1}),
        (NUMBER, {1}),
        ("26", {1, 2, 3}),
        ("2611", {1, 2}),
        ("26112401", {1}),
        ("6112", set()),  # the middle of a number
        ("mix", {2}),
        ("case", {2}),
        ("5号楼", {1}),
        ("2号院", {2}),
        ("", set()),
        ("。", set()),
    ],
)
def test_a_thing_is_found(street: None, typed: str, keys: set[int]) -> None:
    assert found(typed) == keys


def test_what_is_typed_can_be_turned_round(street: None) -> None:
    cards = Card.objects.filter(kind=KIND)
    assert set(cards.exclude(matching(KIND, "井盖", "key")).values_list("key", flat=True)) == {2, 3}
    assert cards.exclude(matching(KIND, "。", "key")).count() == 3
    either = matching(KIND, "井盖", "key") | matching(KIND, "垃圾", "key")
    assert set(cards.filter(either).values_list("key", flat=True)) == {1, 3}


def test_asking_is_one_query(street: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert len(asked("幸福")) == 2
    with django_assert_num_queries(0):
        assert len(asked("。")) == 0


def test_a_kind_does_not_find_another(street: None) -> None:
    Card.objects.create(kind="other", key=9, words=Card.objects.get(key=1).words)
    assert found("井盖") == {1}


def test_a_thing_that_changed_is_found_by_its_new_words_only(street: None, lay: Lay) -> None:
    lay(1, "路灯不亮")
    assert (found("井盖"), found("路灯"), found("ldbl")) == (set(), {1}, {1})


def test_a_thing_that_is_dropped_is_not_found(street: None) -> None:
    assert drop(KIND, 1) is True
    assert drop(KIND, 1) is False
    assert (found("井盖"), found("幸福")) == (set(), {3})


def test_many_are_put_at_once(db: None, django_assert_max_num_queries) -> None:
    items = [Item(key, [f"井盖{key}"]) for key in range(600)]
    with django_assert_max_num_queries(8):
        assert put_many(KIND, [*items, Item(0, ["路灯"])]) == 601
    assert len(found("井盖")) == 599
    assert found("路灯") == {0}


@pytest.mark.django_db(transaction=True)
def test_a_card_comes_and_goes_with_its_act() -> None:
    with transaction.atomic():
        put(KIND, 1, names=["井盖"])
        assert found("井盖") == {1}
        transaction.set_rollback(True)
    assert found("井盖") == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "write", [lambda: put(KIND, 1, names=["井盖"]), lambda: drop(KIND, 1)], ids=["put", "drop"]
)
def test_nothing_is_written_outside_of_an_act(write) -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        write()


@pytest.mark.parametrize(
    "use",
    [
        lambda: put("nowhere", 1, names=["井盖"]),
        lambda: drop("nowhere", 1),
        lambda: matching("nowhere", "井盖"),
    ],
    ids=["put", "drop", "matching"],
)
def test_a_kind_without_a_source_is_refused(db: None, use) -> None:
    with pytest.raises(ValueError, match="of nowhere again"):
        use()


def test_a_thing_is_found_by_its_primary_key_unless_told_otherwise(db: None) -> None:
    thing = Card.objects.create(kind="other", key=77, words=())
    put(KIND, thing.pk, names=["井盖"])
    assert list(Card.objects.filter(matching(KIND, "井盖"))) == [thing]
    assert not Card.objects.filter(matching(KIND, "路灯")).exists()


def test_a_text_that_is_too_long_is_cut_and_the_log_says_so(lay: Lay, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        lay(1, "井盖", texts=("路灯" * MOST_TEXT,))
    assert found("井盖 路灯") == {1}
    assert "only the beginning of search_test 1" in caplog.text


@pytest.mark.slow
def test_the_longest_card_fits(lay: Lay) -> None:
    """Every character another one: the most tokens a thing can have."""
    characters = [chr(0x4E00 + number) for number in range(0x5000)]
    lay(1, "".join(characters), texts=("".join(reversed(characters)),))
    assert found("".join(characters[700:740])) == {1}


@pytest.mark.parametrize("typed", ["井" * 101, "井" * 10_000, "\ufdfa" * 100, " " * 101])
def test_too_much_is_refused(typed: str) -> None:
    with pytest.raises(SearchTooLong) as refused:
        matching(KIND, typed)
    assert (refused.value.code, refused.value.status) == ("search_too_long", 422)
    assert "100" in str(refused.value)


HOSTILE = [
    '"', '""', "井盖\"", "*", "井盖*", "NEAR", "NEAR(井盖 缺失)", "words:井盖", "-井盖", "^井盖",
    "AND", "OR NOT", "井盖 AND", "( 井盖", "{a b}", "+", "&", "井盖 & !缺失", "|", "!", "<->",
    "井盖 <2> 缺失", ":*", "a:*ABCD", "'", "'; DROP TABLE search_card; --", "\\", "%", "_", "%s",
    "%(a)s", "$1", "?", "😀", "👩‍👧", "\ud800", "\udfff井盖", "\u202e井盖", "\u200f", "\x00",
    "井盖\x00缺失", "\r\n\t", "\ufeff", "\uffff", "\U0010ffff", "İ", "ß", "ŉ", "ΐ", "ﬃ", "ﷺ",
    "e" + "\u0301" * 99, "a b " * 25, "井 " * 50, "jgqs" * 25, "天地玄黄宇宙洪荒" * 12, "1" * 100,
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=ascii)
def test_whatever_is_typed_is_text(street: None, typed: str) -> None:
    assert found(typed) <= {1, 2, 3}
    assert Card.objects.count() == 3


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_whatever_is_indexed_is_text(lay: Lay, text: str) -> None:
    lay(7, f"{text}路灯", texts=(text,))
    assert found("路灯") == {7}


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)
ANY_HAN = st.text(
    st.sampled_from("重行长乐单石解区厦会朝调不了着地得一二三井盖缺失𠮷𠀀々〇\u3400\uf900"),
    min_size=2,
    max_size=12,
)
HAN_TEXT = HAN | ANY_HAN


@pytest.mark.slow
class Laws(TestCase):
    """Whatever part of a Chinese text is typed, the text is found."""

    @settings(max_examples=60, deadline=None)
    @given(text=HAN_TEXT, others=st.lists(HAN_TEXT, max_size=3), data=st.data())
    def test_every_part_of_two_or_more_finds_the_text(
        self, text: str, others: list[str], data: st.DataObject
    ) -> None:
        start = data.draw(st.integers(0, len(text) - 2))
        end = data.draw(st.integers(start + 2, len(text)))
        put_many(KIND, [Item(key, [], [other]) for key, other in enumerate(others, start=2)])
        put(KIND, 1, names=[], texts=[text])
        keys = found(text[start:end])
        assert 1 in keys
        # What is found holds at least the two characters with which the part begins.
        for key, other in enumerate(others, start=2):
            assert key not in keys or _plain(text[start : start + 2]) in _plain(other)

    @settings(max_examples=60, deadline=None)
    @given(name=HAN, data=st.data())
    def test_every_part_of_the_initials_finds_the_name(
        self, name: str, data: st.DataObject
    ) -> None:
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
        start = data.draw(st.integers(0, len(initials) - 2))
        end = data.draw(st.integers(start + 2, len(initials)))
        put(KIND, 1, names=[name])
        assert found(initials[start:end]) == {1}


def _plain(text: str) -> str:
    return text.replace("\uf900", "\u8c48")


def plan_of(typed: str) -> str:
    """Return how the database will look for it among the cards."""
    plan = Card.objects.filter(matching(KIND, typed, field="key")).explain()
    return str(plan)


SUBJECTS = ("井盖", "路灯", "垃圾", "占道", "噪声", "积水", "树木", "护栏", "雨水", "污水")
ROWS = 10_000


@pytest.mark.slow
def test_among_ten_thousand_the_index_answers(db: None) -> None:
    """No plan reads all cards: PostgreSQL scans the GIN index, SQLite the virtual table."""
    put_many(
        KIND,
        (
            Item(
                key,
                [f"{SUBJECTS[key % 10]}第{key}号"],
                [f"26112{key:08d}", chr(0x5000 + key % 4000)],
            )
            for key in range(ROWS)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_card")
    for typed in ("井盖 4321", "jgd 26112000043", "2611200004321", chr(0x5000 + 17) + chr(0x5001)):
        _check_plan(plan_of(typed))
    assert found("路灯 2611200004321") == {4321}
    assert len(found("井盖")) == ROWS // 10


def _check_plan(plan: str) -> None:
    if connection.vendor == "postgresql":
        assert "Bitmap Index Scan on search_card_words" in plan
        assert "Seq Scan" not in plan
    else:
        assert "SCAN search_words VIRTUAL TABLE INDEX" in plan
        assert "USING INTEGER PRIMARY KEY (rowid=?)" in plan
        assert "SCAN search_card" not in plan
        assert "SCAN U0" not in plan
