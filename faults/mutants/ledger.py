"""Bad builds of sealing, receipts, followers and verification."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from faults.mutants import mutant, swap


@mutant("late_commits", "I3")
def seal_by_range() -> None:
    """The sealer remembers the highest id and takes what lies above it."""
    from django.db.models import Max

    from jiceng.kernel.ledger import sealing
    from jiceng.kernel.ledger.models import Entry, Pending, Seal

    def by_range(limit: int) -> list[int]:
        last = Seal.objects.aggregate(last=Max("entry_id"))["last"] or 0
        ids = list(Entry.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True))
        Pending.objects.filter(entry_id__in=ids[:limit]).delete()
        return ids[:limit]

    swap(sealing, "claim_pending", by_range)


@mutant("late_commits", "I7")
def cursor_by_id() -> None:
    """A follower reads the entries whose id is above the last it saw."""
    from jiceng.kernel.ledger import followers
    from jiceng.kernel.ledger.models import Entry, Seal

    last: dict[str, int] = {}

    def by_id(follower: Any, epoch: int, start: int, stop: int) -> list[tuple[int, Entry]]:
        ids = Seal.objects.filter(epoch=epoch, position__gte=start, position__lt=stop)
        after = last.get(follower.name, 0)
        rows = Entry.objects.filter(pk__in=ids.values("pk"), pk__gt=after)
        last[follower.name] = max([after, *rows.values_list("pk", flat=True)])
        rows = rows.filter(event=follower.event).order_by("pk")
        return [(start, entry) for entry in rows]

    swap(followers, "_matching", by_id)


@mutant("zombies", "I7")
def completion_without_fencing() -> None:
    """Whoever finishes an effect moves the cursor, whoever holds the lease by now."""
    from jiceng.kernel.ledger import followers
    from jiceng.kernel.ledger.models import Cursor

    def advance(cursor: Any, epoch: int, position: int) -> None:
        Cursor.objects.filter(name=cursor.name).update(epoch=epoch, position=position)
        cursor.epoch, cursor.position = epoch, position

    swap(followers, "_advance", advance)


@mutant("stale_claim", "I7")
def claim_without_place() -> None:
    """A cursor is claimed by its fence alone, at the place where it was read."""
    from jiceng.kernel.ledger import followers
    from jiceng.kernel.ledger.models import Cursor

    def claim(follower: Any, at: Any) -> Cursor | None:
        cursor, _made = Cursor.objects.get_or_create(name=follower.name)
        free = Q(lease_until=None) | Q(lease_until__lte=at)
        rows = Cursor.objects.filter(free, name=cursor.name, fence=cursor.fence)
        if not rows.update(fence=F("fence") + 1, lease_until=at + followers.LEASE):
            return None
        cursor.fence += 1
        return cursor

    swap(followers, "_claim", claim)


@mutant("dead_follower", "I7")
def endless_lease() -> None:
    """A lease never runs out, so that whoever died holds it for ever."""
    from jiceng.kernel.ledger import followers

    swap(followers, "LEASE", timedelta(days=3650))


@mutant("proofs", "I3")
def receipts_from_the_live_tree() -> None:
    """A receipt proves against the tree as it is now, not against its checkpoint."""
    from jiceng.kernel.ledger import proofs, receipts
    from jiceng.kernel.ledger.models import Head

    inclusion = proofs.inclusion

    def live(epoch: int, position: int, size: int) -> Any:
        return inclusion(epoch, position, Head.objects.get(epoch=epoch).size)

    swap(receipts, "proofs", type("Live", (), {"inclusion": staticmethod(live)}))


@mutant("tampering", "G18", "sqlite")
def verifier_trusts_stored_hashes() -> None:
    """Verification builds the tree from the hashes beside the entries, not from the entries."""
    from jiceng.kernel.ledger import walking

    def trusting(walk: Any, seals: Any, entries: Any) -> Any:
        for position, pk, *_stored in seals:
            if pk not in entries:
                walk.report.add("entry_missing", epoch=walk.epoch, position=position, entry=pk)
        return [seal[2] for seal in seals], [seal[3] for seal in seals]

    swap(walking.Walk, "_leaves", trusting)


@mutant("tampering", "G18", "postgresql")
def verifier_compares_size_only() -> None:
    """Verification asks whether the tree is as long as was published, not whether it is that."""
    from jiceng.kernel.ledger import walking

    swap(walking.Walk, "_compare", lambda self, code, signed, where: None)
    swap(walking.Walk, "_anchored", lambda self, line, anchored, held: None)
