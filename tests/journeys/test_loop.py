"""The main job of the house, on a phone: a broken manhole cover from the report to the closing."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings as installation
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import seal, verify
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.conftest import sign_in
from tests.journeys.walker import Walker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.longest,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, Path]:
    """Return photos as phones take them, before and after; both say where."""
    files = {}
    for seed, name in enumerate(("before", "after")):
        files[name] = tmp_path / f"{name}.jpg"
        data = scene.picture(seed, size=(1600, 1200))
        assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825), "it should say where"
        files[name].write_bytes(data)
    return files


def report(walker: Walker, photo: Path, grid: Grid) -> None:
    """Report what lies broken: photo, kind, words, place, telephone."""
    walker.go("/")
    walker.press("我要上报", to="**/report/")
    page = walker.page
    page.locator("input[type=file]").last.set_input_files(photo)
    page.get_by_text("井盖缺失、移位").click()
    page.locator("[name=description]").fill(scene.WORDS)
    if walker.scripts:
        assert page.locator(".photos__preview img").count() == 1
        tap_the_map(walker)
    else:
        page.locator("[name=unit]").select_option(label=str(grid.cast.community))
    page.locator("[name=place]").fill(scene.CORNER)
    page.locator("[name=phone]").fill("138 0013 8000")
    walker.press("提交", to="**/cases/*/")


def tap_the_map(walker: Walker) -> None:
    """Tap a cell of the map; the two inputs and a sentence say what was chosen."""
    canvas = walker.page.locator(".map__canvas")
    canvas.scroll_into_view_if_needed()
    walker.page.locator(".map__area").first.wait_for(state="attached")
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": box["width"] * 0.3, "y": box["height"] / 2})
    walker.page.get_by_text("已选：").wait_for()
    assert walker.page.locator(".place__pair input").first.input_value().startswith("30.5")


def handle(walker: Walker, title: str, move: str, fill: Callable[[Any], None]) -> None:
    """Open the case from the inbox, choose a move, fill its form, and send it."""
    walker.go("/desk/")
    walker.press(title, to="**/cases/*/")
    walker.press(move, to="**/moves/*/")
    fill(walker.page)
    walker.press(move, to="**/cases/*/")
    assert walker.page.get_by_text(f"已办理：{move}").is_visible()


Fill = Callable[[Any], None]


def stages(grid: Grid, photo: Path) -> list[tuple[str, list[tuple[str, Fill]]]]:
    """Return who presses what, one after another, and how they fill in the forms."""

    def nothing(page: Any) -> None:
        """Take the form as it comes."""

    def dispatch(page: Any) -> None:
        page.locator("[name=unit]").select_option(label=str(grid.street))

    def dispose(page: Any) -> None:
        page.locator("input[type=file]").last.set_input_files(photo)
        page.locator("[name=note]").fill("已更换新井盖，四周平整。")

    return [
        ("1001", [("一般，立即处置", nothing), ("派遣", dispatch)]),
        ("1004", [("处置完成", dispose)]),
        ("1005", [("核实通过", nothing)]),
        ("1001", [("结案", nothing)]),
    ]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_report_to_the_closing(
    walk: Callable[..., Any],
    server: LiveServer,
    staffed: Grid,
    photos: dict[str, Path],
    tmp_path: Path,
    scripts: bool,
) -> None:
    with walk(scripts=scripts) as resident:
        report(resident, photos["before"], staffed)
        case = Case.objects.get()
        assert resident.page.url.endswith(f"/cases/{case.number}/")
        assert resident.page.get_by_text("已收到，请记下编号。").is_visible()
        assert case.unit in (staffed.cast.community, staffed.cast.village)
        seal_all()
        receipt = download(resident, tmp_path)

        for staff_no, moves in stages(staffed, photos["after"]):
            with walk(scripts=scripts) as officer:
                sign_in(officer, staff_no)
                for move, fill in moves:
                    handle(officer, case.title, move, fill)

        track(resident, case.number)
        assert resident.page.get_by_text("已结案").first.is_visible()
        check_photos(resident)

    assert Entry.objects.filter(subject=case.subject).count() == 6
    seal_all()
    assert verify().exit_code == 0
    verify_without_the_server(server, receipt)


def seal_all() -> None:
    """Do what the worker does every second."""
    while seal(clock.read()):
        pass


def download(walker: Walker, folder: Path) -> Path:
    """Download the receipt by its button."""
    with walker.page.expect_download() as expected:
        walker.page.get_by_role("link", name="下载回执").click()
    path = folder / expected.value.suggested_filename
    expected.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8"))["stage"] == "sealed"
    return path


def track(walker: Walker, number: str) -> None:
    """Come back another day, with number and telephone only."""
    walker.context.clear_cookies()
    walker.go(f"/cases/{number}/")
    assert walker.page.get_by_role("heading", name="查进度").is_visible()
    assert walker.page.get_by_label("编号").input_value() == number
    walker.page.get_by_label("手机号后四位").fill("8000")
    walker.press("查询", to="**/cases/*/")


def check_photos(walker: Walker) -> None:
    """The photos as everybody may download them say neither where nor with what."""
    links = [link.get_attribute("href") for link in walker.page.locator(".gallery a").all()]
    assert len(links) == 2
    for link in links:
        for address in (f"{walker.base}{link}", f"{walker.base}{link}?thumb"):
            data = walker.context.request.get(address).body()
            assert Image.open(io.BytesIO(data)).format == "JPEG"
            assert not Image.open(io.BytesIO(data)).getexif()
            assert b"Exif" not in data
            assert scene.MAKER.encode() not in data


def verify_without_the_server(server: LiveServer, receipt: Path) -> None:
    """The receipt holds by itself: the server is gone when it is checked."""
    address = server.url
    server.stop()
    with pytest.raises(URLError):
        urlopen(address, timeout=2)
    script = installation.ROOT / "tools" / "verify_receipt.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(receipt)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()
    assert "sealed_ok" in done.stdout.decode()
