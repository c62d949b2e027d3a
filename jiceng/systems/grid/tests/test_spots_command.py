"""``manage.py spots``: a table of posters, all or none."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jiceng.systems.grid.models import Spot
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db
HEAD = "编码,位置,单位代码,经度,纬度\n"
GOOD = "LA001,柳岸东门,990000001001,117.02,30.52\n"


def run(tmp_path: Path, text: str | bytes, *options: str) -> str:
    file, out = tmp_path / "spots.csv", io.StringIO()
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    call_command("spots", "import", str(file), *options, stdout=out)
    return out.getvalue()


def test_imported_moved_and_listed(grid: Grid, tmp_path: Path) -> None:
    assert (
        run(tmp_path, HEAD + GOOD + "SQ01,村口,990000001201,117.08,３０.５２\n")
        == "设置 2 个点位。\n"
    )
    run(tmp_path, (HEAD + "LA001,柳岸西门,990000001001,117.01,30.52\n").encode("gb18030"))
    out = io.StringIO()
    call_command("spots", "show", stdout=out)

    assert out.getvalue() == "LA001  柳岸西门  柳岸社区\nSQ01  村口  石桥村\n"
    assert Spot.objects.get(code="LA001").lng == 117.01


def test_coordinates_of_an_internet_map_are_moved(grid: Grid, tmp_path: Path) -> None:
    run(tmp_path, HEAD + GOOD, "--datum", "gcj02")

    assert 0.001 < 117.02 - Spot.objects.get().lng < 0.01


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_table"),
        (HEAD, "no_rows"),
        ("编码,位置\nLA001,东门\n", "bad_heading"),
        (HEAD + GOOD + "东门,东门,990000001001,117.02,30.52\n", "bad_code"),
        (HEAD + GOOD + GOOD, "duplicate_code"),
        (HEAD + GOOD + "LA2,东门,1,117.02,30.52\n", "unknown_unit"),
        (HEAD + GOOD + "LA2,,990000001001,117.02,30.52\n", "no_name"),
        (HEAD + GOOD + f"LA2,{'长' * 101},990000001001,117.02,30.52\n", "too_long"),
        (HEAD + GOOD + "LA2,东门,990000001001,x,30.52\n", "bad_place"),
        (HEAD + GOOD + "LA2,东门,990000001001,nan,30.52\n", "out_of_range"),
        (HEAD + GOOD + "LA2,东门,990000001001,30.52,117.02\n", "swapped"),
        (HEAD + GOOD + "LA2,东门,990000001001,0,0\n", "out_of_range"),
        (HEAD.encode() + b"\xff\xff\x80,x", "bad_encoding"),
    ],
)
def test_bad_tables_write_nothing(grid: Grid, tmp_path: Path, text: str | bytes, code: str) -> None:
    with pytest.raises(CommandError, match=code):
        run(tmp_path, text)
    assert not Spot.objects.exists()


def test_a_file_that_is_not_there(grid: Grid, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="无法读取文件"):
        call_command("spots", "import", str(tmp_path / "none.csv"))
