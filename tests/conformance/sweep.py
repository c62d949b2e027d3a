"""What the sweeps go over: registries, terms, refusals, documents."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from django.urls import URLPattern, get_resolver
from django.utils.functional import Promise

from jiceng.kernel.base.errors import Refusal
from tests.house_rules.rule import ROOT, sources
from tools.documents import choices_of, term_modules
from tools.tables import chinese, english

CHINESE = re.compile(r"[\u4e00-\u9fff]")
VARIABLE = re.compile(r"JICENG_[A-Z][A-Z_]*")


@cache
def document(name: str) -> str:
    """Return the text of a document, by its path from the root."""
    return (ROOT / name).read_text("utf-8")


def problems_of(label: str | Promise) -> list[str]:
    """Return what is wrong with a label: it is lazy, Chinese, and said in English."""
    if not isinstance(label, Promise):
        return [f"{label!r} is not translated at the time it is read"]
    source = chinese(label)
    return [
        *([] if CHINESE.search(source) else [f"{source!r} is not Chinese"]),
        *([] if english(label) else [f"{source} is not in the English catalogue"]),
    ]


def labels() -> Iterator[tuple[str, str | Promise]]:
    """Yield every word of every ``terms.py``, with where it stands."""
    for module in term_modules():
        for group in choices_of(module):
            for choice in group:
                yield f"{module.__name__}.{group.__name__}.{choice.name}", _lazy(choice)
        yield from _other_words(module)


def _lazy(choice: object) -> str | Promise:
    """Return the label as it was written; ``choice.label`` would have translated it already."""
    label: str | Promise = choice._label_  # type: ignore[attr-defined]
    return label


def _other_words(module: ModuleType) -> Iterator[tuple[str, str | Promise]]:
    for name, thing in vars(module).items():
        place = f"{module.__name__}.{name}"
        if isinstance(thing, Promise):
            yield place, thing
        if isinstance(thing, dict):
            for key, value in thing.items():
                if isinstance(value, Promise):
                    yield f"{place}[{key}]", value
        if hasattr(thing, "label") and not isinstance(thing, type):
            yield place, thing.label


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Yield every kind of refusal of the product."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("jiceng") and ".tests." not in below.__module__:
            yield below
        yield from refusals(below)


def variables() -> set[str]:
    """Return every variable of the environment that the product or its Makefile reads."""
    read = [
        source.text
        for source in sources()
        if source.path == "Makefile"
        or (source.path.startswith("jiceng/") and "/tests/" not in source.path)
    ]
    return {name for text in read for name in VARIABLE.findall(text)}


def routes() -> dict[str, URLPattern]:
    """Return every route by its full name; one without a name raises ``ValueError``."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: Iterable[object], spaces: tuple[str, ...]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if not pattern.name:
                    raise ValueError(f"a route without a name: {pattern.pattern}")
                found[":".join((*spaces, pattern.name))] = pattern
            else:
                space = getattr(pattern, "namespace", None)
                walk(pattern.url_patterns, (*spaces, space) if space else spaces)  # type: ignore[attr-defined]

    walk(get_resolver().url_patterns, ())
    return found


def query_names() -> list[str]:
    """Return the names that pages read from the query of an address."""
    read = re.compile(r"request\.GET(?:\.get\(|\.getlist\(|\[)\"(\w+)\"|\"(\w+)\" in request\.GET")
    pages = [s.text for s in sources() if s.path.startswith("jiceng/") and "/tests/" not in s.path]
    return sorted({one or other for text in pages for one, other in read.findall(text)})
