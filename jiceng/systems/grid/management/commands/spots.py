"""``manage.py spots``: takes in places with a poster from a table, and lists those in force."""

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import override

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.text import ascii_digits, clean_line
from jiceng.kernel.exports.service import MOST_BYTES, Line, read_table
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import Place
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Spot
from jiceng.systems.grid.queries.spots import SPOT_CODE

HEADINGS = ("编码", "位置", "单位代码", "经度", "纬度")
SHOWN_PROBLEMS = 50


class Command(BaseCommand):
    """Import and list spots."""

    help = "扫码点位：import 导入 CSV 或 XLSX（全部成功才写入），show 列出现行点位。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser("import", help=f"导入；标题行：{'、'.join(HEADINGS)}")
        load.add_argument("file", type=Path)
        load.add_argument("--datum", choices=Datum.values, default=Datum.CGCS2000.value)
        tasks.add_parser("show", help="列出现行点位")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run the task."""
        now = clock.read()
        if task == "show":
            for spot in Spot.objects.valid(now).select_related("unit").order_by("code"):
                self.stdout.write(f"{spot.code}  {spot.name}  {spot.unit.short_name}")
            return
        with override(None):
            self._import(options["file"], options["datum"], now)

    def _import(self, file: Path, datum: str, at: datetime) -> None:
        lines = _lines(file)
        units = {unit.code: unit for unit in Unit.objects.existing(at)}
        codes = Counter(line.cells["编码"] for line in lines)
        problems: list[str] = []
        rows = [_values(line, units, codes, problems) for line in lines]
        if problems:
            raise CommandError("\n".join(["没有写入任何点位：", *problems[:SHOWN_PROBLEMS]]))
        with transaction.atomic():
            for values in rows:
                actions.set_spot(by=OPERATOR, at=at, datum=datum, **values)
        self.stdout.write(f"设置 {len(rows)} 个点位。")


def _lines(file: Path) -> list[Line]:
    try:
        with file.open("rb") as source:
            data = source.read(MOST_BYTES + 1)
        lines = list(read_table(data, HEADINGS))
    except OSError as error:
        raise CommandError(f"无法读取文件 {file}：{error.strerror}") from error
    except Refusal as refusal:
        raise CommandError(f"没有写入任何点位：{refusal}（{refusal.code}）") from refusal
    if not lines:
        raise CommandError("没有写入任何点位：表格中没有点位（no_rows）")
    return lines


def _values(
    line: Line, units: dict[str, Unit], codes: Counter[str], problems: list[str]
) -> dict[str, Any]:
    """Return what a line says; what is wrong with it goes to ``problems``."""
    cells, wrong = line.cells, []
    if not SPOT_CODE.fullmatch(cells["编码"]):
        wrong.append("编码应为不超过 20 位的字母、数字（bad_code）")
    elif codes[cells["编码"]] > 1:
        wrong.append(f"编码 {cells['编码']} 出现了 {codes[cells['编码']]} 次（duplicate_code）")
    if cells["单位代码"] not in units:
        wrong.append(f"没有单位 {cells['单位代码'][:40]}（unknown_unit）")
    name = _name(cells["位置"], wrong)
    point = _point(cells["经度"], cells["纬度"], wrong)
    problems += [f"第 {line.number} 行：{sentence}" for sentence in wrong]
    unit = units.get(cells["单位代码"])
    return {"code": cells["编码"], "name": name, "unit": unit, "point": point}


def _name(text: str, wrong: list[str]) -> str:
    try:
        name = clean_line(text, 100)
    except Refusal as refusal:
        wrong.append(f"位置：{refusal}（{refusal.code}）")
        return ""
    if not name:
        wrong.append("缺少位置（no_name）")
    return name


def _point(lng: str, lat: str, wrong: list[str]) -> Place | None:
    try:
        point = Place(lng=float(ascii_digits(lng)), lat=float(ascii_digits(lat)))
    except ValueError:
        wrong.append("经纬度应为以度为单位的数字（bad_place）")
        return None
    if point.swapped:
        wrong.append("经度和纬度填反了（swapped）")
    elif not point.plausible:
        wrong.append("位置不在境内（out_of_range）")
    return point
