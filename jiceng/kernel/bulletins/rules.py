"""How an article is written: plain words, and names in braces where numbers stand. Plain Python."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADING = "# "
NAME = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)*)\}")
# A digit of any script, and a count of two or more Chinese numerals: 三十六个, 二百三十项.
NUMERALS = "〇零一二两三四五六七八九十百千万亿"
COUNTED = "个|项|件|家|次|名|人|户|处|宗|元|亩|%|％"
TYPED = re.compile(rf"\d[\d,.，．]*|[{NUMERALS}]{{2,}}(?=(?:余|多)?(?:{COUNTED}|[万亿]元))")


@dataclass(frozen=True)
class Words:
    """Words between two names."""

    text: str


@dataclass(frozen=True)
class Mention:
    """A place where something named stands: a figure, the unit, the period, the day."""

    name: str


Part = Words | Mention


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or a heading, and what it is made of."""

    heading: bool
    parts: tuple[Part, ...]


def read_article(body: str) -> list[Paragraph]:
    """Return the paragraphs of an article: one a line, empty lines aside."""
    return [_paragraph(line.strip()) for line in body.splitlines() if line.strip()]


def _paragraph(line: str) -> Paragraph:
    heading = line.startswith(HEADING)
    return Paragraph(heading, tuple(_parts(line.removeprefix(HEADING).strip())))


def _parts(line: str) -> Iterator[Part]:
    end = 0
    for found in NAME.finditer(line):
        if found.start() > end:
            yield Words(line[end : found.start()])
        yield Mention(found[1])
        end = found.end()
    if end < len(line):
        yield Words(line[end:])


def words_of(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    """Yield the words that somebody wrote."""
    for paragraph in paragraphs:
        for part in paragraph.parts:
            if isinstance(part, Words):
                yield part.text


def names_in(paragraphs: Iterable[Paragraph]) -> list[str]:
    """Return what is named, each once, in the order in which it comes first."""
    parts = (part for paragraph in paragraphs for part in paragraph.parts)
    return list(dict.fromkeys(part.name for part in parts if isinstance(part, Mention)))


def typed_numbers(text: str) -> list[str]:
    """Return the numbers that were typed instead of named: digits, and counts in characters."""
    return [found[0] for found in TYPED.finditer(text)]
