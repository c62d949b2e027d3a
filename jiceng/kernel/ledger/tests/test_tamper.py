"""The tamper matrix: whatever a hand at the database changes is found, located, and exits 2."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jiceng.kernel.ledger.anchors import RolledBack
from jiceng.kernel.ledger.entries import RESIDENT, append
from jiceng.kernel.ledger.management.commands.ledger import Command
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.signing import KeyUnknown, key_id_of, signer
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.forgery import Scene

Forger = Callable[[], AbstractContextManager[None]]
pytestmark = pytest.mark.django_db

# The eight of the matrix, each with where it has to be found.
MATRIX = [
    ("edit_payload", "leaf_mismatch", {"position": 12}),
    ("edit_hash", "leaf_mismatch", {"position": 12}),
    ("delete_tail", "rolled_back", {"epoch": 1, "size": 30, "held": 20}),
    ("delete_middle", "position_gap", {"position": 11, "to": 13}),
    ("swap_payloads", "leaf_mismatch", {"position": 13}),
    ("rewrite_and_resign", "key_untrusted", {"epoch": 1, "size": 10}),
    ("older_copy", "rolled_back", {"epoch": 1, "size": 30, "held": 20}),
    ("clear_table", "entry_missing", {"position": 0}),
]
# Further ways, each of which gets past one of the checks above.
FURTHER = [
    ("edit_payload_and_hash", "root_mismatch", {"size": 20}),
    ("delete_tail_only", "entry_missing", {"position": 25}),
    ("swap_places", "seal_order", {"position": 13}),
    ("rewrite_and_resign", "anchor_differs", {"line": 2, "size": 20}),
    ("rewrite_with_stolen_key", "anchor_differs", {"line": 2, "size": 20}),
    ("clear_everything", "rolled_back", {"size": 30, "held": 0}),
    ("forge_checkpoint", "signature_bad", {"size": 20}),
    ("drop_checkpoint", "checkpoint_missing", {"size": 30}),
    ("drop_checkpoint", "anchor_differs", {"size": 30}),
    ("bend_head", "head_differs", {"size": 30}),
    ("grow_head", "position_gap", {"position": 30, "to": 32}),
    ("shrink_head", "beyond_head", {"size": 20, "last": 30, "what": "seals"}),
    ("drop_head", "rolled_back", {"size": 30, "held": 0}),
    ("drop_head", "head_differs", {"epoch": 1}),
    ("drop_epoch", "epoch_missing", {"epoch": 1, "table": "ledger_seal"}),
    ("unqueue", "unsealed_lost", {"uid": "e" * 32}),
    ("orphan_pending", "pending_orphan", {"entry": 2**40}),
    ("queue_again", "pending_sealed", {}),
    ("change_person", "commitment_mismatch", {"field": "name"}),
    ("drop_person", "personal_missing", {"field": "name"}),
    ("change_actor", "leaf_mismatch", {"position": 5}),
    ("change_instant", "leaf_mismatch", {"position": 5}),
    ("retire_key_before", "key_retired", {"size": 10}),
    ("trusted_id_for_another_key", "key_untrusted", {"size": 10}),
    ("change_origin", "origin_mismatch", {"size": 20, "origin": "another-zone"}),
]


@pytest.fixture
def scene(fill: Callable[..., Any], at: datetime, tmp_path: Path) -> Scene:
    """Thirty entries in three checkpoints; the eighth holds a personal value."""
    fill(7, sealed=False)
    append(
        event="test.case.named",
        subject="test.case:named",
        by=RESIDENT,
        at=at,
        facts={},
        personal={"name": "张三"},
    )
    fill(2)
    fill(10)
    older = forgery.copy_tables()
    fill(10)
    return Scene(at, tmp_path, older)


def run_verify(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command as the shell would see it: exit code and report."""
    out = StringIO()
    try:
        call_command("ledger", "verify", "--json", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def found(report: dict[str, Any], code: str, where: dict[str, Any]) -> bool:
    return any(
        item["code"] == code and where.items() <= item["where"].items()
        for item in report["findings"]
    )


def test_an_intact_ledger_is_intact(scene: Scene) -> None:
    code, report = run_verify()
    assert (code, report["verdict"], report["findings"]) == (0, "intact", [])
    assert report["seen"] == {
        "leaves": 30,
        "checkpoints": 3,
        "anchors": 3,
        "commitments": 1,
        "waiting": 0,
    }


@pytest.mark.parametrize(
    ("deed", "code", "where"),
    MATRIX + FURTHER,
    ids=[f"{row[0]}-{row[1]}" for row in MATRIX + FURTHER],
)
def test_found_and_located(
    deed: str, code: str, where: dict[str, Any], scene: Scene, forger: Forger
) -> None:
    with forger():
        getattr(forgery, deed)(scene)
    exit_code, report = run_verify()
    assert exit_code == 2
    assert report["verdict"] == "tampered"
    assert found(report, code, where), report["findings"]


@pytest.mark.parametrize("deed", sorted({row[0] for row in MATRIX}))
def test_the_matrix_is_found_after_sealing_on(deed: str, scene: Scene, forger: Forger) -> None:
    """Later entries on top of a change do not bury it; often the sealer refuses to add them."""
    with forger():
        getattr(forgery, deed)(scene)
    append(event="test.case.noted", subject="test.case:9", by=RESIDENT, at=scene.at, facts={})
    with suppress(RolledBack, KeyUnknown):
        seal(scene.at)
    assert run_verify()[0] == 2


def test_every_entry_is_located_by_id_uid_and_position(scene: Scene, forger: Forger) -> None:
    with forger():
        forgery.edit_payload(scene)
    _code, report = run_verify()
    entry = scene.entry(12)
    where = {"epoch": 1, "position": 12, "entry": entry.pk, "uid": entry.uid}
    assert found(report, "leaf_mismatch", where)
    assert [item["code"] for item in report["findings"]] == ["leaf_mismatch", "root_mismatch"]


def test_a_pinned_key_finds_another_signer_without_anchors(
    scene: Scene, forger: Forger, settings: Any, tmp_path: Path
) -> None:
    pin = signer().public.hex()
    with forger():
        forgery.rewrite_and_resign(scene)
    # The forger has the key file and the anchor file of the host as well.
    settings.LEDGER_KEY_FILE = tmp_path / "forged.pem"
    settings.LEDGER_ANCHOR_FILE = tmp_path / "forged"
    assert run_verify()[0] == 0
    code, report = run_verify("--public-key", pin)
    assert code == 2
    assert found(report, "key_untrusted", {"key_id": key_id_of(signer().public)})


def test_an_anchor_kept_elsewhere_finds_a_rewriting_by_the_log_itself(
    scene: Scene, forger: Forger, settings: Any, tmp_path: Path
) -> None:
    kept = tmp_path / "kept by the auditor"
    kept.write_bytes(Path(settings.LEDGER_ANCHOR_FILE).read_bytes())
    with forger():
        forgery.rewrite_with_stolen_key(scene)
    settings.LEDGER_ANCHOR_FILE = tmp_path / "forged"
    assert run_verify()[0] == 0
    code, report = run_verify("--anchor", str(kept))
    assert code == 2
    assert found(report, "anchor_differs", {"line": 2})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps to the column's type")
@pytest.mark.parametrize(
    ("table", "column", "junk"),
    [
        ("ledger_entry", "at", "腊月三十"),
        ("ledger_entry", "at", "9999-99-99 00:00:00"),
        ("ledger_entry", "at", "2026-03-02 01:00:00.000000+08:00"),
        ("ledger_entry", "payload", b"\xff\xfe"),
        ("ledger_entry", "by", 7.5),
        ("ledger_seal", "leaf_sha256", "text"),
        ("ledger_checkpoint", "at", "never"),
        ("ledger_checkpoint", "signature", "text"),
        ("ledger_head", "sha256", "text"),
        ("ledger_signingkey", "public", "text"),
        ("ledger_personaldatum", "salt", "text"),
    ],
)
def test_junk_in_a_column_is_tampering_and_not_a_crash(
    table: str, column: str, junk: Any, scene: Scene, forger: Forger
) -> None:
    with forger(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE {table} SET "{column}" = %s', [junk])
    code, report = run_verify()
    assert code == 2
    assert report["counts"].keys() & {
        "leaf_mismatch",
        "row_unreadable",
        "signature_bad",
        "key_untrusted",
        "head_differs",
        "commitment_mismatch",
    }


def test_a_missing_guard_is_found(scene: Scene) -> None:
    forgery.drop_guard(scene)
    code, report = run_verify()
    assert code == 2
    assert report["counts"] == {"guard_missing": 1}


def test_a_flood_of_findings_is_counted_and_capped(
    fill: Callable[..., Any], forger: Forger, at: datetime, tmp_path: Path
) -> None:
    fill(150)
    with forger():
        forgery.clear_table(Scene(at, tmp_path, {}))
    _code, report = run_verify()
    assert report["counts"]["entry_missing"] == 150
    assert len(report["findings"]) == 100


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command to its very exit."""
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run(*arguments: str) -> int:
        try:
            Command(stdout=StringIO()).run_from_argv(["manage.py", "ledger", *arguments])
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return run


@pytest.mark.slow
def test_the_process_exits_with_the_code(
    scene: Scene, forger: Forger, shell: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell("verify") == 0
    assert shell("verify", "--anchor", "/nowhere/at/all") == 1
    with forger():
        forgery.delete_middle(scene)
    assert shell("verify") == 2
    assert "台账被改动" in capsys.readouterr().err
