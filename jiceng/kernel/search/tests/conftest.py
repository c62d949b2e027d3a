"""A kind of thing that only these tests know; its source is empty outside of them."""

from collections.abc import Callable, Iterator

import pytest
from django.db.models import QuerySet

from jiceng.kernel.search.models import Card
from jiceng.kernel.search.service import Item, indexed, matching, put

KIND = "search_test"
THINGS: dict[int, Item] = {}


@indexed(KIND)
def things() -> Iterator[Item]:
    """Yield what a test has laid down."""
    yield from THINGS.values()


def found(typed: str) -> set[int]:
    """Return the keys of what is found. The table of cards itself is asked, by its keys."""
    return set(asked(typed).values_list("key", flat=True))


def asked(typed: str) -> QuerySet[Card]:
    return Card.objects.filter(matching(KIND, typed, field="key"))


Lay = Callable[..., None]


@pytest.fixture
def lay(db: None) -> Iterator[Lay]:
    """Put a thing, and let the source know it."""

    def lay_down(key: int, *names: str, texts: tuple[str, ...] = ()) -> None:
        THINGS[key] = Item(key, names, texts)
        put(KIND, key, names=names, texts=texts)

    yield lay_down
    THINGS.clear()
