"""The scene of every test of the grid: the cast with two cells each, two categories, a photo.

Registered as a plugin by the root ``conftest.py``, so that journeys and faces stand on it too.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM, Actor
from jiceng.kernel.orgs.service import Capacity, holders
from jiceng.kernel.orgs.terms import ROLES
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.service import urgent_hours, workdays
from jiceng.systems.grid import actions
from jiceng.systems.grid.models import Category, Cell
from jiceng.systems.grid.terms import Kind, Purpose, Source

# Three squares side by side; the first two share an edge.
SOUTH, NORTH = 30.50, 30.55
EDGE = 117.05
IN_COMMUNITY = Place(lng=117.02, lat=30.52)
IN_VILLAGE = Place(lng=117.08, lat=30.52)
IN_OTHER_COMMUNITY = Place(lng=117.13, lat=30.52)
ON_THE_EDGE = Place(lng=EDGE, lat=30.52)
OUTSIDE = Place(lng=117.50, lat=30.52)

PHONE, REPORTER = "13800138000", "周大勇"
CLAIM = "c" * 32
WORDS = "井盖裂成两半，晚上有人差点踩空。"
CORNER = "民生路与经十二路交叉口东南角"

# Where the camera stood; a copy that is kept must not say so.
GPS = {1: "N", 2: (30.0, 31.0, 12.0), 3: "E", 4: (117.0, 1.0, 12.0)}
MAKER = "CANARY-CAMERA"


@dataclass(frozen=True)
class Grid:
    """What was drawn up for the cast."""

    cast: Cast
    cover: Category
    rubbish: Category
    cells: dict[str, Cell]

    @property
    def street(self) -> Any:
        """The unit that handles."""
        return self.cast.street


def square(west: float, east: float) -> dict[str, Any]:
    """Return a GeoJSON polygon between two longitudes."""
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    return {"type": "Polygon", "coordinates": [ring]}


def draw_up(cast: Cast) -> Grid:
    """Draw the cells and set the categories, by acts of the system at the beginning."""
    sides = [
        (cast.community, 117.00, EDGE),
        (cast.village, EDGE, 117.10),
        (cast.other_community, 117.11, 117.15),
    ]
    cells = {}
    for unit, west, east in sides:
        done = actions.draw_cell(
            by=SYSTEM,
            at=cast.at,
            code=f"{unit.code}001",
            name=f"{unit.short_name}第一网格",
            unit=unit,
            boundary=square(west, east),
        )
        cells[unit.code] = done.value
    cover = _category(cast.at, "C101", "井盖缺失、移位", Kind.COMPONENT, urgent_hours(2))
    rubbish = _category(cast.at, "E201", "暴露垃圾", Kind.EVENT, workdays(1))
    return Grid(cast, cover, rubbish, cells)  # type: ignore[arg-type]


def _category(at: datetime, code: str, name: str, kind: str, limit: Any) -> Category:
    done = actions.set_category(
        by=SYSTEM, at=at, code=code, name=name, kind=kind, limit=limit, closing_condition="已恢复"
    )
    assert done.value is not None
    return done.value


def picture(seed: int = 0, *, size: tuple[int, int] = (320, 240)) -> bytes:
    """Return a JPEG as a phone writes it: with a place, a time and a maker in its EXIF."""
    image = Image.new("RGB", size, (120 + seed % 100, 124, 118))
    ImageDraw.Draw(image).ellipse((80, 60, 200 + seed % 40, 180), fill=(30, 30, 32))
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 21:30:15"
    exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(seed: int = 0, name: str = "现场.jpg") -> SimpleUploadedFile:
    """Return a photo as a form sends it."""
    return SimpleUploadedFile(name, picture(seed), content_type="image/jpeg")


def kept_photo(
    by: Actor, at: datetime, *, purpose: str = Purpose.REPORT, claim: str = CLAIM, seed: int = 0
) -> Attachment:
    """Return a photo that was taken in and waits for its act."""
    return take_in(upload(seed), by=by, at=at, purpose=purpose, claim=claim)


def report(grid: Grid, *, at: datetime | None = None, **changes: Any) -> Case:
    """File a report as a resident, in the community unless told otherwise; return its case."""
    given: dict[str, Any] = {
        "by": RESIDENT,
        "source": Source.RESIDENT,
        "category": grid.cover,
        "description": WORDS,
        "place": CORNER,
        "point": IN_COMMUNITY,
        "phone": PHONE,
        "reporter_name": REPORTER,
    }
    done = actions.report_incident(at=at or grid.cast.at, **given | changes)
    assert done.value is not None
    return done.value


def open_step(case: Case) -> CaseStep:
    """Return the one step where a case stands."""
    return case.steps.open().select_related("post__unit").get()


def holder_of(grid: Grid, case: Case) -> Capacity:
    """Return who holds the open step of a case, of the cast or beside it."""
    post = open_step(case).post
    assert post is not None
    known = [capacity for capacity in grid.cast.officers if capacity.post == post]
    return known[0] if known else Capacity(holders(post, case.opened_at)[0], post)


# What people write with each move that asks for words.
WORDS_OF: dict[str, dict[str, str]] = {
    "find_major": {"reason": "三十天内同一处第三次塌陷。"},
    "study": {"participants": "王小值、张小任", "study": "先围挡，再开挖检修。"},
    "pass_up": {"authority": "funds"},
    "ask": {"question": "井盖在路的哪一侧？"},
    "answer": {"note": "在东侧，靠近公交站。"},
    "reassign": {"reason": "改由养护队办理。"},
    "return": {"reason": "不属于本单位职责。"},
    "refuse": {"reason": "不在立案范围。"},
    "rework": {"reason": "现场仍有松动。"},
    "consult": {"party": "供电公司", "question": "电缆井由谁维护？"},
    "hear": {"note": "由其三日内修复。"},
    "ask_extension": {"reason": "等材料到货。"},
    "refuse_extension": {"reason": "材料今天已到。"},
    "ask_shelving": {"reason": "列入明年改造。"},
    "refuse_shelving": {"reason": "可先行修补。"},
    "reopen": {"reason": "又裂开了。"},
    "reopen_by_office": {"reason": "复查发现未修好。"},
    "gather": {"reason": "其余部分另行跟进。"},
    "take_up": {"reason": "经核实属于本区。"},
    "unmerge": {"reason": "不是同一个井盖。"},
}
TO_A_UNIT = ("dispatch", "reassign")
PARTS = ("更换井盖。", "清运渣土。")
PATH = ("judge", "dispatch", "dispose", "verify", "close")
# What brings an ended case back.
BACK = ("reopen", "reopen_by_office", "take_up", "unmerge")
SENT_BACK = ("judge", "dispatch", "return")


def maker_of(grid: Grid, case: Case, move: str) -> Any:
    """Return whose move it is: the reporter's, the duty officer's, or the holder's."""
    if move in ("answer", "withdraw", "reopen"):
        return RESIDENT
    return grid.cast.wang if move in BACK else holder_of(grid, case)


def words_for(grid: Grid, move: str, by: Actor, at: datetime) -> dict[str, Any]:
    """Return what a move asks for, with a fresh photo where one is due."""
    if move in ("dispose", "finish"):
        photo = kept_photo(by, at, purpose=Purpose.DISPOSAL, seed=1)
        return {"photos": [photo], "claim": CLAIM, "note": "已更换新井盖。"}
    if move == "split":
        return {"parts": [actions.Part(words, grid.street) for words in PARTS]}
    if move in TO_A_UNIT:
        return {"unit": grid.street} | WORDS_OF.get(move, {})
    if move == "shelve":
        return {"until": at + timedelta(days=30)}
    return WORDS_OF.get(move, {})


def make(
    grid: Grid, case: Case, move: str, /, *, at: datetime | None = None, **changes: Any
) -> Any:
    """Make one move as whoever holds the step; return what the act returned."""
    instant = at or case.opened_at
    by = changes.pop("by", None) or maker_of(grid, case, move)
    words = words_for(grid, move, by, instant) | changes
    if move not in BACK:
        words = {"step_id": open_step(case).pk} | words
    return actions.MOVES[move](by=by, at=instant, number=case.number, **words)


def walk(grid: Grid, case: Case, moves: tuple[str, ...], *, at: datetime | None = None) -> Case:
    """Make several moves, each as its holder; return the case as it is then."""
    for move in moves:
        make(grid, case, move, at=at)
    case.refresh_from_db()
    return case


@pytest.fixture
def grid(cast: Cast) -> Grid:
    """Return the cast with cells and categories."""
    return draw_up(cast)


@pytest.fixture
def in_role(grid: Grid) -> Callable[[str], Capacity]:
    """Return a function that finds a person of the cast by role, in the first street."""
    people = {capacity.role: capacity for capacity in reversed(grid.cast.officers)}
    return lambda role: people[ROLES.get(role).code]
