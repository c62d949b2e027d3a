"""The standard as a table: out and in again, all or none, every fault with its line."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from jiceng.kernel.base import clock
from jiceng.kernel.exports.service import read_table
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.workdays.service import urgent_hours, workdays
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.management.standards.columns import HEADINGS
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db
Row = dict[str, str]
ROW = {
    "编码": "C109",
    "类别": "部件",
    "大类": "公用设施",
    "名称": "电力设施破损",
    "立案条件": "箱门敞开，或外壳破损",
    "结案标准": "箱门锁闭，外壳完好",
    "时限": "4工作时",
    "责任单位代码": "",
    "监管单位代码": "",
    "需核实": "是",
    "允许匿名": "否",
    "敏感": "否",
    "查重半径（米）": "50",
}


def table(*rows: Row, encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that imports rows and returns what was said."""

    def run(*rows: Row, options: tuple[str, ...] = (), **given: Any) -> str:
        file = tmp_path / "in.csv"
        file.write_bytes(table(*rows, **given))
        call_command("standards", "import", str(file), *options)
        return capsys.readouterr().out

    return run


def sent_out(file: Path) -> list[Row]:
    call_command("standards", "export", str(file))
    return [line.cells for line in read_table(file.read_bytes(), HEADINGS)]


def everything() -> list[dict[str, Any]]:
    return list(Category.objects.order_by("pk").values())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk", "gb18030"])
def test_a_row_becomes_a_category(grid: Grid, load: Callable[..., str], encoding: str) -> None:
    said = load(ROW | {"责任单位代码": grid.street.code}, encoding=encoding)
    row = Category.objects.valid(clock.read()).get(code="C109")
    assert "新增 1 项，改版 0 项，未变 0 项，停用 0 项" in said
    assert (row.kind, row.group, row.condition) == ("component", "公用设施", ROW["立案条件"])
    assert (str(row.limit.kind), row.limit.amount) == ("work_hours", 4)
    assert (row.responsible_unit, row.supervising_unit) == (grid.street, None)
    assert (row.needs_verification, row.anonymous_allowed, row.sensitive) == (True, False, False)
    assert row.duplicate_radius == 50


def odd(grid: Grid) -> None:
    """Set categories whose words a spreadsheet would take for something else."""
    words = ["=1+1", "+1", "-2+3", "@SUM(A1)", "＝1", "'=1", "0012", "3-1", "340802199001011234"]
    for number, word in enumerate(words):
        actions.set_category(
            by=SYSTEM,
            at=grid.cast.at,
            code=f"00{number}",
            name=word,
            group=word,
            kind=terms.Kind.EVENT,
            limit=workdays(3, "next_day"),
            condition=f"{word}\n第二行",
            closing_condition=f"“{word}”，完",
            responsible_unit=grid.street,
            supervising_unit=grid.cast.community,
            needs_verification=False,
            anonymous_allowed=True,
            sensitive=True,
            duplicate_radius=number,
        )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_was_exported_changes_nothing_when_imported(
    grid: Grid, tmp_path: Path, capsys: Any, form: str, language: str
) -> None:
    odd(grid)
    before, entries = everything(), Entry.objects.count()
    file = tmp_path / f"standards.{form}"
    with override(language):
        call_command("standards", "export", str(file))
        call_command("standards", "import", str(file))
    assert "新增 0 项，改版 0 项，未变 11 项，停用 0 项" in capsys.readouterr().out
    assert (everything(), Entry.objects.count()) == (before, entries)


def test_both_formats_say_the_same(grid: Grid, tmp_path: Path) -> None:
    odd(grid)
    assert sent_out(tmp_path / "a.csv") == sent_out(tmp_path / "b.xlsx")


def test_a_formula_leaves_as_text(grid: Grid, tmp_path: Path) -> None:
    odd(grid)
    file = tmp_path / "a.csv"
    call_command("standards", "export", str(file))
    cells = {cell for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"))) for cell in row}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]
    assert {"'=1+1", "'-2+3", "0012"} <= cells


def test_a_changed_row_is_a_version_and_the_rest_stays(
    grid: Grid, load: Callable[..., str], tmp_path: Path
) -> None:
    rows = sent_out(tmp_path / "out.csv")
    said = load(rows[0] | {"时限": "9工作日（次日起算）"}, *rows[1:])
    assert "新增 0 项，改版 1 项，未变 1 项" in said
    now = Category.objects.valid(clock.read())
    assert now.get(code=rows[0]["编码"]).limit == workdays(9, "next_day")
    assert now.get(code=rows[1]["编码"]) == grid.rubbish
    assert Category.objects.count() == 3


def test_what_is_left_out_stays_and_is_named(grid: Grid, load: Callable[..., str]) -> None:
    said = load(ROW)
    assert "C101  未提及，保持不变" in said
    assert "E201  未提及，保持不变" in said
    assert Category.objects.valid(clock.read()).count() == 3


def test_what_is_left_out_is_retired_when_asked(grid: Grid, load: Callable[..., str]) -> None:
    said = load(ROW, options=("--retire-missing",))
    assert "停用 2 项" in said
    assert "C101  已停用" in said
    assert list(Category.objects.valid(clock.read()).values_list("code", flat=True)) == ["C109"]
    assert Category.objects.count() == 3
    assert Entry.objects.filter(event=terms.CATEGORY_RETIRED).count() == 2


def test_a_table_may_be_in_force_later(grid: Grid, load: Callable[..., str]) -> None:
    load(ROW, options=("--at", "2099-01-01 00:00"))
    row = Category.objects.get(code="C109")
    assert not Category.objects.valid(clock.read()).filter(code="C109").exists()
    assert row.valid_from.isoformat() == "2098-12-31T16:00:00+00:00"
    assert not Category.objects.valid(row.valid_from - timedelta(microseconds=1)).filter(pk=row.pk)
    assert Category.objects.valid(row.valid_from).filter(pk=row.pk).exists()


BAD_CELLS = [
    ("编码", "", "bad_code"),
    ("编码", "井盖", "bad_code"),
    ("编码", "１２", "bad_code"),
    ("编码", "C" * 21, "bad_code"),
    ("编码", "=1+1", "bad_code"),
    ("类别", "", "bad_kind"),
    ("类别", "构件", "bad_kind"),
    ("大类", "长" * 61, "too_long"),
    ("名称", "", "required"),
    ("名称", "长" * 61, "too_long"),
    ("名称", "盖\u202e井", "bad_char"),
    ("立案条件", "长" * 201, "too_long"),
    ("立案条件", "a\x07b", "bad_char"),
    ("结案标准", "", "required"),
    ("时限", "", "bad_limit"),
    ("时限", "很快", "bad_limit"),
    ("时限", "-1工作日", "bad_limit"),
    ("时限", "0工作日", "limit_unusable"),
    ("时限", "1.5工作日", "limit_unusable"),
    ("时限", "1.5工作时", "limit_not_whole"),
    ("时限", "40000工作时", "limit_not_whole"),
    ("时限", "2工作时（次日起算）", "limit_unusable"),
    ("责任单位代码", "404", "unknown_unit"),
    ("监管单位代码", "柳岸社区", "unknown_unit"),
    ("需核实", "", "bad_yes_no"),
    ("允许匿名", "true", "bad_yes_no"),
    ("敏感", "1", "bad_yes_no"),
    ("查重半径（米）", "", "bad_radius"),
    ("查重半径（米）", "-1", "bad_radius"),
    ("查重半径（米）", "50.5", "bad_radius"),
    ("查重半径（米）", "5001", "bad_radius"),
    ("查重半径（米）", "9" * 1000, "bad_radius"),
]


@pytest.mark.parametrize(("heading", "text", "code"), BAD_CELLS)
def test_one_bad_cell_stops_all_and_is_named(
    grid: Grid, load: Callable[..., str], heading: str, text: str, code: str
) -> None:
    before, entries = everything(), Entry.objects.count()
    with pytest.raises(CommandError) as refused:
        load(ROW, ROW | {"编码": "C110"} | {heading: text})
    assert f"第 3 行：{heading}：" in str(refused.value)
    assert f"（{code}）" in str(refused.value)
    assert (everything(), Entry.objects.count()) == (before, entries)


def test_every_fault_is_told_at_once(grid: Grid, load: Callable[..., str]) -> None:
    with pytest.raises(CommandError) as refused:
        load(ROW | {"名称": "", "时限": "快"}, ROW | {"类别": "x"}, ROW)
    told = str(refused.value).splitlines()[1:]
    codes = [line.rpartition("（")[2] for line in told]
    assert [line[2] for line in told] == [*"222334"]
    assert sorted(codes[:3]) == ["bad_limit）", "duplicate_code）", "required）"]


def test_a_thousand_faults_are_not_all_told(grid: Grid, load: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="另有 950 处") as refused:
        load(*(ROW | {"编码": f"C{n}", "类别": "x"} for n in range(1000)))
    assert len(str(refused.value).splitlines()) == 52


def test_a_version_that_is_coming_is_not_overtaken(grid: Grid, load: Callable[..., str]) -> None:
    load(ROW, options=("--at", "2099-01-01 00:00"))
    before = everything()
    with pytest.raises(CommandError, match=r"第 3 行：生效时间.*（not_later）"):
        load(ROW | {"编码": "C108"}, ROW | {"名称": "另名"})
    assert everything() == before


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_table"),
        ("编码;名称\n".encode(), "bad_heading"),
        (table(), "no_rows"),
        (table(ROW).replace(b"50\r\n", b"50,x\r\n"), "too_many_cells"),
        (table(ROW) + b'"', "bad_csv"),
        (table(ROW).decode("utf-8-sig").encode("utf-16"), "bad_encoding"),
        (b"PK\x03\x04", "bad_workbook"),
        (b"x" * 10_000_001, "too_large"),
    ],
)
def test_a_file_that_is_no_table(grid: Grid, tmp_path: Path, data: bytes, code: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(data)
    with pytest.raises(CommandError, match=code):
        call_command("standards", "import", str(file))


def test_orders_that_are_refused(grid: Grid, tmp_path: Path, load: Callable[..., str]) -> None:
    for at, code in (("昨天", "bad_instant"), ("2020-01-01 00:00", "backdated")):
        with pytest.raises(CommandError, match=code):
            load(ROW, options=("--at", at))
    with pytest.raises(CommandError, match="bad_format"):
        call_command("standards", "export", str(tmp_path / "a.pdf"))
    with pytest.raises(CommandError, match="无法读取"):
        call_command("standards", "import", str(tmp_path / "none.csv"))
    (tmp_path / "there.csv").write_text("kept")
    with pytest.raises(CommandError, match="无法写入"):
        call_command("standards", "export", str(tmp_path / "there.csv"))
    assert (tmp_path / "there.csv").read_text() == "kept"


def test_what_is_in_force_is_listed(grid: Grid, capsys: Any) -> None:
    call_command("standards", "show")
    assert "C101  井盖缺失、移位  2紧急工作时  按网格派遣" in capsys.readouterr().out
    assert grid.cover.limit == urgent_hours(2)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_standard_of_a_whole_city_twice(grid: Grid, load: Callable[..., str]) -> None:
    rows = [ROW | {"编码": f"C{number:05d}"} for number in range(1000)]
    assert "新增 1000 项" in load(*rows)
    assert "未变 1000 项" in load(*rows)
