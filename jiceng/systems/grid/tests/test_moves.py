"""The moves of a case: who may make each, what it writes, whose words stay out of history."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import Absent, NotAllowed, Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import (
    RESIDENT,
    SYSTEM,
    KeyReused,
    personal_of,
    seal,
    verify,
)
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import Missing, MoveNotPossible, NotHolder, SamePerson
from jiceng.kernel.testing.cast import hold
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.procedure import GRID_CASE
from jiceng.systems.grid.terms import Purpose
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db


def person(grid: Grid, name: str) -> Any:
    return getattr(grid.cast, name)


# What each move needs to be possible, and who of the cast holds the step then.
SENT = ("judge", "dispatch")
STAGES: list[tuple[str, tuple[str, ...], str]] = [
    ("judge", (), "wang"),
    ("refuse", (), "wang"),
    ("dispatch", ("judge",), "wang"),
    ("dispose", ("judge", "dispatch"), "qian"),
    ("return", ("judge", "dispatch"), "qian"),
    ("reassign", ("judge", "dispatch"), "qian"),
    ("verify", ("judge", "dispatch", "dispose"), "sun"),
    ("rework", ("judge", "dispatch", "dispose"), "sun"),
    ("close", ("judge", "dispatch", "dispose", "verify"), "wang"),
    ("find_major", (), "wang"),
    ("study", ("find_major",), "zhang"),
    ("pass_up", (), "wang"),
    ("ask", (), "wang"),
    ("go_on", ("ask",), "wang"),
    ("gather", ("judge", "split"), "wang"),
    ("consult", SENT, "qian"),
    ("hear", (*SENT, "consult"), "qian"),
    ("go_on_without", (*SENT, "consult"), "qian"),
    ("ask_extension", SENT, "qian"),
    ("extend", (*SENT, "ask_extension"), "wang"),
    ("refuse_extension", (*SENT, "ask_extension"), "wang"),
    ("ask_shelving", SENT, "qian"),
    ("shelve", (*SENT, "ask_shelving"), "zhang"),
    ("refuse_shelving", (*SENT, "ask_shelving"), "zhang"),
    ("resume", (*SENT, "ask_shelving", "shelve"), "qian"),
]
EMPTY: dict[str, Any] = {"unit": None, "photo": []}
DEFINED = {move.code: move for move in GRID_CASE.moves}
each_stage = pytest.mark.parametrize(
    ("move", "path", "holder"), STAGES, ids=[stage[0] for stage in STAGES]
)


@each_stage
class TestMoves:
    def test_the_holder_may_and_one_entry_is_written(
        self, grid: Grid, move: str, path: tuple[str, ...], holder: str
    ) -> None:
        case = scene.walk(grid, scene.report(grid), path)
        before = Entry.objects.count()
        done = scene.make(grid, case, move)

        assert Entry.objects.count() == before + 1
        assert done.entry.by == person(grid, holder).ref
        assert done.entry.by_title == person(grid, holder).title
        assert done.entry.event == DEFINED[move].event
        assert done.entry.subject == case.subject

    def test_nobody_else_may(
        self, grid: Grid, move: str, path: tuple[str, ...], holder: str
    ) -> None:
        case = scene.walk(grid, scene.report(grid), path)
        before = _state(case)

        for other in grid.cast.officers:
            if other != person(grid, holder):
                with pytest.raises(NotHolder):
                    scene.make(grid, case, move, by=other)
        assert _state(case) == before

    def test_residents_and_the_system_may_not(
        self, grid: Grid, move: str, path: tuple[str, ...], holder: str
    ) -> None:
        case = scene.walk(grid, scene.report(grid), path)
        before = _state(case)

        for outsider in (RESIDENT, SYSTEM):
            with pytest.raises(NotAllowed):
                scene.make(grid, case, move, by=outsider)
        assert _state(case) == before

    def test_out_of_turn_is_a_conflict_that_lists_what_is_possible(
        self, grid: Grid, move: str, path: tuple[str, ...], holder: str
    ) -> None:
        by, at = person(grid, holder), grid.cast.at
        case = scene.walk(grid, scene.report(grid), ("refuse",))
        words = scene.words_for(grid, move, by, at)

        with pytest.raises(MoveNotPossible) as refused:
            actions.MOVES[move](by=by, at=at, number=case.number, step_id=None, **words)
        assert (refused.value.status, refused.value.details["allowed"]) == (409, {})

    def test_without_what_it_needs_it_is_refused(
        self, grid: Grid, move: str, path: tuple[str, ...], holder: str
    ) -> None:
        case = scene.walk(grid, scene.report(grid), path)

        # Until when is asked as a day to come, which nothing is not: ``BadShelving``.
        for need in set(DEFINED[move].needs) - {"until"}:
            field = "photos" if need == "photo" else need
            before = _state(case)
            with pytest.raises(Missing) as refused:
                scene.make(grid, case, move, **{field: EMPTY.get(need, "")})
            assert (refused.value.code, refused.value.field) == ("missing", need)
            assert _state(case) == before


def _state(case: Case) -> tuple[Any, ...]:
    """Return everything that a refused move must leave alone."""
    return (
        list(Case.objects.filter(pk=case.pk).values()),
        list(CaseStep.objects.filter(case=case).order_by("id").values()),
        list(Incident.objects.filter(case=case).values()),
        Entry.objects.count(),
        Attachment.objects.exclude(subject="").count(),
    )


class TestTheLoop:
    def test_the_straight_way(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH)

        assert case.outcome == "closed"
        assert case.closed_at is not None
        assert not case.steps.open().exists()
        assert [entry.event for entry in Entry.objects.filter(subject=case.subject)] == [
            terms.REPORTED,
            terms.JUDGED,
            terms.DISPATCHED,
            terms.DISPOSED,
            terms.VERIFIED,
            terms.CLOSED,
        ]

    def test_sent_back_it_can_only_be_dispatched_again(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.SENT_BACK)

        assert scene.open_step(case).step == "returned"
        for move in ("refuse", "close", "withdraw", "judge"):
            with pytest.raises(MoveNotPossible):
                scene.make(grid, case, move)
        assert scene.open_step(scene.walk(grid, case, ("dispatch",))).step == "dispatched"

    def test_worked_again_it_goes_to_the_unit_that_had_it(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), (*scene.PATH[:3], "rework"))

        assert (scene.open_step(case).step, scene.open_step(case).unit) == (
            "dispatched",
            grid.street,
        )

    def test_who_disposed_does_not_verify_not_even_in_the_verifier_s_post(
        self, grid: Grid, now: datetime
    ) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH[:3])
        both = hold(grid.cast.qian.officer, grid.cast.sun.post, at=now)
        before = _state(case)

        for move in ("verify", "rework"):
            with pytest.raises(SamePerson) as refused:
                scene.make(grid, case, move, by=both)
            assert (refused.value.status, refused.value.code) == (403, "same_person")
        assert _state(case) == before

    def test_the_judgement_is_kept_with_the_incident(self, grid: Grid) -> None:
        case = scene.report(grid)
        scene.make(grid, case, "find_major")

        assert Incident.objects.get(case=case).judgement == "major"

    def test_a_photo_of_another_session_does_not_dispose(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
        by = grid.cast.qian
        photo = scene.kept_photo(by, grid.cast.at, purpose=Purpose.DISPOSAL, claim="f" * 32)
        before = _state(case)

        with pytest.raises(Absent):
            scene.make(grid, case, "dispose", photos=[photo])
        assert _state(case) == before

    def test_the_same_move_again_under_its_key_is_the_same(self, grid: Grid) -> None:
        case = scene.report(grid)
        step = scene.open_step(case).pk
        words = {
            "by": grid.cast.wang,
            "at": grid.cast.at,
            "number": case.number,
            "note": "属实。",
            "step_id": step,
            "key": "k1",
        }
        first = actions.judge(**words)
        again = actions.judge(**words)

        assert again.replayed
        assert again.entry == first.entry
        with pytest.raises(KeyReused):
            actions.judge(**words | {"note": "另一句话。"})


SECRETS = {
    "description": "楼上王奶奶家门口，有人差点踩空",
    "place": "秘密小区三幢二单元",
    "phone": "13912345678",
    "reporter_name": "欧阳不留名",
}
SPOKEN = {"note": "请联系欧阳，电话十三九", "reason": "王奶奶说不用了"}


def test_personal_words_enter_history_as_commitments_only(grid: Grid) -> None:
    case = scene.report(grid, **SECRETS)
    scene.make(grid, case, "judge", note=SPOKEN["note"])
    scene.make(grid, case, "dispatch", note=SPOKEN["note"])
    scene.make(grid, case, "return", reason=SPOKEN["reason"])
    entries = list(Entry.objects.filter(subject=case.subject).order_by("id"))

    history = "".join(
        f"{entry.payload}{entry.by}{entry.by_title}{entry.subject}" for entry in entries
    )
    for word in (*SECRETS.values(), *SPOKEN.values(), "王小值", "钱小处"):
        assert word not in history
    assert personal_of(entries[0]) == SECRETS
    assert personal_of(entries[3]) == {"reason": SPOKEN["reason"]}
    first = json.loads(entries[0].payload)
    for field in SECRETS:
        assert set(first[field]) == {"commitment"}


def test_the_same_words_twice_have_different_commitments(grid: Grid) -> None:
    payloads = [
        json.loads(Entry.objects.get(subject=scene.report(grid, **SECRETS).subject).payload)
        for _time in range(2)
    ]

    for field in SECRETS:
        assert payloads[0][field] != payloads[1][field]


def test_the_ledger_is_green_afterwards(grid: Grid, now: datetime) -> None:
    later = now + timedelta(days=365)
    straight = scene.walk(grid, scene.report(grid), scene.PATH)
    scene.walk(grid, scene.report(grid), scene.SENT_BACK)
    scene.walk(grid, scene.report(grid), (*scene.PATH[:3], "rework"))
    with pytest.raises(Refusal):
        scene.make(grid, scene.walk(grid, scene.report(grid), ("judge",)), "close")

    while seal(later):
        later += timedelta(seconds=1)
    report = verify()
    assert report.exit_code == 0, report.as_dict()
    assert report.seen["leaves"] == Entry.objects.count()
    assert Entry.objects.filter(subject=straight.subject).count() == 6
