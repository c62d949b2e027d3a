"""Writing cards and asking them."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.search import database, rules
from jiceng.kernel.search.models import Card
from jiceng.kernel.search.sources import SOURCES, Item

logger = logging.getLogger(__name__)

BATCH = 500
MOST_TYPED = 100


class SearchTooLong(BadInput):
    """More than anybody types to find something (422)."""

    code = "search_too_long"
    sentence = _("搜索内容不能超过100个字。")


def card_of(kind: str, item: Item) -> Card:
    """Return the card of a thing. What is longer than a card holds is cut, and the log says so."""
    names, texts = list(item.names), list(item.texts)
    if sum(map(len, [*names, *texts])) > rules.MOST_TEXT:
        logger.warning("search: only the beginning of %s %d is indexed", kind, item.key)
    return Card(kind=kind, key=item.key, words=rules.tokens(names, texts))


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists of one statement each."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _check_kind(kind: str) -> None:
    if kind not in SOURCES:
        raise ValueError(f"search: nothing could make the index of {kind} again")


def _check_place(kind: str) -> None:
    _check_kind(kind)
    if not connection.in_atomic_block:
        raise RuntimeError("a thing is indexed in the transaction that changes it")


def put_many(kind: str, items: Iterable[Item]) -> int:
    """Index things of ``kind``, new or changed; return how many. Inside a transaction only."""
    _check_place(kind)
    count = 0
    for batch in batches(items):
        # A statement may not change a row twice; of two items with one key the later counts.
        cards = {item.key: card_of(kind, item) for item in batch}
        Card.objects.bulk_create(
            cards.values(),
            update_conflicts=True,
            unique_fields=["key", "kind"],
            update_fields=["words"],
        )
        count += len(cards)
    return count


def new_card(kind: str, item: Item) -> Card:
    """Return the card of a thing that is new, unsaved: whoever inserts the thing inserts both."""
    _check_place(kind)
    return card_of(kind, item)


def put(kind: str, key: int, *, names: Iterable[str], texts: Iterable[str] = ()) -> None:
    """Index a thing, new or changed; its ``names`` are found by pinyin initials too.

    Inside the transaction of the act that changes it. On SQLite before 3.42 words that it had
    before leave the file within a day; an erasure calls ``scrub`` after it.
    """
    put_many(kind, [Item(key, names, texts)])


def drop(kind: str, key: int) -> bool:
    """Take a thing out of the index, every word of it; tell whether it was there."""
    _check_place(kind)
    dropped = bool(Card.objects.filter(kind=kind, key=key).delete()[0])
    if dropped:
        database.scrub_if_needed()
    return dropped


def matching(kind: str, typed: str, field: str = "pk") -> Q:
    """Return the condition that ``field`` is the key of a thing of ``kind`` that ``typed`` finds.

    Words stand for «all of these». One or more Chinese characters are found wherever they stand
    together; letters and digits as the beginning of a word (2 to 13) or a whole one; two letters
    or more also as initials. Nothing usable finds nothing. Raises ``SearchTooLong`` (422).
    """
    _check_kind(kind)
    folded = rules.fold(typed) if len(typed) <= MOST_TYPED else typed
    if len(folded) > MOST_TYPED:
        raise SearchTooLong(field="q")
    asked = rules.question(folded)
    if asked is None:
        return Q(**{f"{field}__in": ()})
    found = Card.objects.filter(kind=kind, words__answers=asked)
    return Q(**{f"{field}__in": found.values("key")})
