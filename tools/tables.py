"""Markdown tables for generated documents, with both languages of each word."""

from collections.abc import Iterable, Sequence
from functools import cache

from django.utils import translation
from django.utils.functional import Promise

from tools.messages import catalogue


def chinese(text: str | Promise) -> str:
    """Return the source text of a label, which is Chinese."""
    with translation.override("zh-hans"):
        return str(text)


@cache
def _english() -> dict[str, str]:
    return {
        message.id: message.string
        for message in catalogue()
        if isinstance(message.id, str) and isinstance(message.string, str)
    }


def english(text: str | Promise) -> str:
    """Return what the English catalogue says for a label, "" where it says nothing."""
    return _english().get(chinese(text), "")


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ") or "—"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; an empty cell shows a dash."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)
