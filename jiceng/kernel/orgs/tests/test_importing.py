"""Real divisions come in whole, or not at all."""

import csv
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.divisions import MAX_BYTES, BadTable
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import dissolve_unit, import_divisions
from jiceng.kernel.testing.cast import MONDAY, Cast

DATA = settings.ROOT.parent / "shared" / "data" / "divisions"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real divisions is absent")

TABLE = """code,name,level,parent
990000,示范经济开发区,county,9900
990000001,东湖街道,town,990000
990000001001,柳岸居委会,village,990000001
990000001201,石桥村委会,village,990000001
"""


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("units", *map(str, arguments), stdout=out)
    return out.getvalue()


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "units.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path) -> list[str]:
    """Import a file that is refused; return what is said, and make sure that nothing is saved."""
    before = Unit.objects.count(), Entry.objects.count()
    with pytest.raises(CommandError) as error:
        run("import", path)
    assert (Unit.objects.count(), Entry.objects.count()) == before
    assert error.value.returncode == 1
    return str(error.value).splitlines()


@needs_data
@pytest.mark.slow
@pytest.mark.django_db
def test_the_development_zone_comes_in_as_it_is() -> None:
    path = DATA / "anqing_devzone_340871.csv"
    assert run("import", path) == "新设 30 个单位，已有 0 个。\n"
    zone = Unit.objects.get(code="340871")
    assert (zone.parent, zone.kind, zone.name) == (None, "zone", "安徽安庆经济开发区")
    kinds = Counter(Unit.objects.values_list("parent__name", "kind"))
    assert kinds == {
        (None, "zone"): 1,
        ("安徽安庆经济开发区", "street"): 1,
        ("安徽安庆经济开发区", "town"): 1,
        ("菱北街道", "community"): 13,
        ("老峰镇", "community"): 4,
        ("老峰镇", "village"): 10,
    }
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            unit = Unit.objects.get(code=row["code"])
            assert (unit.name, unit.division_code) == (row["name"], row["code"])
    assert Unit.objects.get(code="340871001001").short_name == "舒巷社区"
    assert Unit.objects.get(code="340871100203").short_name == "泉河村"
    assert Entry.objects.filter(event="orgs.unit.founded", by="system:command").count() == 30
    assert run("import", path) == "新设 0 个单位，已有 30 个。\n"
    assert Entry.objects.filter(event="orgs.unit.founded").count() == 30


@needs_data
@pytest.mark.slow
@pytest.mark.django_db
def test_a_whole_city_comes_in() -> None:
    assert run("import", DATA / "anqing_divisions_2023.csv") == "新设 1771 个单位，已有 0 个。\n"
    assert Counter(Unit.objects.values_list("depth", flat=True)) == {
        0: 1,
        1: 1,
        2: 11,
        3: 168,
        4: 1590,
    }
    zone = Unit.objects.get(code="340871")
    assert Unit.objects.under(zone).count() == 30


@pytest.mark.django_db
def test_a_table_in_gb18030_is_shown_as_a_tree(tmp_path: Path) -> None:
    run("import", written(tmp_path, TABLE.encode("gb18030")))
    assert run("show").splitlines() == [
        "990000  示范经济开发区（开发区）",
        "  990000001  东湖街道（街道）",
        "    990000001001  柳岸居委会（社区）",
        "    990000001201  石桥村委会（村）",
        "共 4 个单位。",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(TABLE + "990000002,=1+1,town,990000\n", "第 6 行  formula_name", id="formula"),
        pytest.param(
            TABLE + "990099001,无主街道,town,990099\n", "第 6 行  unknown_parent", id="unknown"
        ),
        pytest.param(TABLE + "880000,临江区,county,8800\n", "第 6 行  second_root", id="two roots"),
        pytest.param(TABLE + '"没关', "第 6 行  bad_csv", id="unclosed quote"),
        pytest.param(b"code\xff\x00", "文件  bad_encoding", id="binary"),
        pytest.param(b"x" * 10_000_000, "文件  too_large", id="10 MB"),
        pytest.param("", "文件  no_rows", id="empty"),
    ],
)
def test_a_wrong_file_saves_nothing(tmp_path: Path, text: str | bytes, expected: str) -> None:
    head, *lines = refused(written(tmp_path, text))
    assert head == "表格不能导入，没有保存任何内容。"
    assert len(lines) == 1
    assert lines[0].startswith(expected)


@pytest.mark.django_db
def test_many_problems_are_cut_off_and_counted(tmp_path: Path) -> None:
    lines = refused(written(tmp_path, TABLE + "x,y,z,w\n" * 60))
    assert len(lines) == 52
    assert lines[-1] == "……另有 10 处"


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv")[0].startswith("无法读取文件")


@pytest.mark.django_db
def test_a_large_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: Any) -> None:
    path = written(tmp_path, b"")
    with path.open("r+b") as file:
        file.truncate(50_000_000_000)
    assert refused(path)[1].startswith("文件  too_large")
    assert MAX_BYTES < 10_000_000


def problems(data: str) -> list[tuple[int, str]]:
    before = Unit.objects.count()
    with pytest.raises(BadTable) as error:
        import_divisions(by=OPERATOR, at=MONDAY, data=data.encode())
    assert Unit.objects.count() == before
    return [(problem.line, problem.code) for problem in error.value.problems]


@pytest.mark.django_db
def test_what_stands_is_neither_renamed_nor_moved_nor_revived() -> None:
    import_divisions(by=OPERATOR, at=MONDAY, data=TABLE.encode())
    renamed = TABLE.replace("石桥村委会", "新桥村委会")
    assert problems(renamed) == [(5, "name_differs")]
    import_divisions(
        by=OPERATOR,
        at=MONDAY,
        data=b"code,name,level,parent\n990000002,\xe8\xa5\xbf\xe8\xa1\x97\xe9\x81\x93,town,990000\n",
    )
    Unit.objects.filter(code="990000001201").update(
        parent=Unit.objects.get(code="990000002"), depth=2
    )
    assert problems(TABLE) == [(5, "parent_differs")]
    village = Unit.objects.get(code="990000001201")
    dissolve_unit(by=OPERATOR, at=MONDAY, unit=village)
    assert problems(TABLE) == [(5, "unit_dissolved")]


@pytest.mark.django_db
def test_a_unit_under_a_dissolved_one_is_refused_with_its_line() -> None:
    import_divisions(by=OPERATOR, at=MONDAY, data=TABLE.encode())
    for code in ("990000001001", "990000001201", "990000001"):
        dissolve_unit(by=OPERATOR, at=MONDAY, unit=Unit.objects.get(code=code))
    late = "code,name,level,parent\n990000001002,荷塘居委会,village,990000001\n"
    assert problems(late) == [(2, "unit_dissolved")]


def test_an_administrator_may_import_below_the_own_unit_only(cast: Cast) -> None:
    table = "code,name,level,parent\n990000003,南湖街道,town,990000\n"
    assert import_divisions(by=cast.zhou, at=MONDAY, data=table.encode()).founded == 1
    table = "code,name,level,parent\n990000004,北湖街道,town,990000\n"
    with pytest.raises(BadTable) as error:
        import_divisions(by=cast.wang, at=MONDAY, data=table.encode())
    assert [problem.code for problem in error.value.problems] == ["outside_scope"]


@pytest.mark.django_db
def test_the_command_reads_the_one_clock(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(clock, "read", lambda: MONDAY)
    run("import", written(tmp_path, TABLE))
    assert Unit.objects.get(code="990000").founded_on.isoformat() == "2026-03-02"
