"""A duty officer of the street: judges, sends, merges, splits, takes calls, searches, prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import SavedFilter
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import Walker
from tests.journeys.working import WINDOWS, check, fill, make, sees, sit_down, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def take_a_call(walker: Walker, grid: Grid) -> None:
    """Type down what a caller tells, and read the number out."""
    walker.go("/desk/grid/phone/")
    words = {"phone": scene.PHONE, "category": "E201", "description": "后门堆了三天垃圾。"}
    fill(walker.page, **words, unit=grid.cast.community.code)
    walker.press("提交", exact=True, to="**/phone/*/")
    sees(walker, "您反映的问题已经登记")
    sees(walker, f"手机号后四位 {scene.PHONE[-4:]}")


@WINDOWS
def test_judges_sends_merges_and_splits(
    walk: Callable[..., Any], staffed: Grid, window: dict[str, Any]
) -> None:
    plain, major, double = told(staffed), told(staffed), told(staffed)
    wide, waiting = told(staffed, "judge"), told(staffed, *scene.PATH[:2], "ask_extension")
    with walk(**window) as walker:
        sit_down(walker, staffed.cast.wang)
        make(walker, plain, "judge", note="请尽快。")
        make(walker, plain, "dispatch", unit=staffed.street.code)
        make(walker, major, "find_major", **scene.WORDS_OF["find_major"])
        make(walker, double, "merge", case=plain.number)
        walker.page.get_by_role("link", name=plain.title).first.wait_for()
        parts = zip((1, 2), scene.PARTS, strict=True)
        words = {f"part_{place}_words": what for place, what in parts}
        units = {f"part_{place}_unit": staffed.street.code for place in (1, 2)}
        make(walker, wide, "split", **words, **units)
        sees(walker, "关联办件")
        check(walker)
        make(walker, waiting, "extend")
    at = [scene.open_step(case).step for case in (plain, major, wide, waiting)]
    assert at == ["dispatched", "study", "split", "dispatched"]
    double.refresh_from_db()
    assert double.outcome == "merged"


def search(walker: Walker, words: str, found: int) -> None:
    """Search the list of all cases."""
    walker.go("/desk/grid/cases/")
    fill(walker.page, q=words)
    walker.press("搜索", to="**/cases/?*")
    sees(walker, f"共 {found} 件")


def keep_a_filter(walker: Walker) -> None:
    """Choose by category, keep the choice under a name, and come back by it."""
    walker.go("/desk/grid/cases/")
    walker.page.locator("summary", has_text="更多条件").click()
    fill(walker.page, category="E201")
    walker.press("按条件查", to="**/cases/?*")
    fill(walker.page, name="只看垃圾")
    walker.press("保存", exact=True, to="**/cases/?*")
    sees(walker, "已保存为常用筛选。")
    walker.go("/desk/grid/cases/")
    walker.press("只看垃圾", exact=True, to="**/cases/?*")
    sees(walker, "共 1 件")
    check(walker)


def download(walker: Walker, link: str, folder: Path) -> bytes:
    """Take the list along as a table."""
    with walker.page.expect_download() as expected:
        walker.page.get_by_role("link", name=link).click()
    path = folder / expected.value.suggested_filename
    expected.value.save_as(path)
    return path.read_bytes()


@WINDOWS
def test_takes_a_call_finds_it_again_and_takes_it_along(
    walk: Callable[..., Any], staffed: Grid, tmp_path: Path, window: dict[str, Any]
) -> None:
    cover = told(staffed)
    with walk(**window) as walker:
        sit_down(walker, staffed.cast.wang)
        take_a_call(walker, staffed)
        rubbish = Case.objects.exclude(pk=cover.pk).get()
        search(walker, "bllj", 1)  # 暴露垃圾
        search(walker, "垃圾", 1)
        keep_a_filter(walker)
        table = download(walker, "导出 CSV", tmp_path).decode("utf-8-sig")
        assert rubbish.number in table
        assert cover.number not in table
        assert download(walker, "导出 XLSX", tmp_path).startswith(b"PK")
        walker.go(f"/desk/grid/cases/{cover.number}/")
        walker.press("打印办理单", to="**/print/")
        walker.page.emulate_media(media="print")
        walker.look()
    assert SavedFilter.objects.get().name == "只看垃圾"
