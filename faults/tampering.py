"""N15: what a hand at the database can do; verification has to find each and say where."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from faults.laboratory import Trial
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.entries import RESIDENT, NewEntry, append_many
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.forgery import Scene
from jiceng.kernel.ledger.verifying import verify
from jiceng.kernel.testing.ledger_open import ledger_open

# Each deed with the finding that has to name it.
MATRIX: tuple[tuple[Callable[[Scene], None], str], ...] = (
    (forgery.edit_payload, "leaf_mismatch"),
    (forgery.edit_hash, "leaf_mismatch"),
    (forgery.delete_tail, "rolled_back"),
    (forgery.delete_middle, "position_gap"),
    (forgery.swap_payloads, "leaf_mismatch"),
    (forgery.rewrite_and_resign, "key_untrusted"),
    (forgery.rewrite_with_stolen_key, "anchor_differs"),
    (forgery.clear_table, "entry_missing"),
    (forgery.older_copy, "rolled_back"),
    (forgery.forge_checkpoint, "signature_bad"),
)


def tampering(trial: Trial) -> None:
    """N15: ten deeds, each on a history of thirty entries in three checkpoints."""
    scene = _history(trial)
    whole = forgery.copy_tables()
    if verify().exit_code:
        trial.broke("G18", f"an untouched history is refused: {dict(verify().counts)}")
    found = 0
    for deed, code in MATRIX:
        # What one forger keeps beside the database must not stand in the way of the next.
        folder = trial.folder / deed.__name__
        folder.mkdir()
        with ledger_open():
            deed(replace(scene, folder=folder))
        report = verify()
        if report.exit_code == 2 and code in report.counts:
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
