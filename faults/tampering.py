"""N15: what a hand at the database can do; verification has to find each and say where."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from faults.laboratory import Trial
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.entries import RESIDENT, NewEntry, append_many
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.forgery import Scene
from jiceng.kernel.ledger.verifying import verify
from jiceng.kernel.testing.ledger_open import ledger_open

# Each deed with the finding that has to name it, and where.
MATRIX: tuple[tuple[Callable[[Scene], None], str, dict[str, Any]], ...] = (
    (forgery.edit_payload, "leaf_mismatch", {"position": 12}),
    (forgery.edit_hash, "leaf_mismatch", {"position": 12}),
    (forgery.delete_tail, "rolled_back", {"size": 30, "held": 20}),
    (forgery.delete_middle, "position_gap", {"position": 11, "to": 13}),
    (forgery.swap_payloads, "leaf_mismatch", {"position": 13}),
    (forgery.rewrite_and_resign, "key_untrusted", {"size": 10}),
    (forgery.rewrite_with_stolen_key, "anchor_differs", {"line": 2, "size": 20}),
    (forgery.clear_table, "entry_missing", {"position": 0}),
    (forgery.older_copy, "rolled_back", {"size": 30, "held": 20}),
    (forgery.forge_checkpoint, "signature_bad", {"size": 20}),
    (forgery.edit_payload_and_hash, "root_mismatch", {"size": 20}),
    (forgery.delete_tail_only, "entry_missing", {"position": 25}),
    (forgery.swap_places, "seal_order", {"position": 13}),
    (forgery.clear_everything, "rolled_back", {"size": 30, "held": 0}),
    (forgery.drop_checkpoint, "checkpoint_missing", {"size": 30}),
    (forgery.bend_head, "head_differs", {"size": 30}),
    (forgery.grow_head, "position_gap", {"position": 30, "to": 32}),
    (forgery.shrink_head, "beyond_head", {"size": 20, "last": 30}),
    (forgery.change_actor, "leaf_mismatch", {"position": 5}),
    (forgery.change_instant, "leaf_mismatch", {"position": 5}),
)


def tampering(trial: Trial) -> None:
    """N15: twenty deeds, each on a history of thirty entries in three checkpoints."""
    scene = _history(trial)
    whole = forgery.copy_tables()
    if verify().exit_code:
        trial.broke("G18", f"an untouched history is refused: {dict(verify().counts)}")
    found = 0
    for deed, code, where in MATRIX:
        # What one forger keeps beside the database must not stand in the way of the next.
        folder = trial.folder / deed.__name__
        folder.mkdir()
        with ledger_open():
            deed(replace(scene, folder=folder))
        report = verify()
        named = [each.where for each in report.findings if each.code == code]
        if report.exit_code == 2 and any(where.items() <= each.items() for each in named):
            found += 1
        else:
            said = dict(report.counts)
            trial.broke("G18", f"{deed.__name__} is answered {report.exit_code} {said}")
        with ledger_open():
            forgery.put_back(whole)
    trial.measured |= {"deeds": len(MATRIX), "found": found}


def _history(trial: Trial) -> Scene:
    """Empty the ledger of the trial and write one whose places are known."""
    with ledger_open():
        forgery.empty_tables()
    Path(settings.LEDGER_ANCHOR_FILE).unlink()
    at = clock.read()
    older: forgery.Copy = {}
    for number in range(3):
        append_many(
            NewEntry("test.case.noted", f"test.case:{number}", RESIDENT, at, {"n": n})
            for n in range(number * 10, number * 10 + 10)
        )
        seal(at + timedelta(seconds=number))
        if number == 1:
            older = forgery.copy_tables()
    return Scene(at, trial.folder, older)
