"""The scene of every test of secretary projects: the cast with party organisations and posts.

陈 is secretary of the branch of the community, 吴 of a branch in another street; 党 sits in the
party office of the zone, 林 and 何 inspect. Registered as a plugin by the root ``conftest.py``.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import Cast, hold, officer, post, unit
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.terms import Theme

CLAIM = "d" * 32
DESK = "/desk/projects/"
Enter = Callable[..., Client]
PHONE, IDENTITY = "13900139000", "11010519491231002X"
LASTS = 200  # days


@dataclass(frozen=True)
class Party:
    """What the cast has beside the grid: party organisations, and who works for them."""

    cast: Cast
    branch: Unit
    other_branch: Unit
    bare_branch: Unit
    chen: Capacity
    wu: Capacity
    office: Capacity
    keeper: Capacity
    lin: Capacity
    he: Capacity
    at: datetime

    def later(self, **length: Any) -> "Party":
        """Return the same at a later instant."""
        return replace(self, at=self.at + timedelta(**length))


def found_party(cast: Cast) -> Party:
    """Found the organisations of the test."""
    at = cast.at
    branch = unit("DZ0001", "柳岸社区党总支", Kind.PARTY, cast.community, at=at)
    other = unit("DZ0002", "枫林社区党总支", Kind.PARTY, cast.other_community, at=at)
    bare = unit("DZ0003", "石桥村党支部", Kind.PARTY, cast.village, at=at)

    inspecting = post(cast.zone, "inspector")

    def sits(number: str, name: str, of: Unit, role: str) -> Capacity:
        return hold(officer(number, name), post(of, role), at=at)

    return Party(
        cast=cast,
        branch=branch,
        other_branch=other,
        bare_branch=bare,
        chen=sits("2001", "陈小书", branch, "secretary"),
        wu=sits("2002", "吴小书", other, "secretary"),
        office=sits("2003", "党小办", cast.zone, "party_office"),
        keeper=sits("2006", "栏小管", cast.zone, "board_keeper"),
        lin=hold(officer("2004", "林小查"), inspecting, at=at),
        he=hold(officer("2005", "何小查"), inspecting, at=at),
        at=at,
    )


@pytest.fixture
def party(cast: Cast) -> Party:
    """Return the organisations and who works for them."""
    return found_party(cast)


def proposed(party: Party, *, item: bool = False, **changes: Any) -> Case:
    """Let 陈 propose a project, or an item."""
    start = party.at.date()
    given: dict[str, Any] = {
        "by": party.chen,
        "at": party.at,
        "unit": party.branch,
        "title": "盘活闲置厂房引进电子配套企业",
        "theme": Theme.INVESTMENT,
        "background": "社区有三处闲置厂房，配套企业反映租不到合适场地。",
        "expected": "年内引进企业3家，租金收入60万元。",
        "starts_on": start,
        "due_on": start + timedelta(days=LASTS),
    }
    done = (actions.propose_item if item else actions.propose)(**given | changes)
    assert done.value is not None
    return done.value


def upload(seed: int = 0) -> SimpleUploadedFile:
    """Return a photo of papers as a form sends it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 190 - seed % 90, 170)).save(out, "JPEG")
    return SimpleUploadedFile("会议记录.jpg", out.getvalue(), content_type="image/jpeg")


def photo(party: Party, purpose: str, *, by: Capacity | None = None, seed: int = 0) -> Attachment:
    """Return an upload of this session."""
    return take_in(upload(seed), by=by or party.chen, at=party.at, purpose=purpose, claim=CLAIM)


def evidence(
    party: Party,
    move: str,
    *,
    by: Capacity | None = None,
    day: date | None = None,
    photos: Sequence[Attachment] = (),
) -> dict:
    """Return what a gate asks for."""
    purpose = {"survey": "survey", "study": "study", "file": "filing", "publish": "publication"}
    given: dict[str, Any] = {
        "photos": photos or [photo(party, purpose.get(move, "progress"), by=by)],
        "claim": CLAIM,
        "step_id": None,
        "at": party.at,
    }
    if move != "publish":
        given["day"] = day or party.at.date()
    given["study" if move == "study" else "note"] = "会议记录和走访记录齐全。"
    return given


def with_step(party: Party, case: Case, **changes: Any) -> Any:
    """Let the owner add a step to the plan."""
    given: dict[str, Any] = {
        "by": party.chen,
        "at": party.at,
        "number": case.number,
        "name": "完成厂房改造",
        "expected": "三处厂房通过验收",
        "owner": "社区党总支委员",
        "due_on": party.at.date() + timedelta(days=60),
        "weight": "3",
    }
    done = actions.set_step(**given | changes)
    assert done.value is not None
    return done.value


def pass_gate(
    party: Party, case: Case, move: str, kept: Sequence[Attachment] = (), **changes: Any
) -> Any:
    """Make one of the moves that need evidence; ``kept`` are photos that were taken in before."""
    by = party.office if move == "publish" else party.chen
    given = {"by": by, "number": case.number, **evidence(party, move, by=by, photos=kept)}
    return actions.PROJECT_MOVES[move](**given | changes)


def filed(party: Party, **changes: Any) -> Case:
    """Return a project that waits for the party office."""
    case = proposed(party, **changes)
    with_step(party, case, name="签约", weight=None, due_on=party.at.date() + timedelta(days=90))
    with_step(party, case)
    for move in ("survey", "study", "file"):
        pass_gate(party, case, move)
    return case


def published(party: Party, **changes: Any) -> Case:
    """Return a project whose publication has just begun."""
    case = filed(party, **changes)
    pass_gate(party, case, "publish")
    return case


def made(party: Party, case: Case, move: str, **given: Any) -> Any:
    """Make a move that asks for words alone."""
    moves = actions.MOVES_OF[case.definition.code]
    return moves[move](by=party.office, at=party.at, number=case.number, step_id=None, **given)


def registered(party: Party, **changes: Any) -> tuple[Party, Case]:
    """Return a project that was registered, and the instant at which that was."""
    case = published(party, **changes)
    later = party.later(days=10)
    made(later, case, "register")
    return later, case


def row(case: Case) -> Project:
    """Return the row of a case as it is now."""
    return Project.objects.select_related("case", "unit", "owner").get(pk=case.pk)


def registered_item(party: Party, **changes: Any) -> Case:
    """Return an item that was registered."""
    case = proposed(party, item=True, **changes)
    given = {"by": party.chen, "at": party.at, "number": case.number, "step_id": None}
    actions.ITEM_MOVES["file"](**given, note="本季度办成。")
    made(party, case, "register")
    return case


def text(response: HttpResponse) -> str:
    """Return what a page says."""
    return response.content.decode()


def address(case: Case, *more: object) -> str:
    """Return where a page of a project is."""
    return "/".join([f"{DESK}cases/{case.number}", *map(str, more), ""])
