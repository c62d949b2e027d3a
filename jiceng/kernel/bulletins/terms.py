"""The words of bulletins: events, limits, and what an article may name besides figures."""

from dataclasses import dataclass

from django.utils.functional import Promise

from jiceng.kernel.base.registry import Registry

DRAFTED = "bulletins.bulletin.drafted"
EDITED = "bulletins.bulletin.edited"
ISSUED = "bulletins.bulletin.issued"

LONGEST_TITLE, LONGEST_BODY = 100, 20_000
MOST_FIGURES = 200
# What an article may name besides figures: they hold digits too, and come from the bulletin.
UNIT, PERIOD, DAY = "unit", "period", "day"


@dataclass(frozen=True)
class Chapter:
    """What a system has to say in a draft: a heading, and paragraphs that name figures."""

    system: str
    heading: str | Promise
    paragraphs: tuple[str | Promise, ...]


CHAPTERS: Registry[Chapter] = Registry("chapter")


def register_chapter(system: str, heading: str | Promise, *paragraphs: str | Promise) -> Chapter:
    """Register what a draft says of a system; a second chapter of it raises ``ValueError``."""
    return CHAPTERS.add(system, Chapter(system, heading, paragraphs))
