"""What every long walk starts from: a small zone, its people, and the words they write."""

from collections.abc import Sequence
from typing import Any, TypeVar

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.kernel.workdays.service import Limit, workdays
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.terms import Kind, Purpose
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

T = TypeVar("T")
WORDS = "因故"
BY_CODE = {move.code: move for move in GRID_CASE.moves}
REOPENING = frozenset(code for code, move in BY_CODE.items() if move.reopens)

# The words that each act asks for, beside units, days and photos.
SAID = {
    "find_major": ("reason",),
    "study": ("participants", "study"),
    "refuse": ("reason",),
    "ask": ("question",),
    "answer": ("note",),
    "reassign": ("reason",),
    "return": ("reason",),
    "consult": ("party", "question"),
    "hear": ("note",),
    "ask_extension": ("reason",),
    "refuse_extension": ("reason",),
    "ask_shelving": ("reason",),
    "refuse_shelving": ("reason",),
    "dispose": ("note",),
    "finish": ("note",),
    "rework": ("reason",),
    **dict.fromkeys(sorted(REOPENING), ("reason",)),
}
BLANK = frozenset(
    {"reason", "note", "question", "party", "participants", "study", "authority", "photos", "parts"}
)


class Ground:
    """What every walk starts from; it is laid once, and never changed."""

    def __init__(self, grid: Grid) -> None:
        cast = grid.cast
        self.cast, self.start = cast, cast.at
        extra = [
            hold(officer(f"10{number}", name), post(unit, role))
            for number, name, unit, role in (
                (10, "冯小值", cast.zone, "duty_officer"),
                (11, "陈小任", cast.zone, "unit_head"),
                (12, "褚小处", cast.zone, "handler"),
                (13, "卫小核", cast.zone, "verifier"),
                (14, "蒋小任", cast.other_street, "unit_head"),
                (15, "沈小处", cast.other_street, "handler"),
                (16, "韩小值", cast.community, "duty_officer"),
            )
        ]
        self.people: list[Capacity] = [*cast.officers, *extra]
        self.officers = [one.officer for one in self.people]
        self.posts = {one.post.pk: one.post for one in self.people}
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.receivers = [cast.street, cast.other_street, cast.zone, cast.village]
        self.categories = [
            grid.cover,
            grid.rubbish,
            self._category("C301", workdays(5), needs_verification=False),
            self._category("E401", workdays(10), needs_verification=False),
        ]
        self._photo = scene.kept_photo(cast.qian, cast.at, purpose=Purpose.DISPOSAL)

    def _category(self, code: str, limit: Limit, **changes: Any) -> Category:
        given = {"name": code, "kind": Kind.EVENT, "closing_condition": "已恢复"} | changes
        done = actions.set_category(by=SYSTEM, at=self.start, code=code, limit=limit, **given)
        assert done.value is not None
        return done.value

    def photo(self) -> Attachment:
        """Return one more upload of the same picture: pixels are not what is walked."""
        fields = [each for each in self._photo._meta.concrete_fields if not each.generated]
        held = {each.attname: getattr(self._photo, each.attname) for each in fields}
        return Attachment.objects.create(**held | {"id": None, "uid": new_uid()})


def pick(choices: Sequence[T], number: int) -> T:
    """Return one of the choices, by a number of any size."""
    return choices[number % len(choices)]
