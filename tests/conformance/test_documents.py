"""The tool that writes generated documents."""

import pytest

from tools import __main__ as tools
from tools.documents import BEGIN, END, main, system_page, systems
from tools.tables import table


def test_the_generated_part_is_made_anew_and_the_rest_is_kept() -> None:
    page = system_page("grid", f"# 网格化\n\nwritten\n\n{BEGIN}\nformer words\n{END}\n\nafter\n")
    assert page.startswith(f"# 网格化\n\nwritten\n\n{BEGIN}\n")
    assert page.endswith(f"{END}\n\nafter\n")
    assert "former words" not in page
    assert "| 一般，立即处置 | `judge` | reported → judged | `grid.case.judged` |" in page
    assert system_page("grid", page) == page


@pytest.mark.parametrize("text", ["", "# 网格化", BEGIN, END])
def test_a_page_without_its_marks_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="lacks its two marks"):
        system_page("grid", text)


def test_a_table_stays_a_table() -> None:
    assert table(["a", "b"], [["x|y", ""], ["two\nlines", 1]]).splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | — |",
        "| two lines | 1 |",
    ]


def test_every_system_has_a_page() -> None:
    assert "grid" in systems()


@pytest.mark.parametrize("words", [[], ["guess"], ["write", "all"]])
def test_unknown_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["assets"], ["contracts", "check"]])
def test_unknown_tools_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert tools.main(words) == 2
    assert "usage" in capsys.readouterr().err
