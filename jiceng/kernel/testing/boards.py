"""A kind of notice, a keeper of boards, and a notice that hangs: what the tests begin with."""

from datetime import datetime
from typing import Any

from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.notices.service import comment, object_to, publish, register_kind
from jiceng.kernel.notices.terms import BOARD_KEEPER
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import Cast, hold, officer, post

FIELDS = {"name": "项目名称", "goal": "目标", "steps": "步骤", "owner": "责任人"}
PLAN = register_kind("tests.plan", "项目公示", FIELDS)
QUIET = register_kind("tests.quiet", "只看不评", FIELDS, days=3, objections=False, comments=False)
SHOWN = {
    "name": "柳岸社区老旧小区路灯改造",
    "goal": "更换路灯 46 盏",
    "steps": ["摸底", "施工", "验收"],
}


def keeper(cast: Cast, unit: Unit | None = None, staff_no: str = "1108") -> Capacity:
    """Return somebody who looks after the boards of a street."""
    held = post(unit or cast.street, BOARD_KEEPER.code)
    return hold(officer(staff_no, "吴小栏"), held)


def hang(cast: Cast, at: datetime, **given: Any) -> Notice:
    """Publish a notice of the community on its own board and the street's."""
    told: dict[str, Any] = {
        "kind": PLAN.code,
        "subject": "tests.project:1",
        "title": "柳岸社区路灯改造项目公示",
        "unit": cast.community,
        "boards": [cast.community, cast.street],
        "shown": SHOWN,
    }
    done = publish(by=cast.zhang, at=at, **told | given)
    assert done.value is not None
    return done.value


def objection(
    notice: Notice, at: datetime, text: str = "路灯数量与现场不符", **given: Any
) -> Objection:
    """Let a resident object."""
    done = object_to(by=RESIDENT, at=at, notice=notice, text=text, **given)
    assert done.value is not None
    return done.value


def remark(notice: Notice, at: datetime, text: str = "什么时候开工？", **given: Any) -> Comment:
    """Let a resident comment."""
    done = comment(by=RESIDENT, at=at, notice=notice, text=text, **given)
    assert done.value is not None
    return done.value
