"""A definition that was published before goes on: its cases are worked with the acts of today."""

import json
from typing import Any

import pytest

from jiceng.kernel.base import clock
from jiceng.kernel.ledger.service import entries_of
from jiceng.kernel.procedures.models import Case, ProcedureVersion
from jiceng.kernel.procedures.rules import read_procedure
from jiceng.kernel.procedures.service import (
    Missing,
    MoveNotPossible,
    SamePerson,
    current,
    problems,
    publish,
)
from jiceng.kernel.testing.cast import hold
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

pytestmark = pytest.mark.django_db


def _step(code: str, label: str, role: str, kind: str, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "label": label,
        "holder": {"role": role} | more,
        "promised": {"kind": kind, "amount": amount},
        "escalates_to": "unit_head",
    }


def _move(
    code: str, label: str, event: str, source: str, target: str, **more: Any
) -> dict[str, Any]:
    event = f"grid.case.{event}"
    return {"code": code, "label": label, "event": event, "sources": [source], "target": target} | (
        more
    )


# Version 2026-1 as it stands in databases, and the fingerprint that was published with it.
FORMER: dict[str, Any] = {
    "code": "grid.case",
    "version": "2026-1",
    "label": "网格事件办理",
    "basis": "滨州市社会治理网格化服务管理条例（2021年）所述采集、受理、派遣、处置、核查、结案的"
    "闭环；时限由本区自定",
    "start": "reported",
    "steps": [
        _step("reported", "待研判", "duty_officer", "work_hours", 2),
        _step("judged", "待派遣", "duty_officer", "work_hours", 2),
        _step("dispatched", "处置中", "handler", "workdays", 3, at="given"),
        _step("disposed", "待核实", "verifier", "workdays", 1),
        _step("verified", "待结案", "duty_officer", "work_hours", 4),
        {"code": "closed", "label": "已结案", "outcome": "closed"},
        {"code": "refused", "label": "不予受理", "outcome": "refused"},
    ],
    "moves": [
        _move("judge", "研判", "judged", "reported", "judged", needs=["judgement"], takes=["note"]),
        _move(
            "refuse",
            "不予受理",
            "refused",
            "reported",
            "refused",
            needs=["reason"],
            manner="stop",
        ),
        _move(
            "dispatch", "派遣", "dispatched", "judged", "dispatched", needs=["unit"], takes=["note"]
        ),
        _move("dispose", "处置完成", "disposed", "dispatched", "disposed", needs=["photo", "note"]),
        _move(
            "return", "退回", "returned", "dispatched", "judged", needs=["reason"], manner="back"
        ),
        _move(
            "reassign",
            "改派",
            "reassigned",
            "dispatched",
            "dispatched",
            needs=["unit", "reason"],
            manner="back",
        ),
        _move(
            "verify",
            "核实通过",
            "verified",
            "disposed",
            "verified",
            takes=["note", "photo"],
            differs_from=["dispose"],
        ),
        _move(
            "rework",
            "退回重办",
            "reworked",
            "disposed",
            "dispatched",
            needs=["reason"],
            takes=["photo"],
            differs_from=["dispose"],
            manner="back",
        ),
        _move("close", "结案", "closed", "verified", "closed", takes=["note"]),
    ],
}
FINGERPRINT = "40942d75cdb8c5fa2273ddacc60f32aff901ca2e3166b076c3e015bb301f2986"


@pytest.fixture
def former(grid: Grid) -> ProcedureVersion:
    """Return the former version, published in this database."""
    # Later than today's was published in the database of the tests, so that it is the newest.
    return publish(read_procedure(json.dumps(FORMER)), at=clock.read())


@pytest.fixture
def case(grid: Grid, former: ProcedureVersion) -> Case:
    """Return a case that was reported while the former version was the newest."""
    assert current(terms.PROCEDURE) == former
    found = scene.report(grid)
    assert found.procedure == former
    return found


def test_it_reads_as_it_was_published_and_is_sound(former: ProcedureVersion) -> None:
    assert former.fingerprint == FINGERPRINT
    assert former.procedure.fingerprint() == FINGERPRINT
    assert problems(former.procedure) == []


@pytest.mark.parametrize(
    ("moves", "stands"),
    [
        (scene.PATH, ""),
        ((*scene.SENT_BACK, *scene.PATH[1:]), ""),
        (("judge", "dispatch", "reassign", "dispose", "rework", *scene.PATH[2:]), ""),
        (("refuse",), ""),
        (scene.SENT_BACK, "judged"),
    ],
)
def test_its_cases_are_walked_with_the_acts_of_today(
    grid: Grid, case: Case, moves: tuple[str, ...], stands: str
) -> None:
    scene.walk(grid, case, moves)

    assert case.steps.filter(left_at=None).exists() is bool(stands)
    if stands:
        assert scene.open_step(case).step == stands
    assert entries_of(case.subject).count() == len(moves) + 1


@pytest.mark.parametrize("judgement", ["ordinary", "major"])
def test_it_asks_for_the_judgement_itself(grid: Grid, case: Case, judgement: str) -> None:
    with pytest.raises(Missing) as refused:
        scene.make(grid, case, "judge", judgement="")
    assert refused.value.field == "judgement"
    scene.make(grid, case, "judge", judgement=judgement)

    assert Incident.objects.get(case=case).judgement == judgement


def test_its_page_asks_for_the_judgement(grid: Grid, case: Case) -> None:
    address = f"/desk/grid/cases/{case.number}/moves/judge/"
    words = {"step": scene.open_step(case).pk, "key": ""}
    wang = desk(grid.cast.wang)

    assert 'name="judgement"' in wang.get(address).content.decode()
    assert wang.post(address, words).status_code == 422
    assert wang.post(address, words | {"judgement": "major"}).status_code == 302


def test_what_it_does_not_know_is_not_possible(grid: Grid, case: Case) -> None:
    for move in ("find_major", "ask", "pass_up", "withdraw"):
        with pytest.raises(MoveNotPossible):
            scene.make(grid, case, move)
    scene.walk(grid, case, scene.PATH)
    for move in ("reopen", "reopen_by_office"):
        with pytest.raises(MoveNotPossible):
            scene.make(grid, case, move)


def test_who_disposed_does_not_verify_there_either(grid: Grid, case: Case) -> None:
    scene.walk(grid, case, scene.PATH[:3])
    both = hold(grid.cast.qian.officer, grid.cast.sun.post, at=grid.cast.at)
    with pytest.raises(SamePerson):
        scene.make(grid, case, "verify", by=both)
