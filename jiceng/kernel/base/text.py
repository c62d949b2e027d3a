"""Text that people type: cleaned once, masked once."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput

# Direction overrides turn «gpj.exe» into «exe.jpg» on the screen; zero-width signs make two
# equal-looking names differ. Neither has a place in a name.
DECEPTIVE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff") | frozenset(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
LINE_BREAKS = frozenset("\n\r\u2028\u2029\x85")

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
IDENTITY = re.compile(r"(?<!\d)(\d{6})(\d{8})(\d{3}[\dXx])(?!\d)")
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class BadCharacter(BadInput):
    """A character that cannot be stored or would deceive a reader (422)."""

    code = "bad_char"
    sentence = _("内容含有不能使用的字符。")


class TooLong(BadInput):
    """More characters than the field holds (422)."""

    code = "too_long"
    sentence = _("内容超过允许的字数。")


def _refuse_unstorable(value: str, allowed: frozenset[str]) -> None:
    if value.isprintable():
        return  # none of these categories is printable; most lines end here, in one step
    for character in value:
        category = unicodedata.category(character)
        if category in ("Cs", "Cn", "Co") or (category == "Cc" and character not in allowed):
            raise BadCharacter()


def clean_line(value: str, limit: int = 200) -> str:
    """Return ``value`` as one NFC line without surrounding space, at most ``limit`` characters.

    Control characters, lone surrogates, line breaks and deceptive signs raise ``BadCharacter``.
    """
    _refuse_unstorable(value, frozenset("\t"))
    if DECEPTIVE.intersection(value) or LINE_BREAKS.intersection(value):
        raise BadCharacter()
    line = " ".join(unicodedata.normalize("NFC", value).split())
    if len(line) > limit:
        raise TooLong()
    return line


def clean_text(value: str, limit: int = 2000) -> str:
    """Return ``value`` as NFC paragraphs with ``\\n`` breaks, at most ``limit`` characters.

    Deceptive signs are taken out; control characters and lone surrogates raise ``BadCharacter``.
    """
    _refuse_unstorable(value, frozenset("\t\n\r"))
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    text = without_deceptive(text).strip()
    if len(text) > limit:
        raise TooLong()
    return text


def without_deceptive(value: str) -> str:
    """Return ``value`` without the signs that are not seen and turn or part what is."""
    if value.isprintable():
        return value
    return "".join(character for character in value if character not in DECEPTIVE)


def ascii_digits(value: str) -> str:
    """Return ``value`` with the digits of every script and full-width signs as ASCII."""
    return "".join(
        str(unicodedata.decimal(character))
        if unicodedata.decimal(character, None) is not None
        else unicodedata.normalize("NFKC", character)
        for character in value
    )


def whole_number(typed: str, most_digits: int = 18) -> int | None:
    """Return the number that was typed in plain digits; ``None`` for anything else, and for one of
    more than ``most_digits``, which Python would not read or no column hold."""
    plain = typed.isascii() and typed.isdigit() and len(typed) <= most_digits
    return int(typed) if plain else None


def phone_number(value: str) -> str:
    """Return a mainland mobile or landline number as digits, or raise ``BadInput`` «bad_phone».

    Accepts full-width digits, spaces, hyphens and +86; a landline is 0 + area code + 7–8 digits.
    """
    digits = re.sub(r"[\s\-()（）]", "", ascii_digits(clean_line(value, 40)))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    if not (re.fullmatch(r"1[3-9]\d{9}", digits) or re.fullmatch(r"0\d{2,3}\d{7,8}", digits)):
        raise BadInput(_("电话号码应为11位手机号，或带区号的固定电话。"), code="bad_phone")
    return digits


def is_identity_number(value: str) -> bool:
    """Tell whether ``value`` is an 18-digit identity number with a right check digit (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(value, IDENTITY_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == value[17].upper()


def _masked(pattern: re.Pattern[str], text: str, fits: Callable[[str], bool]) -> str:
    """Mask the middle group of each match; separators between the digits do not hide it."""
    bare, places = [], []
    for index, character in enumerate(text):
        if character not in " -　":
            bare.append(ascii_digits(character) if character.isdecimal() else character)
            places.append(index)
    masked = list(text)
    for match in pattern.finditer("".join(bare)):
        if fits(match.group()):
            for index in range(*match.span(2)):
                masked[places[index]] = "*"
    return "".join(masked)


def mask_personal(text: str) -> str:
    """Return ``text`` with mobile numbers (138****0000) and identity numbers masked.

    Full-width digits and separators between the digits are seen through.
    """
    return _masked(PHONE, _masked(IDENTITY, text, is_identity_number), lambda number: True)


def listed(words: Iterable[object]) -> str:
    """Return several words as one enumeration, with the comma of the language in use."""
    return gettext("、").join(str(word) for word in words)
