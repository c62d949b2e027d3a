"""A resident with a phone objects to a notice and comments; the keeper answers; all read it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import check_receipt, seal
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.testing.boards import hang, keeper
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import PHONE, Walker
from tests.journeys.working import check, fill, sees, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WINDOWS = pytest.mark.parametrize(
    "window",
    [{"width": PHONE}, {"width": PHONE, "scripts": False}],
    ids=["phone", "phone without scripts"],
)
DOUBT = "现场只有 40 盏旧灯，请打 13812345678 核对"
MASKED = "现场只有 40 盏旧灯，请打 138****5678 核对"
FOUND = "已和您一起清点，共 46 盏。"
QUESTION, REPLY = "什么时候开工？", "下月初开工。"


@pytest.fixture
def notice(staffed: Grid) -> Notice:
    """Return a notice that has just been hung, in a ledger that is sealed."""
    hung = hang(staffed.cast, clock.read())
    seal(clock.read())
    return hung


def find(walker: Walker, grid: Grid, notice: Notice) -> None:
    """Come from the home page over the board to the notice."""
    walker.go("/")
    walker.press("公开栏", to="**/boards/")
    check(walker)
    walker.press(grid.cast.community.name, to="**/boards/*/")
    check(walker)
    walker.press(notice.title, to="**/notices/*/")
    sees(walker, "更换路灯 46 盏")
    sees(walker, "还剩 5 个工作日")
    sees(walker, "台账公开校验值")
    check(walker)


def speak(walker: Walker) -> None:
    """Object, forgetting something first; then comment; and take the receipts home."""
    walker.press("提异议", exact=True, to="**/object/")
    fill(walker.page, text=DOUBT, name="群众甲", phone="13912345678")
    walker.press("提交异议", to="**/object/")
    walker.page.locator("[data-error-summary]").wait_for()
    check(walker)
    fill(walker.page, sure=True)
    walker.press("提交异议", to="**/notices/*/")
    sees(walker, "其中 1 条待答复")
    assert "40 盏" not in walker.page.content()
    walker.press("留言", exact=True, to="**/comment/")
    check(walker)
    fill(walker.page, text=QUESTION)
    walker.press("提交留言", to="**/notices/*/")
    sees(walker, "还没有公开的留言")
    links = walker.page.get_by_role("link", name="下载回执")
    assert links.count() == 2
    address = f"{walker.base}{links.last.get_attribute('href')}"
    receipt = walker.context.request.get(address).body()
    assert check_receipt(receipt, at=clock.read()).ok
    assert json.loads(receipt)["opened"]


def work(walker: Walker) -> None:
    """Work off what waits at the board: the objection first, then the comment."""
    sees(walker, "公开栏有 2 条异议或留言待处理")
    walker.press("公开栏有 2 条", to="**/desk/boards/")
    check(walker)
    walker.press(MASKED[:10], to="**/objections/*/")
    for words in (DOUBT, "群众甲", "13912345678"):
        sees(walker, words)
    check(walker)
    fill(walker.page, upheld="no", answer=FOUND)
    walker.press("答复", exact=True, to="**/desk/boards/*/")
    sees(walker, "异议不成立")
    walker.press(QUESTION, to="**/comments/*/")
    fill(walker.page, decision="show", answer=REPLY)
    walker.press("提交", exact=True, to="**/desk/boards/*/")
    sees(walker, "已答复")
    check(walker)
    walker.go("/desk/boards/")
    sees(walker, "没有待处理的异议和留言")


def read(walker: Walker, notice: Notice) -> None:
    """Read on the public page what was said and answered, and nobody's name."""
    walker.go(f"/notices/{notice.uid}/")
    for words in (MASKED, FOUND, QUESTION, REPLY, "公开留言 1 条，已答复 1 条"):
        sees(walker, words)
    for secret in ("群众甲", "13812345678", "13912345678"):
        assert secret not in walker.page.content()
    check(walker)


@WINDOWS
def test_objects_comments_and_is_answered(
    walk: Callable[..., Any], staffed: Grid, notice: Notice, window: dict[str, Any]
) -> None:
    wu = keeper(staffed.cast)
    with walk(**window) as walker:
        find(walker, staffed, notice)
        speak(walker)
    assert service.blocking(notice).count() == 1
    with walk(**window) as walker:
        sit_down(walker, wu)
        work(walker)
    with walk(**window) as walker:
        read(walker, notice)
    assert not service.blocking(notice)


def test_a_correction_is_seen_by_who_reads_the_old_notice(
    walk: Callable[..., Any], staffed: Grid, notice: Notice
) -> None:
    with walk(width=PHONE) as walker:
        sit_down(walker, keeper(staffed.cast))
        walker.go(f"/desk/boards/{notice.uid}/")
        walker.press("更正", exact=True, to="**/correct/")
        check(walker)
        fill(walker.page, shown_goal="更换路灯 48 盏", reason="数量有误")
        walker.press("更正", exact=True, to="**/desk/boards/*/")
        sees(walker, "已更正，公示期重新计算。")
    with walk(width=PHONE) as walker:
        walker.go(f"/notices/{notice.uid}/")
        sees(walker, "以更正后的为准")
        walker.press("查看更正后的公示", to="**/notices/*/")
        assert notice.uid not in walker.page.url
        walker.page.locator("summary", has_text="更正前后").click()
        sees(walker, "更换路灯 46 盏")
        check(walker)
        poster = walker.context.request.get(f"{walker.page.url}poster.pdf")
        assert poster.headers["content-type"] == "application/pdf"
        assert poster.body().startswith(b"%PDF-")
