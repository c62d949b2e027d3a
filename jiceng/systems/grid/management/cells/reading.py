"""Reads a GeoJSON file of cells, and says of each feature what is wrong with it by itself."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.places.rules import read_boundary
from jiceng.systems.grid.terms import Level

MOST_BYTES = 50_000_000
LEVELS = {str(level.value) for level in Level}


def read_features(file: Path) -> list[Any]:
    """Return the features of the file; ``CommandError`` where it is no collection of any."""
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


def told(feature: Any) -> dict[str, Any]:
    """Return the properties of a feature; none where it has none."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def level_of(properties: dict[str, Any]) -> str:
    """Return the level as digits; a file that does not know of levels is about communities."""
    named = properties.get("level")
    return str(Level.COMMUNITY.value) if named is None else str(named)


def problems_of(
    features: list[Any], units: Collection[str], posts: Collection[str], datum: str
) -> list[str]:
    """Return a line for each fault of each feature."""
    codes = Counter(str(told(feature).get("code")) for feature in features)
    return [
        f"第 {number} 个要素：{sentence}"
        for number, feature in enumerate(features, start=1)
        for sentence in [
            *_of_words(told(feature), codes),
            *_of_names(told(feature), units, posts),
            *_of_boundary(feature, datum),
        ]
    ]


def _of_words(properties: dict[str, Any], codes: Counter[str]) -> Iterator[str]:
    code = str(properties.get("code") or "")
    if not (code.isascii() and code.isdigit() and len(code) <= 20):
        yield "网格编码应为不超过 20 位的数字（bad_code）"
    elif codes[code] > 1:
        yield f"编码 {code} 出现了 {codes[code]} 次（duplicate_code）"
    try:
        if not clean_line(str(properties.get("name") or ""), 60):
            yield "缺少网格名称（no_name）"
    except Refusal as refusal:
        yield f"{refusal}（{refusal.code}）"
    if level_of(properties) not in LEVELS:
        yield "层级应为 1、2 或 3（bad_level）"


def _of_names(
    properties: dict[str, Any], units: Collection[str], posts: Collection[str]
) -> Iterator[str]:
    if str(properties.get("unit")) not in units:
        yield f"没有单位 {properties.get('unit')}（unknown_unit）"
    if properties.get("chief") and str(properties["chief"]) not in posts:
        yield f"没有岗位 {properties['chief']}（unknown_chief）"
    if properties.get("branch") and str(properties["branch"]) not in units:
        yield f"没有党组织 {properties['branch']}（unknown_branch）"


def _of_boundary(feature: Any, datum: str) -> Iterator[str]:
    try:
        read_boundary(feature.get("geometry") if isinstance(feature, dict) else None, datum)
    except ValueError as error:
        yield f"{error}（bad_boundary）"
