"""A record of the file as a request, or the reason why it is none."""

import hashlib
import json
import math
from dataclasses import dataclass
from datetime import datetime

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.text import clean_line, clean_text
from jiceng.kernel.orgs.terms import FORMULA_SIGNS
from jiceng.systems.grid.management.replay.mapping import Area, Mapping
from jiceng.systems.grid.management.replay.paths import CLOSED, OPEN, REFUSED
from jiceng.systems.grid.management.replay.refusals import BadRow
from jiceng.systems.grid.management.replay.times import read_instant

LONGEST = {"number": 60, "category": 60, "owner": 100, "handler": 100, "place": 200}
LONGEST_TEXT = {"text": 500, "closure": 4000}
LABELS = {
    "number": "编号",
    "opened": "受理时间",
    "target": "到期时间",
    "closed": "办结时间",
    "status": "状态",
    "verdict": "按期结论",
    "category": "类别",
    "text": "内容",
    "place": "地点",
    "closure": "办结说明",
    "lat": "纬度",
    "lng": "经度",
    "owner": "责任单位",
    "handler": "承办单位",
}


@dataclass(frozen=True)
class Request:
    """One request as the source knows it. Instants are UTC; ``fate`` is what it has come to."""

    line: int
    number: str
    opened: datetime
    target: datetime | None
    closed: datetime | None
    fate: str
    on_time: bool | None
    category: str
    text: str
    place: str
    closure: str
    point: tuple[float, float] | None
    no_address: bool
    owner: str
    handler: str
    fingerprint: str

    def at(self, instant: str) -> datetime:
        """Return the instant of a move: when the request was opened, or closed."""
        found = self.opened if instant == "opened" else self.closed
        if found is None:
            raise ValueError("an open request has no closing")
        return found


class Reader:
    """Makes requests of records, as one mapping and one header say; ``now`` bounds the past."""

    def __init__(self, mapping: Mapping, header: list[str], now: datetime) -> None:
        self.mapping = mapping
        self.now = now
        self._places = {key: header.index(name) for key, name in mapping.columns.items()}

    def number(self, cells: list[str]) -> str:
        """Return the number that a record claims, whatever else is wrong with it."""
        place = self._places["number"]
        return cells[place].strip()[: LONGEST["number"]] if place < len(cells) else ""

    def request(self, line: int, cells: list[str]) -> Request:
        """Return the request, or raise ``BadRow`` with the first reason found."""
        row = {key: cells[place].strip() for key, place in self._places.items()}
        words = {key: _line(key, row.get(key, ""), longest) for key, longest in LONGEST.items()}
        words |= {key: _text(key, row.get(key, ""), most) for key, most in LONGEST_TEXT.items()}
        for key in ("number", "category", "owner", "handler"):
            if not words[key]:
                raise BadRow(f"{key}_missing", f"缺少{LABELS[key]}")
        for key in ("owner", "handler"):
            if words[key].startswith(FORMULA_SIGNS):
                raise BadRow("bad_name", f"{LABELS[key]}的名称不能以运算符开头")
        opened, closed = self._instant(row, "opened"), self._instant(row, "closed")
        if opened is None:
            raise BadRow("opened_missing", f"缺少{LABELS['opened']}")
        self._check_order(opened, closed)
        point, no_address = self._point(row)
        return Request(
            line=line,
            opened=opened,
            closed=closed,
            target=self._instant(row, "target"),
            fate=self._fate(row, words["closure"]),
            on_time=self._verdict(row),
            point=point,
            no_address=no_address,
            fingerprint=fingerprint(cells),
            **words,
        )

    def _instant(self, row: dict[str, str], key: str) -> datetime | None:
        written = row.get(key)
        return read_instant(written, self.mapping.times, LABELS[key]) if written else None

    def _check_order(self, opened: datetime, closed: datetime | None) -> None:
        if opened < self.mapping.organisation.founded:
            raise BadRow("before_founding", "受理时间早于对照表所定的机构设立时间")
        if closed is not None and closed < opened:
            raise BadRow("closed_before_opened", "办结时间早于受理时间")
        if max(opened, closed or opened) > self.now:
            raise BadRow("in_future", "受理或办结时间在将来")

    def _fate(self, row: dict[str, str], closure: str) -> str:
        closed = bool(row.get("closed"))
        status, mapping = row.get("status", ""), self.mapping
        if "status" in mapping.columns:
            if status not in (*mapping.status_open, *mapping.status_closed):
                raise BadRow("status_unknown", f"对照表没有状态“{status[:40]}”")
            if (status in mapping.status_closed) is not closed:
                raise BadRow("status_contradicts", f"状态“{status}”与办结时间的有无不符")
        if not closed:
            return OPEN
        return REFUSED if mapping.refused and closure.startswith(mapping.refused) else CLOSED

    def _verdict(self, row: dict[str, str]) -> bool | None:
        verdict = row.get("verdict", "")
        if not verdict:
            return None
        if verdict not in (*self.mapping.on_time, *self.mapping.late):
            raise BadRow("verdict_unknown", f"对照表没有结论“{verdict[:40]}”")
        return verdict in self.mapping.on_time

    def _point(self, row: dict[str, str]) -> tuple[tuple[float, float] | None, bool]:
        """Return the point (lat, lng), and whether the source wrote its point for «no address»."""
        area = self.mapping.area
        lat, lng = row.get("lat", ""), row.get("lng", "")
        if area is None or not (lat or lng):
            return None, False
        if not (lat and lng):
            raise BadRow("coordinate_half", "经度、纬度只有其一")
        point = _number(lat), _number(lng)
        if point in area.absent:
            return None, True
        _check_within(point, area)
        return point, False


def _line(key: str, value: str, longest: int) -> str:
    try:
        return clean_line(value, longest)
    except Refusal as refusal:
        raise BadRow(refusal.code, f"{LABELS[key]}：{refusal}") from refusal


def _text(key: str, value: str, longest: int) -> str:
    try:
        return clean_text(value, longest)
    except Refusal as refusal:
        raise BadRow(refusal.code, f"{LABELS[key]}：{refusal}") from refusal


def _number(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRow("coordinate_malformed", f"坐标“{written[:40]}”不是数")
    return number


def _check_within(point: tuple[float, float], area: Area) -> None:
    lat, lng = point
    if _within(lat, lng, area):
        return
    if _within(lng, lat, area):
        raise BadRow("coordinate_swapped", f"经度、纬度写反：{lat}，{lng}")
    raise BadRow("coordinate_outside", f"坐标不在该地范围内：{lat}，{lng}")


def _within(lat: float, lng: float, area: Area) -> bool:
    return area.lat[0] <= lat <= area.lat[1] and area.lng[0] <= lng <= area.lng[1]


def fingerprint(cells: list[str]) -> str:
    """Return the SHA-256 of a record: of its cells as a JSON array without spaces, in UTF-8."""
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
