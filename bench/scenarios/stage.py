"""The stage: a small zone with posts, grids and a standard, and one case walked through it.

One unit of work is one case in seven durable transactions: a report by the grid member, then six
moves, each by the officer who holds the step, with permission, clock and ledger entry.
"""

import random
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity, capacities
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import MONDAY, assemble
from jiceng.kernel.workdays.service import workdays
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.terms import Kind, Purpose, Source
from jiceng.systems.grid.tests.scene import CLAIM, draw_up, kept_photo

CATEGORIES = 40
MOVES = ("judge", "dispatch", "reassign", "dispose", "verify", "close")
TRANSACTIONS = 1 + len(MOVES)
PATROL, DUTY, HANDLER, VERIFIER = "1002", "1001", "1004", "1005"
# Together with what an entry says of a move, about 300 bytes.
WORDS = "现场情况已经查看，周边已设置围挡，夜间有警示灯，通知沿线住户绕行。"
CORNER = "民生路与经十二路交叉口东南角"

Around = Callable[[str, Callable[[], Any]], Any]


def lay() -> None:
    """Write the zone, its officers, its grids, a standard of forty categories and one photo."""
    grid = draw_up(assemble(MONDAY))
    for number in range(CATEGORIES):
        actions.set_category(
            by=SYSTEM,
            at=MONDAY,
            code=f"B{number:03d}",
            name=f"第{number + 1}类",
            kind=Kind.EVENT,
            limit=workdays(5),
            closing_condition="已恢复",
        )
    # Taken just now: what nobody claims within a day is swept.
    kept_photo(grid.cast.qian, clock.read(), purpose=Purpose.DISPOSAL)


def somewhere() -> Place:
    """Return a place in the grid of the community."""
    return Place(lng=117.0 + random.random() * 0.049, lat=30.5 + random.random() * 0.049)


def photo_rows(number: int, **changes: Any) -> list[Attachment]:
    """Keep ``number`` more uploads, each another picture: pixels are not what is measured."""
    first = Attachment.objects.order_by("id").first()
    assert first is not None
    fields = [each for each in first._meta.concrete_fields if not each.generated]
    held = {each.attname: getattr(first, each.attname) for each in fields} | {"subject": ""}
    rows = [Attachment(**held | _another() | changes) for _n in range(number)]
    return Attachment.objects.bulk_create(rows)


def _another() -> dict[str, Any]:
    """Return what tells one picture from all others; it was taken just now."""
    now = clock.read()
    return {
        "id": None,
        "uid": new_uid(),
        "phash": secrets.token_hex(8),
        "sha256": secrets.token_hex(32),
        "captured_at": now,
        "at": now,
    }


@dataclass
class Troupe:
    """Who acts on the stage, and with what."""

    people: dict[str, Capacity]
    units: dict[str, Unit]
    categories: list[Category]
    photos: deque[Attachment] = field(default_factory=deque)

    def ready(self, units: int) -> None:
        """Keep a photo ready for each unit of work."""
        self.photos.extend(photo_rows(max(0, units - len(self.photos))))

    def report(self) -> Case:
        """Open a case as the grid member does on a round."""
        done = actions.report_incident(
            by=self.people[PATROL],
            at=clock.read(),
            source=Source.PATROL,
            category=random.choice(self.categories),
            description=WORDS,
            place=CORNER,
            point=somewhere(),
        )
        assert done.value is not None
        return done.value

    def given(self, move: str) -> dict[str, Any]:
        """Return who makes ``move``, and what the move needs."""
        match move:
            case "dispatch":
                return {"by": self.people[DUTY], "note": WORDS, "unit": self.units["990000001001"]}
            case "reassign":
                street = self.units["990000001"]
                return {"by": self.people[HANDLER], "reason": WORDS, "unit": street}
            case "dispose":
                photos = [self.photos.popleft()]
                by = self.people[HANDLER]
                return {"by": by, "note": WORDS, "photos": photos, "claim": CLAIM}
            case "verify":
                return {"by": self.people[VERIFIER], "note": WORDS}
        return {"by": self.people[DUTY], "note": WORDS}

    def move(self, move: str, number: str) -> Case:
        """Make one move, whatever the open step is: no page stands between."""
        given = self.given(move)
        done = actions.MOVES[move](at=clock.read(), number=number, step_id=None, **given)
        moved: Case = done.value
        return moved

    def play(self, around: Around = lambda name, act: act()) -> Case:
        """Walk one case from its report to its end; ``around`` sees each of the seven acts."""
        case: Case = around("open", self.report)
        for move in MOVES:
            case = around(move, partial(self.move, move, case.number))
        return case


def troupe() -> Troupe:
    """Return the officers of the stage, each in the post held now."""
    now = clock.read()
    staff = Officer.objects.filter(staff_no__in=(PATROL, DUTY, HANDLER, VERIFIER))
    return Troupe(
        {person.staff_no: capacities(person, now)[0] for person in staff},
        {unit.code: unit for unit in Unit.objects.all()},
        list(Category.objects.valid(now).filter(code__startswith="B")),
    )
