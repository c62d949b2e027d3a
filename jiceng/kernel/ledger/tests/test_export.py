"""Exports: the whole ledger in a file that verifies where our server is not."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from jiceng.kernel.ledger.entries import OPERATOR, RESIDENT, append
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.sealing import seal
from jiceng.kernel.ledger.signing import fresh_signer, signer
from jiceng.kernel.ledger.tests import forgery
from jiceng.kernel.ledger.tests.standalone import run_script
from jiceng.kernel.ledger.upkeep import open_epoch, rotate_key

Lines = list[dict[str, Any]]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def history(fill: Callable[..., list[Entry]], at: datetime) -> bytes:
    """Two epochs, two keys, a personal value, an entry that waits; return the first key."""
    fill(3)
    append(
        event="test.case.named",
        subject="test.case:named",
        by=RESIDENT,
        at=at,
        facts={"引号": '"\\'},
        personal={"name": "张三"},
    )
    fill(2)
    pin = signer().public
    rotate_key(by=OPERATOR, at=at + timedelta(days=1))
    fill(1, at=at + timedelta(days=2))
    open_epoch(reason="演练", by=OPERATOR, at=at + timedelta(days=2))
    seal(at + timedelta(days=2))
    fill(3, at=at + timedelta(days=3))
    fill(1, sealed=False)
    return pin


@pytest.fixture
def exported(history: bytes, tmp_path: Path) -> Path:
    out = StringIO()
    call_command("ledger", "export", "-o", str(tmp_path), stdout=out)
    path = Path(out.getvalue().strip())
    assert path == tmp_path / "ledger.jsonl"
    return path


def read(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path: Path, lines: Lines) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_it_verifies_alone(exported: Path, history: bytes) -> None:
    anchor = str(settings.LEDGER_ANCHOR_FILE)
    assert run_script(exported)[0] == 0
    # From the first key, and from the last one, over the succession that both signed.
    for pin in (history, signer().public):
        status, words = run_script(
            exported, "--key", pin.hex(), "--origin", settings.LEDGER_ORIGIN, "--anchor", anchor
        )
        assert (status, "export_ok" in words) == (0, True), words


def test_it_holds_everything_and_nobody_s_name(exported: Path) -> None:
    lines = read(exported)
    assert "张三" not in exported.read_text()
    assert [line["kind"] for line in lines[:5]] == ["log", "key", "key", "epoch", "epoch"]
    kinds = [line["kind"] for line in lines]
    assert kinds.count("leaf") == Entry.objects.count() - 1 == lines[-1]["leaves"]
    assert kinds.count("pending") == 1
    assert oct(exported.stat().st_mode & 0o777) == "0o600"
    assert sorted(os.listdir(exported.parent)) == ["ledger.jsonl"]


class Sealer:
    """Stands in a queryset's way: runs just before rows of one table are read."""

    def __init__(self, table: str, work: Callable[[], object]) -> None:
        self.table, self.work, self.done = table, work, False

    def __call__(self, execute: Any, sql: str, *arguments: Any) -> Any:
        if not self.done and sql.startswith("SELECT") and f'FROM "{self.table}"' in sql:
            self.done = True
            self.work()
        return execute(sql, *arguments)


@pytest.mark.parametrize(
    "table",
    ["ledger_pending", "ledger_epoch", "ledger_head", "ledger_signingkey", "ledger_seal"],
)
def test_what_is_sealed_meanwhile_stands_in_it_once(
    table: str, fill: Callable[..., list[Entry]], at: datetime, tmp_path: Path
) -> None:
    """The sealer runs right before each of the reads that the export is made of."""
    fill(3)
    entries = fill(4, sealed=False)
    sealer = Sealer(table, lambda: seal(at + timedelta(minutes=1)))
    with connection.execute_wrapper(sealer):
        call_command("ledger", "export", "-o", str(tmp_path), stdout=StringIO())

    assert sealer.done
    lines = read(tmp_path / "ledger.jsonl")
    uids = [line["entry"]["uid"] for line in lines if line["kind"] in ("leaf", "pending")]
    assert {entry.uid for entry in entries} <= set(uids)
    assert len(uids) == len(set(uids)) == 7
    assert run_script(tmp_path / "ledger.jsonl")[0] == 0


@pytest.mark.parametrize("table", ["ledger_pending", "ledger_epoch", "ledger_head", "ledger_seal"])
@pytest.mark.parametrize("what", ["epoch", "key"])
def test_an_epoch_or_a_key_that_is_new_meanwhile(
    table: str, what: str, fill: Callable[..., list[Entry]], at: datetime, tmp_path: Path
) -> None:
    fill(3)
    later = at + timedelta(minutes=1)

    def change() -> None:
        if what == "epoch":
            open_epoch(reason="演练", by=OPERATOR, at=later)
        else:
            rotate_key(by=OPERATOR, at=later)
        seal(later)
        fill(2, at=later)

    with connection.execute_wrapper(Sealer(table, change)):
        call_command("ledger", "export", "-o", str(tmp_path), stdout=StringIO())
    status, words = run_script(tmp_path / "ledger.jsonl")
    assert status == 0, words


def leaf(lines: Lines, number: int) -> dict[str, Any]:
    return [line for line in lines if line["kind"] == "leaf"][number]


def points(lines: Lines) -> Lines:
    return [line for line in lines if line["kind"] == "checkpoint"]


def edit(lines: Lines) -> None:
    leaf(lines, 4)["entry"]["payload"] = "{}"


def drop_leaf(lines: Lines) -> None:
    lines.remove(leaf(lines, 4))


def drop_entry(lines: Lines) -> None:
    leaf(lines, 4)["entry"] = None


def swap(lines: Lines) -> None:
    one, other = leaf(lines, 4), leaf(lines, 5)
    one["entry"], other["entry"] = other["entry"], one["entry"]


def drop_last_checkpoint(lines: Lines) -> None:
    lines.remove(points(lines)[-1])


def drop_end(lines: Lines) -> None:
    lines.pop()


def count_less(lines: Lines) -> None:
    lines[-1]["leaves"] -= 1


def bend_signature(lines: Lines) -> None:
    points(lines)[1]["signature"] = "0" * 128


def change_root(lines: Lines) -> None:
    points(lines)[0]["text"] = points(lines)[1]["text"].replace("\n6\n", "\n3\n")


def stranger(lines: Lines) -> None:
    key, point = fresh_signer(), points(lines)[1]
    point["key_id"], point["signature"] = key.key_id, key.sign(point["text"]).hex()


def stranger_in_the_list(lines: Lines) -> None:
    key = fresh_signer()
    stranger_line = {**lines[1], "key_id": key.key_id, "public_key": key.public.hex()}
    lines.insert(1, stranger_line)
    point = points(lines)[1]
    point["key_id"], point["signature"] = key.key_id, key.sign(point["text"]).hex()


def retire(lines: Lines) -> None:
    for line in lines[1:3]:
        line["ends_at"] = "2000-01-01T00:00:00.000000Z"


def no_succession(lines: Lines) -> None:
    for line in lines[1:3]:
        line["endorsed"] = line["accepted"] = ""


def other_origin(lines: Lines) -> None:
    lines[0]["origin"] = "another-zone"


def other_format(lines: Lines) -> None:
    lines[0] = {**lines[0], "format": "jiceng-export/1", "kind": "leaf"}


def forget_prior(lines: Lines) -> None:
    epoch = next(line for line in lines if line.get("number") == 2)
    epoch["prior"]["size"] = 0


def first_epoch_only(lines: Lines) -> None:
    """A whole epoch is left out, and the count is set right."""
    kept = [line for line in lines if line.get("epoch") != 1 or line["kind"] != "leaf"]
    gone = [line for line in points(lines) if f"{settings.LEDGER_ORIGIN}/1\n" in line["text"]]
    lines[:] = [line for line in kept if line not in gone]
    lines[-1]["leaves"] = sum(line["kind"] == "leaf" for line in lines)


def second_epoch_cut(lines: Lines) -> None:
    """The tail is left out down to a checkpoint: only what is kept elsewhere shows it."""
    last = points(lines)[-2]
    del lines[lines.index(last) + 1 : -1]
    lines[-1]["leaves"] = sum(line["kind"] == "leaf" for line in lines)


def junk_epoch(lines: Lines) -> None:
    leaf(lines, 4)["epoch"] = "1"


def unknown_kind(lines: Lines) -> None:
    lines.insert(3, {"kind": "note", "text": "已批准"})


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (edit, "root_mismatch"),
        (drop_leaf, "position_gap"),
        (drop_entry, "entry_missing"),
        (swap, "root_mismatch"),
        (drop_last_checkpoint, "export_torn"),
        (drop_end, "export_torn"),
        (count_less, "export_torn"),
        (bend_signature, "signature_bad"),
        (change_root, "root_mismatch"),
        (stranger, "key_untrusted"),
        (stranger_in_the_list, "key_untrusted"),
        (retire, "key_retired"),
        (no_succession, "key_untrusted"),
        (other_origin, "origin_mismatch"),
        (other_format, "malformed"),
        (forget_prior, "epoch_link"),
        (first_epoch_only, "epoch_link"),
        (second_epoch_cut, "rolled_back"),
        (junk_epoch, "malformed"),
        (unknown_kind, "malformed"),
    ],
)
def test_altered(deed: Callable[[Lines], None], code: str, exported: Path, history: bytes) -> None:
    lines = read(exported)
    deed(lines)
    write(exported, lines)
    status, words = run_script(
        exported,
        *("--key", history.hex()),
        *("--origin", settings.LEDGER_ORIGIN),
        *("--anchor", settings.LEDGER_ANCHOR_FILE),
    )
    assert (status, code in words) == (2, True), words


def test_a_rewritten_ledger_differs_from_the_anchor(
    fill: Callable[..., Any], at: datetime, tmp_path: Path, forger: Callable[..., Any]
) -> None:
    for _turn in range(3):
        fill(10)
    with forger():
        forgery.rewrite_with_stolen_key(forgery.Scene(at, tmp_path, {}))
    path = tmp_path / "export.jsonl"
    call_command("ledger", "export", "-o", str(path), stdout=StringIO())
    assert run_script(path, "--key", signer().public.hex())[0] == 0
    status, words = run_script(path, "--anchor", settings.LEDGER_ANCHOR_FILE)
    assert (status, "anchor_differs" in words) == (2, True)


def test_a_ledger_with_a_hole_is_exported_as_it_is(
    exported: Path, tmp_path: Path, forger: Callable[..., Any]
) -> None:
    with forger():
        Entry.objects.filter(event="test.case.named").delete()
    call_command("ledger", "export", "-o", str(exported), stdout=StringIO())
    status, words = run_script(exported)
    assert (status, "entry_missing" in words) == (2, True)


def test_the_neighbour_is_asked_for(exported: Path, tmp_path: Path) -> None:
    status, words = run_script(exported, "--anchor", tmp_path / "none")
    assert (status, "无法核验" in words) == (1, True)


def test_show_and_seal(history: bytes, at: datetime) -> None:
    out = StringIO()
    call_command("ledger", "show", "test.case:named", stdout=out)
    assert "test.case.named 群众" in out.getvalue()
    with pytest.raises(CommandError, match="entry_unknown"):
        call_command("ledger", "show", "test.case:nobody")
    call_command("ledger", "seal", stdout=out)
    assert f"{settings.LEDGER_ORIGIN}/2/" in out.getvalue()
    call_command("ledger", "seal", stdout=out)
    assert "没有待封存的记录" in out.getvalue()
