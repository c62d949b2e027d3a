"""Pages that exchange a part of themselves, in a real browser under the strict policy."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

PAGE = 50  # rows of the inbox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def window(chromium: Browser, live_server: LiveServer) -> Iterator[Any]:
    """Return a page that notes what the policy forbids and whether it was loaded anew."""
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN")
    page: Any = context.new_page()
    page.wrong = []
    page.on("console", lambda line: _noted(page, line))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    yield page
    context.close()


def _noted(page: Any, line: Any) -> None:
    # An answer of 422 is an error to the console alone.
    if line.type == "error" and "422" not in line.text:
        page.wrong.append(line.text)


def sign_in(page: Page, base: str, who: Capacity) -> None:
    name = settings.SESSION_COOKIE_NAME
    value = desk(who).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": base}])


def mark(page: Page) -> None:
    """Leave a mark that a page loaded anew does not have."""
    page.evaluate("window.mark = true")


def marked(page: Page) -> bool:
    return bool(page.evaluate("window.mark === true"))


def test_the_pager_of_the_inbox(window: Any, live_server: LiveServer, grid: Grid) -> None:
    for minute in range(PAGE + 1):
        scene.report(grid, at=grid.cast.at + timedelta(minutes=minute))
    sign_in(window, live_server.url, grid.cast.wang)
    window.goto("/desk/")
    mark(window)
    assert window.locator("#rows .rows > li").count() == PAGE

    window.get_by_role("link", name="下一页").click()
    window.get_by_role("link", name="回到最前").wait_for()
    assert window.locator("#rows .rows > li").count() == 1
    assert "after=" in window.url
    assert marked(window)
    window.get_by_role("link", name="回到最前").click()
    window.get_by_role("link", name="下一页").wait_for()
    assert window.locator("#rows .rows > li").count() == PAGE
    assert marked(window)
    assert window.wrong == []


def test_a_receipt_is_judged_in_place(window: Any) -> None:
    window.goto("/verify/")
    mark(window)
    window.get_by_role("button", name="验证").click()
    window.get_by_text("请选择回执文件，或粘贴回执内容。").wait_for()
    # The focus moves when the new part has settled, a moment after it is there.
    expect(window.locator("[data-error-summary]")).to_be_focused()
    window.get_by_label("粘贴回执内容").fill("{}")
    window.get_by_role("button", name="验证").click()
    window.locator("#verdict .notice--bad code").wait_for()

    assert marked(window)
    assert window.wrong == []


def test_a_move_comes_back_in_place_and_then_leads_on(
    window: Any, live_server: LiveServer, grid: Grid
) -> None:
    case: Case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
    sign_in(window, live_server.url, grid.cast.qian)
    window.goto(f"/desk/grid/cases/{case.number}/moves/dispose/")
    mark(window)
    photo = {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": scene.picture(1)}
    window.locator("input[type=file][multiple]").set_input_files(photo)
    window.get_by_role("button", name="处置完成").click()
    window.get_by_text("照片已保留，不用重拍").wait_for()
    assert window.locator("[data-error-summary] li").count() == 1
    assert marked(window)

    window.get_by_label("说明").fill("已更换新井盖。")
    window.get_by_role("button", name="处置完成").click()
    window.wait_for_url(f"**/desk/grid/cases/{case.number}/")
    assert window.get_by_text("已办理：处置完成").is_visible()
    assert scene.open_step(case).step == "disposed"
    assert window.wrong == []
