"""Case numbers that survive a telephone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.base import ids

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))


@given(DAYS)
def test_a_number_is_read_back_as_people_write_it(day: date) -> None:
    number = ids.new_number(day)
    assert number.startswith(f"{day:%y%m%d}")
    assert ids.read_number(ids.spaced_number(number)) == number
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    assert ids.read_number(f" {full_width[:5]}-{full_width[5:]}") == number


@given(DAYS, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(day: date, place: int, shift: int) -> None:
    number = ids.new_number(day)
    wrong = str((int(number[place]) + shift) % 10)
    assert ids.read_number(number[:place] + wrong + number[place + 1 :]) is None


@pytest.mark.parametrize(
    "typed", ["", "1", "26112401234567", "二六一一二四零一二三四五六", "2.61124e12", "²" * 13]
)
def test_what_cannot_be_a_number(typed: str) -> None:
    assert ids.read_number(typed) is None


def test_uids_do_not_repeat() -> None:
    assert len({ids.new_uid() for _ in range(1000)}) == 1000
