"""Verification of the whole ledger: what ``manage.py ledger verify`` runs."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef

from jiceng.kernel.ledger import anchors, epochs
from jiceng.kernel.ledger.canonical import canonical_payload
from jiceng.kernel.ledger.database import Columns, missing_guards, oldest_pending_seconds
from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.models import Checkpoint, Entry, Epoch, Head, Pending, Seal
from jiceng.kernel.ledger.notes import SignedCheckpoint
from jiceng.kernel.ledger.personal_audit import audit_personal
from jiceng.kernel.ledger.terms import EPOCH_OPENED
from jiceng.kernel.ledger.trust import Trust
from jiceng.kernel.ledger.walking import AnchorTape, Walk

MERGE_DELAY = 60  # seconds within which an entry has to be sealed


def no_progress(leaves: int) -> None:
    """Show nothing."""


class Verification:
    """One run over everything; the findings gather in ``report``."""

    def __init__(
        self, anchor: Path | None, pinned: Sequence[bytes], progress: Callable[[int], None]
    ) -> None:
        self.report = Report()
        self.anchor = anchor or anchors.anchor_file()
        self.pinned, self.progress = pinned, progress
        self.beyond: dict[int, tuple[int, int]] = {}  # epoch → line and size of the last anchor

    def run(self) -> Report:
        """Run every stage; one that cannot run says so and does not stop the others."""
        for stage in (self._guards, self._history, self._links, self._queue):
            try:
                stage()
            except DatabaseError as error:
                self.report.add("database_error", stage=stage.__name__[1:], error=str(error))
            except (TypeError, ValueError, AttributeError) as error:
                # Only a hand at the database leaves values of the wrong kind in our columns.
                self.report.add("row_unreadable", stage=stage.__name__[1:], error=str(error))
        return self.report

    def _guards(self) -> None:
        for name in missing_guards():
            self.report.add("guard_missing", trigger=name)

    def _history(self) -> None:
        # The length of the anchor file is taken first: the sealer writes there last, so every line
        # within it lies under the heads that are read next, even while sealing goes on.
        tape = AnchorTape(self._anchor_lines(self._anchor_length()))
        trust = Trust(self.pinned, self.report)
        for head in Head.objects.order_by("epoch"):
            walk = Walk(head, trust, self.report)
            for leaves in walk.run(tape, self._unmatched, self._passenger):
                self.progress(leaves)
        for line, anchored in tape.up_to((2**62, 0)):
            trust.check(anchored, line=line)
            self._unmatched(line, anchored)
        self._rollbacks()

    def _passenger(self, entries: Sequence[Columns]) -> None:
        audit_personal(entries, self.report)

    def _anchor_lines(self, length: int) -> Iterator[tuple[int, SignedCheckpoint]]:
        try:
            yield from anchors.read_all(self.anchor, length)
        except anchors.AnchorUnreadable:
            self.report.add("anchor_unreadable", file=str(self.anchor))

    def _anchor_length(self) -> int:
        try:
            return self.anchor.stat().st_size
        except FileNotFoundError:
            if self.anchor != anchors.anchor_file() or Checkpoint.objects.exists():
                self.report.add("anchor_missing", file=str(self.anchor))
        except OSError:
            self.report.add("anchor_unreadable", file=str(self.anchor))
        return 0

    def _unmatched(self, line: int, anchored: SignedCheckpoint) -> None:
        self.beyond[anchored.note.epoch] = line, anchored.note.size

    def _rollbacks(self) -> None:
        """Report anchors that the database lacks, unless a later epoch owned up to the loss."""
        lost = [
            ((epoch.prior_epoch, epoch.prior_size), (epoch.lost_epoch, epoch.lost_size))
            for epoch in Epoch.objects.all()
        ]
        for epoch, (line, size) in self.beyond.items():
            if any(prior < (epoch, size) <= last for prior, last in lost):
                self.report.seen["lost and declared"] += 1
                continue
            head = Head.objects.filter(epoch=epoch).first()
            held = head.size if head else 0
            self.report.add("rolled_back", line=line, epoch=epoch, size=size, held=held)

    def _links(self) -> None:
        known = list(Epoch.objects.order_by("number"))
        numbers = [epoch.number for epoch in known]
        for model in (Head, Seal, Checkpoint):
            stray = model._default_manager.exclude(epoch__in=numbers).first()
            if stray is not None:
                self.report.add("epoch_missing", epoch=stray.epoch, table=model._meta.db_table)
        for number in set(numbers) - set(Head.objects.values_list("epoch", flat=True)):
            self.report.add("head_differs", epoch=number, size=None)
        for epoch in known:
            if epoch.number > 1 and not self._linked(epoch):
                self.report.add("epoch_link", epoch=epoch.number)

    def _linked(self, epoch: Epoch) -> bool:
        """Tell whether an epoch begins with its own opening and ends the one before."""
        first = Seal.objects.filter(epoch=epoch.number, position=0).first()
        opening = epochs.opening_entry(epoch.number)
        if opening is None or (first is not None and first.entry_id != opening.pk):
            return False
        if opening.event != EPOCH_OPENED:
            return False
        if opening.payload != canonical_payload(epochs.facts_of(epoch)):
            return False
        return epoch.prior_size == 0 or self._ends(epoch)

    def _ends(self, epoch: Epoch) -> bool:
        prior = Checkpoint.objects.filter(epoch=epoch.prior_epoch).order_by("-size").first()
        if prior is None or prior.size != epoch.prior_size:
            return False
        return prior.signed().note.roots == (bytes(epoch.prior_sha256), bytes(epoch.prior_sm3))

    def _queue(self) -> None:
        sealed = Exists(Seal.objects.filter(entry_id=OuterRef("pk")))
        pending = Exists(Pending.objects.filter(entry_id=OuterRef("pk")))
        for entry in Entry.objects.filter(~sealed, ~pending)[:1000]:
            self.report.add("unsealed_lost", entry=entry.pk, uid=entry.uid)
        there = Exists(Entry.objects.filter(pk=OuterRef("pk")))
        for row in Pending.objects.filter(~there)[:1000]:
            self.report.add("pending_orphan", entry=row.pk)
        both = Exists(Seal.objects.filter(pk=OuterRef("pk")))
        for row in Pending.objects.filter(both)[:1000]:
            self.report.add("pending_sealed", entry=row.pk)
        self.report.seen["waiting"] = Pending.objects.count()
        delay = getattr(settings, "LEDGER_MERGE_DELAY_SECONDS", MERGE_DELAY)
        age = oldest_pending_seconds()
        if age is not None and age > delay:
            oldest = Pending.objects.order_by("queued").first()
            self.report.add("pending_overdue", entry=oldest and oldest.pk, seconds=age)


def verify(
    *,
    anchor: Path | None = None,
    pinned: Sequence[bytes] = (),
    progress: Callable[[int], None] = no_progress,
) -> Report:
    """Verify everything and return the report.

    ``anchor`` is a file of published checkpoints (the own anchor file by default), ``pinned``
    public keys of 32 bytes to believe instead of the key file. Its ``exit_code`` is 0 intact,
    1 could not be decided, 2 tampered.
    """
    return Verification(anchor, pinned, progress).run()
