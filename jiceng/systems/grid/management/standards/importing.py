"""Takes a table of the standard in: all rows or none, each that says something new a version."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import override

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.exports.service import Line, read_table
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.orgs.models import Unit
from jiceng.systems.grid import actions
from jiceng.systems.grid.management.standards.columns import FIELDS, HEADINGS, Units
from jiceng.systems.grid.models import Category


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line; line 0 is the file as a whole."""

    line: int
    code: str
    sentence: str


class BadStandards(Exception):
    """A table that was not taken in, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass
class Taken:
    """What an import did, as codes."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


def take_in(
    data: bytes, *, by: Actor, at: datetime, effective: datetime, retire_missing: bool = False
) -> Taken:
    """Write what the table says, in force from ``effective``; raises ``BadStandards``."""
    with override(None):
        rows = _checked(data, effective)
        with transaction.atomic():
            return _write(rows, by, at, effective, retire_missing)


def _checked(data: bytes, effective: datetime) -> list[tuple[int, dict[str, Any]]]:
    try:
        lines = list(read_table(data, HEADINGS))
    except Refusal as refusal:
        raise BadStandards([_problem(refusal.details.get("line", 0), refusal)]) from refusal
    if not lines:
        raise BadStandards([Problem(0, "no_rows", "表格中没有立案标准。")])
    units = {unit.code: unit for unit in Unit.objects.existing(effective)}
    problems: list[Problem] = []
    rows = [(line.number, _values(line, units, problems)) for line in lines]
    problems += _doubles(lines)
    if problems:
        raise BadStandards(sorted(problems, key=lambda problem: problem.line))
    return rows


def _values(line: Line, units: Units, problems: list[Problem]) -> dict[str, Any]:
    values = {}
    for column in FIELDS:
        try:
            values[column.keyword] = column.read(line.cells[column.heading], units)
        except Refusal as refusal:
            problems.append(_problem(line.number, refusal, f"{column.heading}："))
    return values


def _problem(line: int, refusal: Refusal, about: str = "") -> Problem:
    return Problem(line, refusal.code, f"{about}{refusal}")


def _doubles(lines: list[Line]) -> Iterator[Problem]:
    codes = Counter(line.cells["编码"] for line in lines)
    for line in lines:
        code = line.cells["编码"]
        if code and codes[code] > 1:
            sentence = f"编码 {code[:20]} 出现了 {codes[code]} 次"
            yield Problem(line.number, "duplicate_code", sentence)


def _write(
    rows: list[tuple[int, dict[str, Any]]],
    by: Actor,
    at: datetime,
    effective: datetime,
    retire_missing: bool,
) -> Taken:
    now = {row.code: row for row in Category.objects.valid(effective)}
    taken, problems = Taken(), []
    edge = {"by": by, "at": at, "effective": effective}
    for line, values in rows:
        standing = now.pop(values["code"], None)
        if standing and standing.says(values):
            taken.kept.append(standing.code)
            continue
        try:
            actions.set_category(**edge, **values)
        except Refusal as refusal:
            problems.append(_problem(line, refusal))
        (taken.changed if standing else taken.added).append(values["code"])
    taken.missing = sorted(now)
    for code in taken.missing if retire_missing else ():
        if now[code].valid_until is None:
            actions.retire_category(code=code, **edge)
            taken.retired.append(code)
    if problems:
        raise BadStandards(problems)
    return taken
