"""The pages of the public face that belong to no single system."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiceng.faces.public.forms import MAX_RECEIPT
from jiceng.faces.public.pages import CHECKS_AN_HOUR
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Checkpoint, Entry
from jiceng.kernel.ledger.service import published_keys, receipt_for, seal
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db


def seal_all() -> None:
    while seal(clock.read()):
        pass


@pytest.fixture
def receipt(grid: Grid) -> bytes:
    """Return the sealed receipt of a report."""
    case = scene.report(grid)
    seal_all()
    return json.dumps(receipt_for(Entry.objects.get(subject=case.subject).uid)).encode()


class TestHome:
    def test_leads_to_what_a_resident_can_do(self, client: Client) -> None:
        page = client.get("/").content.decode()

        for address in ("/report/", "/track/", "/verify/"):
            assert f'href="{address}"' in page

    def test_publishes_the_newest_checkpoint(self, client: Client, receipt: bytes) -> None:
        newest = Checkpoint.objects.order_by("-size").first()
        page = client.get("/").content.decode()

        assert newest is not None
        assert bytes(newest.sha256).hex()[:8] in page.replace(" ", "")
        assert f"共 {newest.size} 条" in page

    def test_says_nothing_of_a_checkpoint_before_there_is_one(self, client: Client) -> None:
        assert "台账公开校验值" not in client.get("/").content.decode()


class TestVerifying:
    def as_text(self, client: Client, document: bytes) -> Any:
        return client.post("/verify/", {"text": document.decode()})

    def as_file(self, client: Client, document: bytes, name: str = "receipt.json") -> Any:
        return client.post("/verify/", {"file": SimpleUploadedFile(name, document)})

    def test_a_true_receipt_as_file_and_as_text(self, client: Client, receipt: bytes) -> None:
        for answer in (self.as_text(client, receipt), self.as_file(client, receipt)):
            assert answer.context["verdict"].code == "sealed_ok"
            assert "回执有效" in answer.content.decode()

    def test_a_bent_one_says_why(self, client: Client, receipt: bytes) -> None:
        answer = self.as_text(client, receipt.replace(b"grid.case.reported", b"grid.case.closed"))

        assert answer.context["verdict"].code == "leaf_mismatch"
        page = answer.content.decode()
        assert "leaf_mismatch" in page
        assert "已被改动" in page

    def test_the_ledger_of_another_zone(
        self, client: Client, receipt: bytes, settings: Any
    ) -> None:
        settings.LEDGER_ORIGIN = "another-zone"

        assert self.as_text(client, receipt).context["verdict"].code == "origin_mismatch"

    def test_nothing_at_all(self, client: Client) -> None:
        for words in ({}, {"text": "   "}, {"file": SimpleUploadedFile("a.json", b" \n")}):
            answer = client.post("/verify/", words)
            assert answer.context["verdict"] is None
            assert "请选择回执文件" in answer.content.decode()

    def test_an_empty_file_is_refused_by_name(self, client: Client) -> None:
        answer = self.as_file(client, b"")

        assert answer.context["form"].errors["file"]

    def test_more_than_a_receipt_can_be(self, client: Client) -> None:
        answer = self.as_file(client, b"{" + b" " * MAX_RECEIPT)

        assert answer.context["form"].has_error("__all__", "too_large")

    def test_asking_writes_nothing_but_the_count_of_tries(
        self, client: Client, receipt: bytes
    ) -> None:
        before = Entry.objects.count()
        self.as_text(client, receipt)

        assert Entry.objects.count() == before

    def test_a_hundred_and_twenty_an_hour(self, client: Client) -> None:
        answers = [self.as_text(client, b"{}").status_code for _try in range(CHECKS_AN_HOUR + 1)]

        assert set(answers[:-1]) == {200}
        assert answers[-1] == 429

    def test_shows_the_keys_and_the_command_that_trusts_them_alone(
        self, client: Client, receipt: bytes
    ) -> None:
        [key] = published_keys()
        page = client.get("/verify/").content.decode()

        assert key.key_id in page
        assert f"--key {key.public} --origin {installation.LEDGER_ORIGIN}</code>" in page

    def test_htmx_hears_what_is_wrong_with_the_form(self, client: Client) -> None:
        answer = client.post("/verify/", {}, headers={"hx-request": "true"})

        assert answer.status_code == 422
        assert "请选择回执文件" in answer.content.decode()
        assert "HX-Request" in answer["Vary"]

    def test_htmx_gets_the_verdict_alone(self, client: Client, receipt: bytes) -> None:
        answer = client.post("/verify/", {"text": receipt.decode()}, headers={"hx-request": "true"})

        assert "<html" not in answer.content.decode()
        assert "回执有效" in answer.content.decode()


def test_the_program_that_is_handed_out_verifies_without_us(
    client: Client, receipt: bytes, tmp_path: Path
) -> None:
    answer = client.get("/verify/verify_receipt.py")
    program, document = tmp_path / "verify_receipt.py", tmp_path / "receipt.json"
    program.write_bytes(b"".join(answer))
    document.write_bytes(receipt)

    assert answer["Content-Disposition"] == 'attachment; filename="verify_receipt.py"'
    kept = installation.ROOT / "tools" / "verify_receipt.py"
    assert program.read_bytes() == kept.read_bytes()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(document), *trusting()],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()


def trusting() -> list[str]:
    """Return the options of the command that the page shows."""
    page = Client().get("/verify/").content.decode()
    shown = re.search(r"python3 verify_receipt.py \S+ (--key [^<]+)</code>", page)
    assert shown is not None
    return shown[1].split()
