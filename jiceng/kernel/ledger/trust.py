"""Whose signatures verification believes: never those of the database's word alone."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from jiceng.kernel.ledger.findings import Report
from jiceng.kernel.ledger.models import SigningKey
from jiceng.kernel.ledger.notes import SignedCheckpoint
from jiceng.kernel.ledger.signing import KeyMissing, key_id_of, read_key, succeeds, verifies


def _roots(pinned: Sequence[bytes]) -> set[str]:
    """Return the ids to start from: the pinned keys, else the key file, which the database's
    operator cannot rewrite by SQL."""
    if pinned:
        return {key_id_of(public) for public in pinned}
    try:
        return {read_key(Path(settings.LEDGER_KEY_FILE)).key_id}
    except KeyMissing:
        return set()


class Trust:
    """The keys that can be reached from the roots over successions signed by both sides."""

    def __init__(self, pinned: Sequence[bytes], report: Report) -> None:
        self.report = report
        self.keys = {row.key_id: row for row in SigningKey.objects.all()}
        for public in pinned:
            self.keys.setdefault(key_id_of(public), SigningKey(public=public))
        self.trusted = _roots(pinned)
        # Without a root all is still checked against the keys of the table, and the answer is open.
        self.rootless = not self.trusted
        if self.rootless:
            self.trusted = set(self.keys)
        self._complained: set[str] = set()
        while self._spread():
            pass

    def _spread(self) -> bool:
        before = len(self.trusted)
        for row in self.keys.values():
            previous = self.keys.get(row.previous)
            linked = previous is not None and bool({row.key_id, row.previous} & self.trusted)
            if linked and previous and succeeds(settings.LEDGER_ORIGIN, row, previous):
                self.trusted |= {row.key_id, row.previous}
        return len(self.trusted) > before

    def _believed(self, key_id: str) -> SigningKey | None:
        key = self.keys.get(key_id)
        # A row may claim a trusted id for a public key that is another's.
        genuine = key is not None and key_id_of(bytes(key.public)) == key_id
        return key if genuine and key_id in self.trusted else None

    def check(self, signed: SignedCheckpoint, **where: object) -> None:
        """Report what is wrong with the signature of a checkpoint; a key only once."""
        note, key = signed.note, self._believed(signed.key_id)
        if self.rootless:
            self.report.add("key_missing", file=str(settings.LEDGER_KEY_FILE))
            self.rootless = False
        if note.origin != settings.LEDGER_ORIGIN:
            self.report.add("origin_mismatch", origin=note.origin, **where)
        if key is None:
            if signed.key_id not in self._complained:
                self.report.add("key_untrusted", key_id=signed.key_id, **where)
            self._complained.add(signed.key_id)
        elif not verifies(bytes(key.public), signed.signature, note.text):
            self.report.add("signature_bad", key_id=signed.key_id, **where)
        elif not key.signs_at(note.at):
            self.report.add("key_retired", key_id=signed.key_id, **where)
