"""``manage.py figures``: list, show, rebuild, recount."""

from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.figures.definitions import ratio
from jiceng.kernel.figures.models import Cell, Rollup
from jiceng.kernel.figures.tests.conftest import SAID
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import Cast

Write = Callable[..., list[Case]]


@pytest.fixture
def town(cast: Cast, write: Write, own_figures: SimpleNamespace, watched_cases: None) -> Cast:
    write(cast.community, cast.at, 2, days=3)
    write(cast.village, cast.at)
    return cast


def run(*words: str) -> str:
    out = StringIO()
    call_command("figures", *words, stdout=out)
    return out.getvalue()


def test_the_list_says_how_each_is_counted(town: Cast) -> None:
    lines = run("list").splitlines()
    assert lines[0] == "test.opened  受理数  件  汇总"
    assert lines[2] == "test.standing  在办数  件  实时"
    assert lines[3].endswith("比率：test.closed / test.opened")
    assert lines[4] == "共 4 个指标。"


def test_a_number_is_shown_with_its_definition_and_rows(town: Cast) -> None:
    shown = run("show", "test.rate", "--unit", town.street.code, "--period", "2026-03")
    assert "办结率：66.7%" in shown
    assert "分子 2，分母 3" in shown
    assert "东湖街道，2026年3月" in shown
    assert "测试口径" in shown
    assert "0000000000000 测试" in run("show", "test.opened", "--rows", "2")
    assert "受理数：0件" in run("show", "test.opened", "--as-of", "2026-03-01")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["test.nothing"], "figure_unknown"),
        (["test.opened", "--unit", "x"], "figure_unit_unknown"),
        (["test.opened", "--period", "2026-13"], "period_unusable"),
        (["test.opened", "--as-of", "9000-01-01"], "as_of_unusable"),
    ],
)
def test_what_cannot_be_shown_is_refused(town: Cast, words: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        run("show", *words)


def test_rebuilding_and_recounting(town: Cast) -> None:
    assert "test.opened 未汇总" in run("recount")
    assert "test.opened 已汇总 8 格" in run("rebuild")
    assert Rollup.objects.count() == 2
    assert "test.opened 重数 8 格，0 处有出入" in run("recount")
    Cell.objects.filter(rollup__figure="test.opened", grain="day").update(number=9)
    assert "0 处有出入" in run("recount", "test.closed")
    with pytest.raises(SystemExit) as ended:
        run("recount")
    assert ended.value.code == 1
    with pytest.raises(CommandError):
        run("rebuild", "test.standing")


def test_recounting_finds_a_part_that_is_not_among_the_whole(town: Cast) -> None:
    ratio("test.strange", label="错", part="test.opened", whole="test.closed", **SAID)
    with pytest.raises(SystemExit):
        run("recount")
