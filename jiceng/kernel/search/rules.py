"""What is found by what: text becomes tokens, and what somebody types becomes a question.

A token is made of ``a-z`` and ``0-9`` alone, so that no tokenizer of a database can split, fold or
misread it: a letter for its kind, then the word itself or the hexadecimal digits of its characters.

======  =====================================================
``c``   one or two Chinese characters standing together
``w``   a word of Latin letters and digits, or how it begins
``x``   a word in any other script, or how it begins
``i``   two to four pinyin initials standing together
======  =====================================================
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from pypinyin import Style, pinyin

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUNS = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
INITIALS = re.compile("[a-z]{2,}")
# Accents and vowel signs, enclosing marks, and what is not seen at all: joiners, directions.
MARKS = frozenset({"Mn", "Me", "Cf"})
# A case number has 13 digits; from here on only the whole word is found.
LONGEST_BEGINNING = 13
# A longer word is as good as its beginning.
LONGEST_WORD = 64
SHORTEST_INITIALS, LONGEST_INITIALS = 2, 4
# Two readings of a character are worth finding it by; three would find everything.
READINGS = 2
# PostgreSQL keeps one megabyte of tokens for a thing; this stays well below, whatever is written.
MOST_TEXT = 20_000
MOST_NAMED = 1_000
# How the library says that it knows no reading of a character.
SILENT = "-"


@dataclass(frozen=True)
class Question:
    """What has to be there: every clause; of a clause one way; of a way every token."""

    clauses: tuple[tuple[tuple[str, ...], ...], ...]


def fold(text: str) -> str:
    """Return ``text`` as it is compared: compatible forms made one, small letters, no marks."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    parts = unicodedata.normalize("NFKD", folded)
    return "".join(part for part in parts if unicodedata.category(part) not in MARKS)


def tokens(names: Iterable[str], texts: Iterable[str] = ()) -> frozenset[str]:
    """Return all that a thing is found by; its ``names`` are found by their initials too.

    The first 20 000 characters count, names before texts, and for initials the first 1 000.
    """
    titles = _first(names, MOST_TEXT)
    bodies = _first(texts, MOST_TEXT - sum(map(len, titles)))
    found = {token for text in [*titles, *bodies] for token in _written(fold(text))}
    found.update(token for name in _first(titles, MOST_NAMED) for token in _spoken(fold(name)))
    return frozenset(found)


def _first(texts: Iterable[str], most: int) -> list[str]:
    """Return the texts up to ``most`` characters altogether."""
    kept = []
    for text in texts:
        if most > 0:
            kept.append(text[:most])
            most -= len(text)
    return kept


def question(folded: str) -> Question | None:
    """Return what folded text asks for, or ``None`` where it holds nothing to look for."""
    clauses = [_clause(han, word) for han, word in RUNS.findall(folded)]
    return Question(tuple(dict.fromkeys(clauses))) if clauses else None


def _clause(han: str, word: str) -> tuple[tuple[str, ...], ...]:
    if han:
        return (tuple(_han(part) for part in dict.fromkeys(_windows(han, min(2, len(han))))),)
    if not INITIALS.fullmatch(word):
        return ((_word(word),),)
    spoken = dict.fromkeys(_windows(word, min(LONGEST_INITIALS, len(word))))
    return ((_word(word),), tuple(f"i{part}" for part in spoken))


def _windows(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _han(characters: str) -> str:
    return f"c{_hex(characters)}"


def _word(word: str) -> str:
    kept = word[:LONGEST_WORD]
    return f"w{kept}" if kept.isascii() else f"x{_hex(kept)}"


def _written(folded: str) -> Iterator[str]:
    for han, word in RUNS.findall(folded):
        if han:
            yield from map(_han, [*han, *_windows(han, 2)])
        else:
            yield from _beginnings(word)


def _beginnings(word: str) -> Iterator[str]:
    yield _word(word)
    for length in range(2, min(len(word) - 1, LONGEST_BEGINNING) + 1):
        yield _word(word[:length])


def _spoken(folded: str) -> Iterator[str]:
    for han, _other in RUNS.findall(folded):
        yield from _said(han)


# Names of categories, streets and crossings come again and again; the dictionary is slow.
@lru_cache(maxsize=512)
def _said(han: str) -> frozenset[str]:
    """Return the tokens of the initials of a run of Chinese characters."""
    return frozenset(token for run in _sounding(han) for token in _together(run))


def _together(run: list[Sequence[str]]) -> Iterator[str]:
    for length in range(SHORTEST_INITIALS, LONGEST_INITIALS + 1):
        for start in range(len(run) - length + 1):
            yield from ("i" + "".join(way) for way in product(*run[start : start + length]))


def _sounding(han: str) -> Iterator[list[Sequence[str]]]:
    """Yield a run of Chinese characters as the initials of each; a silent one ends a run."""
    run: list[Sequence[str]] = []
    for initials in readings(han) if han else ():
        if not initials:
            yield run
            run = []
            continue
        run.append(initials)
    yield run


def readings(han: str) -> list[tuple[str, ...]]:
    """Return up to two initials of each character, that of its reading in these words first.

    The dictionary of words is not always right about where a word begins (缺失重庆 holds 失重),
    so the most frequent readings of the character alone count as well.
    """
    spoken = _pinyin(han, every=False)
    return [
        tuple(dict.fromkeys(_letters([*said, *_alone(character)])))[:READINGS]
        for character, said in zip(han, spoken, strict=True)
    ]


@lru_cache(maxsize=8192)
def _alone(character: str) -> tuple[str, ...]:
    return tuple(_pinyin(character, every=True)[0])


def _letters(initials: Iterable[str]) -> list[str]:
    """Return the initials as plain letters; the few readings without a vowel carry an accent."""
    return [letter for initial in initials for letter in fold(initial)[:1] if "a" <= letter <= "z"]


def _pinyin(han: str, *, every: bool) -> list[list[str]]:
    """Return the initials of each character, those of every reading or of the likely one."""
    return pinyin(han, style=Style.FIRST_LETTER, heteronym=every, errors=_silent)


def _silent(characters: str) -> Any:
    """Answer for each character alone; the library would answer once for all of them."""
    return [SILENT] * len(characters)
