"""Identifiers: unguessable ones for machines, dictatable ones for people."""

import secrets
from datetime import date

from jiceng.kernel.base.text import ascii_digits


def new_uid() -> str:
    """Return 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def check_digit(digits: str) -> str:
    """Return the check digit of ISO/IEC 7064 MOD 11,10: it finds every single wrong digit and
    every swap of neighbours but one in a hundred."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def new_number(day: date) -> str:
    """Return a number of 13 digits: the day (YYMMDD), six random digits, a check digit.

    It can be read over a telephone. It names a case; it never opens one.
    """
    digits = f"{day:%y%m%d}{secrets.randbelow(10**6):06d}"
    return digits + check_digit(digits)


def read_number(typed: str) -> str | None:
    """Return the number that a person typed, or ``None`` where it cannot be one."""
    digits = ascii_digits(typed[:60]).replace(" ", "").replace("-", "")
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if check_digit(digits[:-1]) == digits[-1] else None


def spaced_number(number: str) -> str:
    """Return a 13-digit number in groups that the eye can hold: ``261124 482 9137``."""
    return f"{number[:6]} {number[6:9]} {number[9:]}"
