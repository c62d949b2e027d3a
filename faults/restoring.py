"""N14: an older backup is put back while people hold receipts of what came after it."""

from pathlib import Path

from django.conf import settings
from django.db import connections

from faults.databases import POSTGRES_BIN_PATH
from faults.drills import quiet_seal, report
from faults.laboratory import Trial
from jiceng.kernel.backups.service import inspect, make, make_key, restore
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.receipts import receipt_for
from jiceng.kernel.ledger.verdicts import check_receipt
from jiceng.kernel.ledger.verifying import verify

KEPT, LOST = 5, 4


def rolled_back(trial: Trial) -> None:
    """N14, G19: the loss is flagged, a new epoch owns up to it, and both sorts of receipts know."""
    backups = backups_beside(trial)
    kept = _reported(trial, "kept", KEPT)
    backup, _manifest = make(backups, at=clock.read())
    lost = _reported(trial, "lost", LOST)
    inspect(backup)
    connections.close_all()
    done = restore(backup, at=clock.read(), reason="演练", replace=True)
    if "rolled_back" not in done.findings or done.epoch != 2:
        trial.broke("G19", f"findings {sorted(done.findings)}, epoch {done.epoch}")
    _ask(trial, kept, "sealed_ok")
    _ask(trial, lost, "epoch_abandoned")
    if verify().exit_code:
        trial.broke("G19", f"after the restore: {dict(verify().counts)}")
    report(trial, "op-0-after")
    quiet_seal()
    trial.measured |= {"kept": KEPT, "lost": LOST, "epoch": done.epoch}


def backups_beside(trial: Trial) -> Path:
    """Return a folder for backups, and make the key: neither may lie with the data."""
    settings.VAR = trial.folder
    settings.POSTGRESQL_BIN = str(POSTGRES_BIN_PATH)
    beside = trial.database.folder.with_name(f"{trial.database.folder.name}-{trial.name}")
    keys, backups = (beside.with_name(f"{beside.name}-{end}") for end in ("keys", "backups"))
    keys.mkdir()
    backups.mkdir()
    settings.BACKUP_KEY_FILE = str(keys / "backup.key")
    make_key(keys / "backup.key")
    return backups


def _reported(trial: Trial, word: str, count: int) -> list[dict]:
    """Report, seal, and return the receipts that people took home."""
    uids = [report(trial, f"op-{word}-{number}")["uid"] for number in range(count)]
    quiet_seal()
    return [receipt_for(uid) for uid in uids]


def _ask(trial: Trial, receipts: list[dict], due: str) -> None:
    for receipt in receipts:
        verdict = check_receipt(receipt, at=clock.read())
        if verdict.code != due:
            trial.broke("G19", f"{receipt['entry']['uid']} is answered {verdict.code}, not {due}")
