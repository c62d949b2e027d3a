"""Entries of the two navigation bars; whoever owns a page registers its entry in ``ready()``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from jiceng.kernel.base.registry import Registry


def always(request: HttpRequest) -> bool:
    """Show the entry to everybody."""
    return True


@dataclass(frozen=True)
class Entry:
    """A line of a navigation bar; ``icon`` is a Lucide name, ``order`` counts from the left."""

    code: str
    label: str | Promise
    url_name: str
    icon: str
    order: int = 100
    shown: Callable[[HttpRequest], bool] = always


PUBLIC: Registry[Entry] = Registry("public entry")
DESK: Registry[Entry] = Registry("desk entry")
BARS = {"public": PUBLIC, "desk": DESK}


@dataclass(frozen=True)
class Link:
    """An entry as this request sees it."""

    label: str | Promise
    url: str
    icon: str
    current: bool


def _nearest(path: str, urls: list[str]) -> str:
    """Return the longest of ``urls`` that ``path`` lies under; a root is itself only."""
    root = min(urls, key=len, default="")
    under = [url for url in urls if path == url or (url != root and path.startswith(url))]
    return max(under, key=len, default="")


def links(bar: str, request: HttpRequest) -> list[Link]:
    """Return the entries of a bar that this request may see, in order."""
    entries = sorted(
        (entry for entry in BARS[bar] if entry.shown(request)), key=lambda entry: entry.order
    )
    urls = [reverse(entry.url_name) for entry in entries]
    here = _nearest(request.path, urls)
    return [
        Link(entry.label, url, entry.icon, url == here)
        for entry, url in zip(entries, urls, strict=True)
    ]
