"""What people type: accepted, normalised, refused or masked."""

import pytest

from jiceng.kernel.base import text
from jiceng.kernel.base.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  阿凡提·买买提  ", "阿凡提·买买提"),  # a name with its middle dot
        ("𰻝𰻝面馆", "𰻝𰻝面馆"),  # rare characters of four bytes
        ("e\u0301cole", "école"),  # decomposed and composed are one name
        ("民生路\t12 号", "民生路 12 号"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # escaped where it is shown
        ("' OR 1=1--", "' OR 1=1--"),
        ("{{7*7}}${7*7}", "{{7*7}}${7*7}"),
        ("李", "李"),
        ("𠮷" * 200, "𠮷" * 200),
    ],
)
def test_a_line_is_kept(typed: str, kept: str) -> None:
    assert text.clean_line(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "a\x00b",
        "\ud800",
        "照片gpj\u202e.exe",
        "王\u200b敏",
        "a\r\nSet-Cookie: x",
        "a\x1bb",
        "\ue000",
        "a\u2028b",
    ],
)
def test_a_line_is_refused(typed: str) -> None:
    with pytest.raises(text.BadCharacter) as refused:
        text.clean_line(typed)
    assert refused.value.code == "bad_char"


def test_one_character_too_many_is_refused() -> None:
    with pytest.raises(text.TooLong):
        text.clean_line("字" * 201)


def test_paragraphs_keep_their_breaks_and_lose_deceptive_signs() -> None:
    assert text.clean_text("一\r\n二\r三\u200b") == "一\n二\n三"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0556 5512345", "05565512345"),
        ("٠٥٥٦٥٥١٢٣٤٥", "05565512345"),  # the digits of another script
    ],
)
def test_a_phone_number_is_read(typed: str, number: str) -> None:
    assert text.phone_number(typed) == number


@pytest.mark.parametrize("typed", ["12812345678", "1381234567", "", "13812345678-8001", "电话"])
def test_no_phone_number(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        text.phone_number(typed)
    assert refused.value.code == "bad_phone"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("电话13812345678，谢谢", "电话138****5678，谢谢"),
        ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("身份证11010519491231002X", "身份证110105********002X"),
        ("11010519491231002x", "110105********002x"),
        ("编号110105194912310021", "编号110105194912310021"),  # wrong check digit: no person
        ("井盖编号2611240123456", "井盖编号2611240123456"),  # a case number is no phone number
        ("无", "无"),
    ],
)
def test_personal_numbers_are_masked(written: str, shown: str) -> None:
    assert text.mask_personal(written) == shown
