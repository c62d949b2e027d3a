"""Where the things come from that are found: a source for each kind, to make the index again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from jiceng.kernel.base.registry import Registry


@dataclass(frozen=True)
class Item:
    """A thing to be found: its key, its names (found by initials too) and its other texts."""

    key: int
    names: Iterable[str]
    texts: Iterable[str] = ()


Source = Callable[[], Iterator[Item]]
SOURCES: Registry[Source] = Registry("search source")


def indexed(kind: str) -> Callable[[Source], Source]:
    """Register a function that yields every thing of ``kind``, in whatever batches it reads.

    It runs in a transaction. What it yields for a thing must be what ``put`` was given for it.
    """

    def register(source: Source) -> Source:
        return SOURCES.add(kind, source)

    return register
