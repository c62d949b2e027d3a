"""How an article is read, and which numbers in it were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.bulletins.rules import Mention, Words, names_in, read_article, typed_numbers


def test_paragraphs_headings_and_names() -> None:
    found = read_article(
        "# 网格\n\n全区受理{grid.reported}件，办结率{grid.closed_rate}。\n\n  \n完。"
    )
    assert [one.heading for one in found] == [True, False, False]
    assert found[1].parts == (
        Words("全区受理"),
        Mention("grid.reported"),
        Words("件，办结率"),
        Mention("grid.closed_rate"),
        Words("。"),
    )
    assert names_in(found) == ["grid.reported", "grid.closed_rate"]


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("立项36项", ["36"]),
        ("立项３６项", ["３６"]),
        ("收取租金2,500万元", ["2,500"]),
        ("立项三十六项", ["三十六"]),
        ("二百余次", ["二百"]),
        ("二千五百万元", ["二千五百万"]),
        ("收取租金两千五百万元，增长百分之三十", ["两千五百万"]),
        ("一岗双责、四面八方、千方百计", []),
        ("一个中心", []),
        ("抓两头带中间", []),
        ("第①步", []),
    ],
)
def test_numbers_that_were_typed(words: str, typed: list[str]) -> None:
    assert typed_numbers(words) == typed


@given(st.text(alphabet="{}abc.#_ \n字1", max_size=60))
def test_nothing_that_is_written_is_lost(body: str) -> None:
    def back(part: Words | Mention) -> str:
        return part.text if isinstance(part, Words) else f"{{{part.name}}}"

    found = ["".join(map(back, one.parts)) for one in read_article(body)]
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    assert found == [line.removeprefix("# ").strip() for line in lines]
