"""``manage.py cells``: takes in the polygons of cells from GeoJSON, lists those in force, and
measures how long it takes to find the one at a point."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from shapely import MultiPolygon

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.places.rules import Place, read_boundary
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.management.cells import take_in
from jiceng.systems.grid.models import Cell

MOST_POINTS = 1_000_000
# Multiples of these, without the whole part, fill a square evenly (the R2 sequence).
STEP_X, STEP_Y = 0.7548776662466927, 0.5698402909980532


class Command(BaseCommand):
    """Import, list, retire and locate cells."""

    help = (
        "单元网格：import 导入 GeoJSON 边界（全部成功才写入），show 列出现行网格，"
        "retire 停用，locate 测定位用时。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser(
            "import",
            help="导入：每个要素须有 code、name、unit（单位代码），"
            "可有 level（1 街道、2 社区、3 小区）、parent（上级网格编码）、"
            "chief（单位代码:角色:岗位名称）、branch（党组织代码）",
        )
        load.add_argument("file", type=Path)
        load.add_argument("--datum", choices=Datum.values, default=Datum.CGCS2000.value)
        tasks.add_parser("show", help="列出现行网格")
        end = tasks.add_parser("retire", help="停用一个网格，连同它的巡查计划")
        end.add_argument("code")
        find = tasks.add_parser("locate", help="均匀取点，报告找到所在网格的用时中位数")
        find.add_argument("--count", type=int, default=1000)

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run the task."""
        now = clock.read()
        try:
            match task:
                case "import":
                    self._import(options["file"], options["datum"], now)
                case "show":
                    self._show(now)
                case "retire":
                    self._retire(options["code"], now)
                case _:
                    self._locate(options["count"], now)
        except Refusal as refusal:
            raise CommandError(f"{refusal}（{refusal.code}）") from refusal

    def _show(self, at: datetime) -> None:
        cells = Cell.objects.valid(at).select_related("unit").order_by("code")
        for cell in cells:
            level = cell.get_level_display()
            self.stdout.write(f"{cell.code}  {cell.name}  {cell.unit.short_name}  {level}")

    def _import(self, file: Path, datum: str, at: datetime) -> None:
        drawn, kept = take_in(file, datum, at)
        self.stdout.write(f"划定 {drawn} 个网格，未变 {kept} 个。")

    def _retire(self, code: str, at: datetime) -> None:
        done = actions.retire_cell(by=OPERATOR, at=at, code=code)
        ended = len(done.value.plans.filter(valid_until=at)) if done.value else 0
        self.stdout.write(f"已停用 {code}，同时结束巡查计划 {ended} 个。")

    def _locate(self, count: int, at: datetime) -> None:
        if not 1 <= count <= MOST_POINTS:
            raise CommandError("点数应在 1 至 1000000 之间（bad_count）")
        polygons = [read_boundary(cell.boundary) for cell in Cell.objects.valid(at)]
        if not polygons:
            raise CommandError("没有现行网格（no_cells）")
        points = _points(MultiPolygon(polygons).bounds, count)
        queries.cell_at(points[0], at)  # the index is built once, not once a point
        times, hits = [], 0
        for point in points:
            begin = perf_counter()
            found = queries.cell_at(point, at)
            times.append(perf_counter() - begin)
            hits += found is not None
        self.stdout.write(
            f"{len(polygons)} 个网格，{count} 个点，{hits} 个在网格内，"
            f"定位用时中位数 {median(times) * 1000:.3f} 毫秒。"
        )


def _points(bounds: tuple[float, float, float, float], count: int) -> list[Place]:
    """Return points spread evenly over the box, the same ones at every run."""
    west, south, east, north = bounds
    return [
        Place(west + (east - west) * (n * STEP_X % 1), south + (north - south) * (n * STEP_Y % 1))
        for n in range(1, count + 1)
    ]
