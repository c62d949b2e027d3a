"""Attacks that once worked, each as it was made."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.canonical import leaf_bytes
from jiceng.kernel.ledger.hashing import SHA256, SM3
from jiceng.kernel.ledger.notes import read_instant
from jiceng.kernel.ledger.service import receipt_for, seal
from jiceng.kernel.orgs.models import Officer
from jiceng.systems.grid import queries
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, send_report, words_of_report
from jiceng.ui.middleware import MAX_BODY_BYTES

pytestmark = pytest.mark.django_db
SCRIPT = Path(settings.ROOT) / "tools" / "verify_receipt.py"


def bent_payload(document: dict[str, Any], payload: str) -> bytes:
    """Return a receipt with another payload, whose hashes fit again; nothing is signed."""
    entry = document["entry"] | {"payload": payload}
    leaf = leaf_bytes(**entry | {"at": read_instant(entry["at"])})
    hashes = {"leaf_sha256": SHA256.leaf(leaf).hex(), "leaf_sm3": SM3.leaf(leaf).hex()}
    return json.dumps(document | {"entry": entry} | hashes).encode()


@pytest.mark.parametrize("payload", ["[]", "null", '"x"', "NaN", "[" * 30_000, "1"])
def test_a_receipt_whose_payload_is_no_object(payload: str, client: Client, grid: Grid) -> None:
    case = scene.report(grid)
    seal(clock.read())
    document = receipt_for(queries.first_entry(case).uid)
    answer = client.post("/verify/", {"text": bent_payload(document, payload).decode()})

    assert answer.status_code in (200, 422)
    assert "malformed" in answer.content.decode()


def test_a_receipt_cannot_paint_over_the_verdict_on_a_terminal(grid: Grid, tmp_path: Path) -> None:
    case = scene.report(grid)
    seal(clock.read())
    document = receipt_for(queries.first_entry(case).uid, opened=True)
    document["opened"]["\r\x1b[2K有效"] = {"salt": "00" * 32, "value": "x"}
    file = tmp_path / "forged.json"
    file.write_text(json.dumps(document), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)], capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize("referer", ["http://[", "http://[::1", "//[", "\\\\["])
def test_a_referer_that_is_no_address(referer: str, client: Client, grid: Grid) -> None:
    answer = client.get("/nope/", headers={"referer": referer})

    assert answer.status_code == 404
    assert "not_found" in answer.content.decode()


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1), "9" * 30, "-1", "1e9"])
def test_a_body_that_would_fill_the_disk_is_not_read(
    length: str, client: Client, grid: Grid
) -> None:
    answer = client.post("/verify/", {"text": "x"}, CONTENT_LENGTH=length)

    assert answer.status_code == 413


def test_photos_of_reports_that_fail_are_counted(client: Client, grid: Grid) -> None:
    def send(number: int) -> int:
        six = [scene.upload(number * 6 + each) for each in range(6)]
        words = {"photos": six, "key": ""}
        return int(client.post("/report/", words, REMOTE_ADDR="203.0.113.9").status_code)

    codes = [send(number) for number in range(21)]

    assert codes[:20] == [422] * 20
    assert codes[20] == 429


def test_a_tracked_receipt_does_not_tell_the_phone_number(grid: Grid) -> None:
    filed, tracked = Client(), Client()
    case = send_report(filed)
    tracked.post("/track/", {"number": case.number, "phone_tail": scene.PHONE[-4:]})
    address = f"/cases/{case.number}/receipt.json"

    assert "opened" in filed.get(address).json()
    assert "opened" not in tracked.get(address).json()


def test_a_copied_cookie_does_not_open_the_next_persons_report(grid: Grid) -> None:
    window = Client()
    send_report(window)
    copied = window.cookies[settings.SESSION_COOKIE_NAME].value
    case = send_report(window, description="另一位群众的上报")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = copied

    assert thief.get(f"/cases/{case.number}/receipt.json").status_code == 404


def test_the_own_password_is_not_found_out_by_trying(grid: Grid) -> None:
    client = desk(grid.cast.wang)
    words = {"old": "猜一猜-0001", "new": "新月-如钩-0815", "again": "新月-如钩-0815"}
    codes = [client.post("/desk/password/", words).status_code for _try in range(6)]

    assert codes == [422] * 5 + [429]


def test_a_password_is_not_changed_to_itself(grid: Grid) -> None:
    officer = grid.cast.wang.officer
    officer.set_password("新月-如钩-0815")
    officer.save(update_fields=["password"])
    client = desk(grid.cast.wang)
    same = {"old": "新月-如钩-0815", "new": "新月-如钩-0815", "again": "新月-如钩-0815"}
    Officer.objects.filter(pk=officer.pk).update(must_change_password=True)
    answer = client.post("/desk/password/", same)

    assert answer.status_code == 422
    assert Officer.objects.get(pk=officer.pk).must_change_password


def test_the_inbox_tells_nothing_about_steps_of_others(grid: Grid) -> None:
    foreign = scene.open_step(scene.report(grid, point=scene.IN_OTHER_COMMUNITY))
    mine = scene.report(grid)
    client = desk(grid.cast.wang)

    assert mine.number in client.get("/desk/").content.decode().replace("\u00a0", "")
    beyond = client.get("/desk/", {"after": foreign.pk}).content.decode().replace("\u00a0", "")
    assert mine.number not in beyond


def test_a_key_of_another_session_is_not_known(grid: Grid) -> None:
    one, other = Client(), Client()
    key = "k" * 32
    first = one.post("/report/", words_of_report(key=key))
    second = other.post("/report/", words_of_report(key=key))

    assert first["Location"] != second["Location"]
