"""The index against what it was made from: making it again, comparing, cleaning."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, transaction

from jiceng.kernel.base.jobs import every
from jiceng.kernel.search import database
from jiceng.kernel.search.cards import BATCH, batches, card_of, put_many
from jiceng.kernel.search.models import Card
from jiceng.kernel.search.sources import SOURCES, Item, Source


@dataclass
class Findings:
    """What a comparison found, things as «kind:key»."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    damaged: bool = False

    @property
    def intact(self) -> bool:
        """Tell whether every thing has its card, no other card is there, and the index fits."""
        return not (self.missing or self.stale or self.stray or self.damaged)


def _without_source() -> list[str]:
    kinds = [kind for kind, _source in SOURCES.items()]
    return list(Card.objects.exclude(kind__in=kinds).values_list("kind", flat=True).distinct())


def _drop_strays(kind: str, kept: set[int]) -> None:
    keys = Card.objects.filter(kind=kind).values_list("key", flat=True)
    stray = [key for key in keys.iterator(chunk_size=BATCH) if key not in kept]
    for start in range(0, len(stray), BATCH):
        Card.objects.filter(kind=kind, key__in=stray[start : start + BATCH]).delete()


def _rebuild(kind: str, source: Source) -> int:
    """Put every thing of a kind again. Writers wait from before the source is read: what they
    change afterwards is newer than what was read."""
    kept: set[int] = set()
    with transaction.atomic():
        database.keep_writers_out()
        for batch in batches(source()):
            put_many(kind, batch)
            kept.update(item.key for item in batch)
        _drop_strays(kind, kept)
    return len(kept)


def rebuild() -> dict[str, int]:
    """Make the index again from the sources; return how many things of each kind it holds."""
    counts = {kind: _rebuild(kind, source) for kind, source in SOURCES.items()}
    with transaction.atomic():
        Card.objects.filter(kind__in=_without_source()).delete()
        database.reindex()
    return counts


def _compare_batch(kind: str, batch: list[Item], findings: Findings) -> None:
    cards = Card.objects.filter(kind=kind, key__in=[item.key for item in batch])
    held = dict(cards.values_list("key", "words"))
    for card in (card_of(kind, item) for item in batch):
        findings.checked += 1
        if card.key not in held:
            findings.missing.append(str(card))
        elif held[card.key] != card.words:
            findings.stale.append(str(card))


def _compare_kind(kind: str, source: Source, findings: Findings) -> None:
    seen: set[int] = set()
    for batch in batches(source()):
        _compare_batch(kind, batch, findings)
        seen.update(item.key for item in batch)
    _note_strays(Card.objects.filter(kind=kind).iterator(chunk_size=BATCH), seen, findings)


def _note_strays(cards: Iterable[Card], seen: set[int], findings: Findings) -> None:
    findings.stray += [str(card) for card in cards if card.key not in seen]


def _is_damaged() -> bool:
    try:
        with transaction.atomic():
            database.check_index()
    except DatabaseError:
        return True
    return False


def _compare() -> Findings:
    findings = Findings()
    for kind, source in SOURCES.items():
        _compare_kind(kind, source, findings)
    lost = Card.objects.filter(kind__in=_without_source())
    _note_strays(lost.iterator(chunk_size=BATCH), set(), findings)
    findings.damaged = _is_damaged()
    return findings


def check() -> Findings:
    """Compare every card with its thing.

    A thing may change between the two readings, so what differs is looked at again while writers
    wait; they never wait for an index that is in order.
    """
    findings = _compare()
    if findings.intact:
        return findings
    with transaction.atomic():
        database.keep_writers_out()
        return _compare()


@every(86_400, "tick")
def scrub(at: datetime) -> int:
    """Merge SQLite's index, so that no word that was taken out stays in the file; 1 if it did."""
    with transaction.atomic():
        return int(database.scrub())
