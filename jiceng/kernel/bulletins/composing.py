"""A bulletin as it is read: its words, and in their midst the figures, each with a footnote."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.bulletins import rules
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.refusals import (
    NameUnknown,
    NothingWritten,
    TooManyFigures,
    TypedNumber,
)
from jiceng.kernel.bulletins.rules import Mention, Paragraph, Words
from jiceng.kernel.bulletins.terms import CHAPTERS, DAY, MOST_FIGURES, PERIOD, UNIT
from jiceng.kernel.figures.service import (
    FIGURES,
    Value,
    fingerprint,
    read_many,
    rows,
)
from jiceng.kernel.figures.terms import FigureKind
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.workdays.service import day_words

OWN = frozenset({UNIT, PERIOD, DAY})


@dataclass(frozen=True)
class Note:
    """A footnote: its number, the figure, and how many rows stand behind it."""

    number: int
    value: Value
    opened: int


@dataclass(frozen=True)
class Run:
    """A stretch of a paragraph: words, or a number with its footnote."""

    text: str
    note: Note | None = None


@dataclass(frozen=True)
class Line:
    """A paragraph or a heading, ready to be read."""

    heading: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Article:
    """A bulletin as it is read."""

    bulletin: Bulletin
    title: str
    lines: Sequence[Line]
    notes: Sequence[Note]

    @property
    def changed(self) -> list[Note]:
        """Return the figures of an issued bulletin that the records no longer bear out."""
        printed = self.bulletin.numbers
        return [
            note
            for note in self.notes
            if note.value.code in printed and printed[note.value.code]["text"] != note.value.text
        ]


def drafted() -> tuple[str, str]:
    """Return the title and body of a draft: a chapter of each system that has something to say."""
    lines: list[str] = []
    for chapter in CHAPTERS:
        lines += [f"{rules.HEADING}{chapter.heading}", *map(str, chapter.paragraphs)]
    return _("{unit}工作简报（{period}）"), "\n\n".join(lines)


def checked(title: str, body: str) -> None:
    """Refuse an article that may not stand.

    Raises ``NothingWritten``, ``TypedNumber``, ``NameUnknown``, ``TooManyFigures`` (422).
    """
    for field, text in (("title", title), ("body", body)):
        paragraphs = rules.read_article(text)
        if not paragraphs:
            raise NothingWritten(field=field)
        _check_words(paragraphs, field)
        _check_names(rules.names_in(paragraphs), field)


def _check_words(paragraphs: Sequence[Paragraph], field: str) -> None:
    for words in rules.words_of(paragraphs):
        for number in rules.typed_numbers(words):
            sentence = TypedNumber.sentence % {"number": number}
            raise TypedNumber(sentence, field=field, number=number)


def _check_names(names: Sequence[str], field: str) -> None:
    for name in names:
        if name not in OWN and name not in FIGURES:
            sentence = NameUnknown.sentence % {"name": name}
            raise NameUnknown(sentence, field=field, name=name)
    if len(names) > MOST_FIGURES:
        raise TooManyFigures(field=field)


def compose(bulletin: Bulletin, scope: Scope | None = None) -> Article:
    """Return the bulletin with its numbers as the records give them.

    An issued one shows what was printed; ``changed`` says where that no longer holds.
    """
    title, *paragraphs = rules.read_article(f"{bulletin.title}\n{bulletin.body}")
    notes = {note.value.code: note for note in _notes(bulletin, [title, *paragraphs], scope)}
    own = _own(bulletin)
    head = "".join(run.text for run in _runs(title, bulletin, notes, own))
    lines = [Line(each.heading, tuple(_runs(each, bulletin, notes, own))) for each in paragraphs]
    return Article(bulletin, head, lines, list(notes.values()))


def title_of(bulletin: Bulletin) -> str:
    """Return the title as it is read in a list, where figures in it are not asked for."""
    (title,) = rules.read_article(bulletin.title)
    return "".join(run.text for run in _runs(title, bulletin, {}, _own(bulletin)))


def _notes(
    bulletin: Bulletin, paragraphs: Sequence[Paragraph], scope: Scope | None
) -> Iterator[Note]:
    # A figure that is no more, because its system was taken out, stays as it was printed.
    codes = [name for name in rules.names_in(paragraphs) if name in FIGURES]
    values = read_many(codes, bulletin.view, scope)
    for number, code in enumerate(codes, 1):
        yield Note(number, values[code], _opened(values[code], scope))


def _opened(value: Value, scope: Scope | None) -> int:
    """Return how many rows stand behind a number; a count says so itself."""
    if value.figure.kind == FigureKind.TOTAL:
        return rows(value.figure, value.view, scope).count()
    return int((value.part if value.figure.is_ratio else value.number) or 0)


def _own(bulletin: Bulletin) -> dict[str, str]:
    return {
        UNIT: bulletin.unit.name,
        PERIOD: bulletin.view.period.text if bulletin.view.period else "",
        DAY: day_words(legal_day(bulletin.as_of)),
    }


def _runs(
    paragraph: Paragraph, bulletin: Bulletin, notes: Mapping[str, Note], own: Mapping[str, str]
) -> Iterator[Run]:
    for part in paragraph.parts:
        if isinstance(part, Words):
            yield Run(part.text)
        elif part.name in own:
            yield Run(own[part.name])
        else:
            yield _number(part, bulletin.numbers, notes.get(part.name))


def _number(part: Mention, printed: Mapping[str, Any], note: Note | None) -> Run:
    if part.name in printed:
        return Run(printed[part.name]["text"], note)
    return Run(note.value.text if note else f"{{{part.name}}}", note)


def printed_of(article: Article) -> dict[str, dict[str, Any]]:
    """Return what is kept of the numbers of an article when it is issued."""
    return {
        note.value.code: {
            "text": note.value.text,
            "opened": note.opened,
            "definition": fingerprint(note.value.figure),
        }
        for note in article.notes
    }
