"""Every route of the house, as the resolver knows it: a new one is swept without a word here."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

Patterns = list[URLPattern | URLResolver]


@dataclass(frozen=True)
class Route:
    """An address pattern: its text, its name with namespaces, and its parameters."""

    text: str
    name: str
    parameters: tuple[str, ...]

    def at(self, **given: str) -> str:
        """Return the address with its parameters filled in, as they are."""
        path = f"/{self.text}"
        for parameter in self.parameters:
            path = path.replace(f"<str:{parameter}>", given[parameter])
        return path


def _walk(
    patterns: list[URLPattern | URLResolver], text: str, names: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern), f"{pattern} is no path()"
        here = text + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from _walk(pattern.url_patterns, here, inner)
        else:
            converters = pattern.pattern.converters
            yield Route(here, ":".join([*names, pattern.name or ""]), tuple(converters))


def routes() -> list[Route]:
    """Return all of them, in order."""
    return list(_walk(get_resolver().url_patterns, "", ()))
