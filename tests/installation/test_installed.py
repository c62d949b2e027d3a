"""What a newcomer gets from ``make run``: the loop works, and its receipt outlives the server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from jiceng.demo.organisation import PASSWORD
from jiceng.systems.grid.tests.scene import picture
from tests.installation.conftest import ROOT, Site
from tests.journeys.walker import Walker, walking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.longest,
    pytest.mark.timeout(240),
]

COMMUNITY, TEAM = "340871001002", "340871001H01"  # 菱北社区, 市政设施养护队
WORDS = "井盖裂成两半，晚上有人差点踩空。"


def photo(seed: int) -> dict[str, object]:
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": picture(seed)}


def report(resident: Walker) -> str:
    """Report a broken manhole cover; return the number that the resident is shown."""
    page = resident.go("/report/")
    page.locator("input[type=file][name=photos]").last.set_input_files(photo(1))
    page.get_by_label("井盖缺失、移位").check()
    page.fill("[name=description]", WORDS)
    page.select_option("[name=unit]", COMMUNITY)
    page.fill("[name=phone]", "１３８ 0013-8000")
    resident.press("提交")
    assert "/cases/" in page.url
    return page.url.rstrip("/").rpartition("/")[2]


def sign_in(officer: Walker, staff_no: str, number: str) -> None:
    page = officer.go("/desk/")
    page.fill("[name=username]", staff_no)
    page.fill("[name=password]", PASSWORD)
    officer.press("登录")
    officer.go(f"/desk/grid/cases/{number}/")


def handle(chromium: Browser, url: str, number: str) -> None:
    """Judge, dispatch, dispose, verify and close, each as the demo account whose post it is."""
    with walking(chromium, url) as duty:
        sign_in(duty, "1001", number)
        duty.press("一般，立即处置", exact=True)
        duty.press("一般，立即处置", exact=True)
        duty.press("派遣", exact=True)
        duty.page.select_option("[name=unit]", TEAM)
        duty.press("派遣", exact=True)
    with walking(chromium, url) as handler:
        sign_in(handler, "1002", number)
        handler.press("处置完成", exact=True)
        handler.page.fill("[name=note]", "已更换新井盖，四周平整。")
        handler.page.locator("input[type=file][name=photo]").last.set_input_files(photo(2))
        handler.press("处置完成", exact=True)
    with walking(chromium, url) as verifier:
        sign_in(verifier, "1003", number)
        verifier.press("核实通过", exact=True)
        verifier.press("核实通过", exact=True)
    with walking(chromium, url) as duty:
        sign_in(duty, "1001", number)
        duty.press("结案", exact=True)
        duty.press("结案", exact=True)


def verify(file: Path, document: dict[str, object]) -> "subprocess.CompletedProcess[str]":
    """Run the stand-alone script, alone, with the published key and origin."""
    script = [sys.executable, "-I", str(ROOT / "tools" / "verify_receipt.py"), str(file)]
    pin = ["--key", str(document["public_key"]), "--origin", str(document["origin"])]
    return subprocess.run([*script, *pin], capture_output=True, text=True, check=False)


def test_the_loop_and_the_receipt(site: Site, chromium: Browser, tmp_path: Path) -> None:
    assert site.answers
    with walking(chromium, site.url) as resident:
        number = report(resident)
        handle(chromium, site.url, number)
        page = resident.go(f"/cases/{number}/")
        assert "已结案" in page.locator("main").inner_text()
        with page.expect_download() as started:
            page.locator("main").get_by_role("link", name="下载回执").first.click()
        file = tmp_path / "receipt.json"
        started.value.save_as(file)
    site.stop()
    assert not site.answers

    document = json.loads(file.read_text("utf-8"))
    assert document["stage"] == "sealed"
    done = verify(file, document)
    assert (done.returncode, "sealed_ok" in done.stdout) == (0, True), done.stdout + done.stderr
    assert WORDS in done.stdout

    document["opened"]["description"]["value"] = "井盖完好无损。"
    file.write_text(json.dumps(document), "utf-8")
    bent = verify(file, document)
    assert (bent.returncode, "opening_mismatch" in bent.stdout) == (2, True)
