"""``manage.py cells``: takes in the polygons of cells from GeoJSON, and lists those in force."""

import json
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.places.rules import read_boundary
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Cell

MOST_BYTES = 50_000_000


class Command(BaseCommand):
    """Import and list cells."""

    help = "单元网格：import 导入 GeoJSON 边界（全部成功才写入），show 列出现行网格。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the tasks and their options."""
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser("import", help="导入：每个要素须有 code、name、unit（单位代码）")
        load.add_argument("file", type=Path)
        load.add_argument("--datum", choices=Datum.values, default=Datum.CGCS2000.value)
        tasks.add_parser("show", help="列出现行网格")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        """Run the task."""
        if task == "show":
            self._show(clock.read())
        else:
            self._import(options["file"], options["datum"], clock.read())

    def _show(self, at: datetime) -> None:
        for cell in Cell.objects.valid(at).select_related("unit").order_by("code"):
            self.stdout.write(f"{cell.code}  {cell.name}  {cell.unit.short_name}")

    def _import(self, file: Path, datum: str, at: datetime) -> None:
        features = _features(file)
        units = {unit.code: unit for unit in Unit.objects.existing(at)}
        problems = list(_problems(features, units, datum))
        if problems:
            raise CommandError("没有写入任何网格：\n" + "\n".join(problems))
        drawn = 0
        with transaction.atomic():
            for feature in features:
                drawn += self._draw(feature["properties"], feature["geometry"], units, datum, at)
        self.stdout.write(f"划定 {drawn} 个网格，未变 {len(features) - drawn} 个。")

    @staticmethod
    def _draw(
        told: dict[str, Any], geometry: Any, units: dict[str, Unit], datum: str, at: datetime
    ) -> int:
        """Draw one cell; one that is in force just so is left as it is."""
        unit, name = units[str(told["unit"])], clean_line(str(told["name"]), 60)
        same = {"code": str(told["code"]), "name": name, "unit": unit, "datum": datum}
        now = Cell.objects.valid(at).filter(**same).first()
        if now is not None and now.sent_boundary == geometry:
            return 0
        actions.draw_cell(by=OPERATOR, at=at, boundary=geometry, **same)
        return 1


def _features(file: Path) -> list[dict[str, Any]]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CommandError("文件过大（too_large）")
        collection = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"无法读取文件：{error}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError("文件不是 UTF-8 编码的 GeoJSON（bad_geojson）") from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features:
        raise CommandError("文件中没有要素（no_features）")
    return features


def _problems(features: list[Any], units: dict[str, Unit], datum: str) -> list[str]:
    codes = Counter(str(_told(feature).get("code")) for feature in features)
    return [
        f"第 {number} 个要素：{sentence}"
        for number, feature in enumerate(features, start=1)
        for sentence in _of_feature(feature, units, datum, codes)
    ]


def _told(feature: Any) -> dict[str, Any]:
    told = feature.get("properties") if isinstance(feature, dict) else None
    return told if isinstance(told, dict) else {}


def _of_feature(feature: Any, units: dict[str, Unit], datum: str, codes: Counter[str]) -> list[str]:
    told, found = _told(feature), []
    code = str(told.get("code") or "")
    if not (code.isascii() and code.isdigit() and len(code) <= 20):
        found.append("网格编码应为不超过 20 位的数字（bad_code）")
    elif codes[code] > 1:
        found.append(f"编码 {code} 出现了 {codes[code]} 次（duplicate_code）")
    if str(told.get("unit")) not in units:
        found.append(f"没有单位 {told.get('unit')}（unknown_unit）")
    try:
        if not clean_line(str(told.get("name") or ""), 60):
            found.append("缺少网格名称（no_name）")
    except Refusal as refusal:
        found.append(f"{refusal}（{refusal.code}）")
    try:
        read_boundary(feature.get("geometry") if isinstance(feature, dict) else None, datum)
    except ValueError as error:
        found.append(f"{error}（bad_boundary）")
    return found
