"""What the columns of a file mean, and which way its rows go: a TOML file, read strictly."""

import codecs
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as File
from zoneinfo import ZoneInfo

from jiceng.kernel.orgs.terms import ROOT_KINDS
from jiceng.systems.grid.management.replay import paths
from jiceng.systems.grid.management.replay.paths import Path, check_path, read_path
from jiceng.systems.grid.management.replay.refusals import BadRow
from jiceng.systems.grid.management.replay.tables import BadMapping, Table
from jiceng.systems.grid.management.replay.times import Times, read_instant
from jiceng.systems.grid.procedure import GRID_CASE

# In these a line break is one byte that is never part of another sign, so lines can be cut first.
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk", "cp1252", "latin-1", "ascii")
MUST = ("number", "opened", "closed", "category", "owner", "handler")
MAY = ("target", "status", "verdict", "text", "place", "closure", "lat", "lng")
LONGEST_ORIGIN, LONGEST_CODE = 40, 20


@dataclass(frozen=True)
class Area:
    """Where points may lie, in degrees, and points that stand for «no address» (lat, lng)."""

    lat: tuple[float, float]
    lng: tuple[float, float]
    absent: frozenset[tuple[float, float]]


@dataclass(frozen=True)
class Organisation:
    """The unit under which the units of the file are founded, and since when."""

    code: str
    name: str
    kind: str
    founded: datetime


@dataclass(frozen=True)
class Mapping:
    """A mapping as a whole. ``columns`` leads from our word to the name of the column."""

    origin: str
    name: str
    encoding: str
    delimiter: str
    times: Times
    as_of: datetime | None
    columns: dict[str, str]
    status_open: tuple[str, ...]
    status_closed: tuple[str, ...]
    on_time: tuple[str, ...]
    late: tuple[str, ...]
    area: Area | None
    organisation: Organisation
    paths: dict[str, Path]
    refused: tuple[str, ...]


def load_mapping(file: File) -> Mapping:
    """Return the mapping in ``file``; ``BadMapping`` says what is wrong with it, and where."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(file.name, f"不是有效的 TOML：{error}") from error
    top = Table(data)
    mapping = _mapping(top)
    top.end()
    return mapping


def _mapping(top: Table) -> Mapping:
    file, status = top.table("file", needed=False), top.table("status", needed=False)
    verdict, refused = top.table("verdict", needed=False), top.table("refused", needed=False)
    columns = _columns(top.table("columns"))
    times, as_of = _times(top.table("time"))
    mapping = Mapping(
        origin=_short(top, "origin", LONGEST_ORIGIN),
        name=top.text("name"),
        encoding=_encoding(file),
        delimiter=file.one_of("delimiter", (",", ";", "\t", "|"), ","),
        times=times,
        as_of=as_of,
        columns=columns,
        status_open=status.words("open"),
        status_closed=status.words("closed"),
        on_time=verdict.words("on_time"),
        late=verdict.words("late"),
        area=_area(top.table("coordinates")) if "lat" in columns else None,
        organisation=_organisation(top.table("organisation"), times),
        paths=_paths(top.table("path")),
        refused=refused.words("starts_with"),
    )
    for table in (file, status, verdict, refused):
        table.end()
    return mapping


def _short(table: Table, key: str, longest: int) -> str:
    value = table.text(key)
    if len(value) > longest or not value.isascii() or not value.isalnum():
        raise BadMapping(table.where(key), f"应为不超过 {longest} 个字母和数字")
    return value


def _encoding(file: Table) -> str:
    return codecs.lookup(file.one_of("encoding", ENCODINGS, "utf-8")).name


def _times(table: Table) -> tuple[Times, datetime | None]:
    times = Times(
        format=table.text("format"),
        zone=_zone(table),
        ambiguous=table.one_of("ambiguous", ("earlier", "later", "refuse"), "refuse"),
        nonexistent=table.one_of("nonexistent", ("later", "refuse"), "refuse"),
    )
    if "%z" in times.format:
        raise BadMapping(table.where("format"), "时区写在 zone，不写在 format")
    sample = datetime(2015, 1, 31, 23, 59, tzinfo=times.zone)
    if _instant(table, "format", sample.strftime(times.format), times) != sample:
        raise BadMapping(table.where("format"), "写不全一个时刻：须有年、月、日、时、分")
    written = table.text("as_of", "")
    table.end()
    return times, _instant(table, "as_of", written, times) if written else None


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadMapping(table.where("zone"), f"没有时区 {name}") from error


def _instant(table: Table, key: str, written: str, times: Times) -> datetime:
    try:
        return read_instant(written, times, "")
    except BadRow as refused:
        raise BadMapping(table.where(key), refused.sentence) from refused


def _columns(table: Table) -> dict[str, str]:
    columns = {key: table.text(key) for key in MUST}
    columns |= {key: name for key in MAY if (name := table.text(key, ""))}
    table.end()
    if ("lat" in columns) is not ("lng" in columns):
        raise BadMapping(table.where("lat"), "lat 与 lng 应同时给出")
    return columns


def _area(table: Table) -> Area:
    area = Area(lat=table.pair("lat"), lng=table.pair("lng"), absent=table.pairs("absent"))
    table.end()
    return area


def _organisation(table: Table, times: Times) -> Organisation:
    organisation = Organisation(
        code=_short(table, "code", LONGEST_CODE),
        name=table.text("name"),
        kind=table.one_of("kind", tuple(kind.value for kind in ROOT_KINDS)),
        founded=_instant(table, "founded", table.text("founded"), times),
    )
    table.end()
    return organisation


def _paths(table: Table) -> dict[str, Path]:
    found = {fate: read_path(table.tables(fate)) for fate in paths.FATES}
    table.end()
    for fate, path in found.items():
        check_path(fate, path, GRID_CASE)
    return found
