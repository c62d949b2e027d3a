"""Takes in the cells of a file, those above before those below, all or none."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.systems.grid import actions
from jiceng.systems.grid.management.cells.reading import level_of, problems_of, read_features, told
from jiceng.systems.grid.models import Cell

Feature = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What properties of a feature may name: units by code, posts by unit, role and name."""

    units: dict[str, Unit]
    posts: dict[str, Post]
    datum: str

    @classmethod
    def read(cls, datum: str, at: datetime) -> "Known":
        """Read both, in two queries."""
        units = Unit.objects.existing(at)
        posts = Post.objects.filter(unit__in=units).select_related("unit")
        named = {f"{post.unit.code}:{post.role}:{post.name}": post for post in posts}
        return cls({unit.code: unit for unit in units}, named, datum)


def take_in(file: Path, datum: str, at: datetime) -> tuple[int, int]:
    """Draw the cells of ``file``; return how many were drawn, and how many were there just so.

    Raises ``CommandError`` with a line for each fault.
    """
    features = read_features(file)
    known = Known.read(datum, at)
    problems = problems_of(features, known.units, known.posts, datum)
    if problems:
        raise CommandError("没有写入任何网格：\n" + "\n".join(problems))
    drawn = 0
    with transaction.atomic():
        # A cell stands in the one above, which the same file may bring.
        for number, feature in sorted(enumerate(features, start=1), key=_level_of_numbered):
            drawn += _draw(number, feature, known, at)
    return drawn, len(features) - drawn


def _level_of_numbered(numbered: tuple[int, Feature]) -> int:
    return int(level_of(told(numbered[1])))


def _draw(number: int, feature: Feature, known: Known, at: datetime) -> int:
    """Draw one cell; one that is in force just so is left as it is."""
    same = _properties(number, told(feature), known, at)
    now = Cell.objects.valid(at).filter(**same).first()
    if now is not None and now.sent_boundary == feature["geometry"]:
        return 0
    try:
        actions.draw_cell(by=OPERATOR, at=at, boundary=feature["geometry"], **same)
    except Refusal as refusal:
        raise _none_drawn(number, f"{refusal}（{refusal.code}）") from refusal
    return 1


def _none_drawn(number: int, sentence: str) -> CommandError:
    return CommandError(f"没有写入任何网格：\n第 {number} 个要素：{sentence}")


def _properties(number: int, told: dict[str, Any], known: Known, at: datetime) -> dict[str, Any]:
    return {
        "code": str(told["code"]),
        "name": clean_line(str(told["name"]), 60),
        "unit": known.units[str(told["unit"])],
        "datum": known.datum,
        "level": int(level_of(told)),
        "parent": _parent(number, str(told.get("parent") or ""), at),
        "chief": known.posts[str(told["chief"])] if told.get("chief") else None,
        "branch": known.units[str(told["branch"])] if told.get("branch") else None,
    }


def _parent(number: int, code: str, at: datetime) -> Cell | None:
    if not code:
        return None
    found = Cell.objects.valid(at).filter(code=code).select_related("unit").first()
    if found is None:
        raise _none_drawn(number, f"没有上级网格 {code}（unknown_parent）")
    return found
