"""The party office brings its ledger in: what is wrong is said line by line, then all is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.tests.scene import Party
from jiceng.systems.secretary_projects.tests.tables import ITEM, PROJECT, STEP, table
from tests.journeys.conftest import enter
from tests.journeys.walker import DESKTOP, PHONE, Walker
from tests.journeys.working import check, sees

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WINDOWS = pytest.mark.parametrize(
    "window",
    [{"width": PHONE, "scripts": False}, {"width": DESKTOP}],
    ids=["phone without scripts", "desk"],
)


def send(walker: Walker, file: Path, verb: str, *rows: Any) -> None:
    """Choose a file and press."""
    file.write_bytes(table(*rows))
    walker.page.locator("[name=file]").set_input_files(file)
    walker.press(verb, exact=True)


@WINDOWS
def test_a_ledger_comes_in(
    party: Party, walk: Callable[..., Any], window: dict[str, Any], tmp_path: Path
) -> None:
    client, file = Client(), tmp_path / "台账.csv"
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(party.office.officer, backend=backend)
    with walk(**window) as walker:
        enter(walker, client)
        walker.go("/desk/projects/")
        walker.press("导入导出", to="**/tables/projects/")
        check(walker)
        wrong = PROJECT | {"主题": "其他", "研究日期": "2025-02-30"}
        send(walker, file, "只检查，不保存", wrong, STEP | {"权重": "0"}, ITEM)
        sees(walker, "没有保存任何内容")
        sees(walker, "bad_step_weight")
        check(walker)
        assert not Project.objects.exists()
        send(walker, file, "只检查，不保存", PROJECT, STEP, ITEM)
        sees(walker, "导入后将新增 2 项")
        check(walker)
        send(walker, file, "导入", PROJECT, STEP, ITEM)
        sees(walker, "已导入：新增 2 项，未变 0 项。")
        check(walker)
        walker.go("/desk/projects/")
        sees(walker, "盘活闲置厂房")
