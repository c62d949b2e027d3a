"""The law of the gates: whatever is pressed in whatever order, nothing is registered without four
evidences and a publication that has closed; and what is refused leaves no trace.

What each press does in each situation is tried once, on the database, in a savepoint that is
undone. Ten thousand random walks then follow what was found; some are walked on the database too,
so that a situation is known to say all that matters.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.notices.models import Notice, Objection
from jiceng.kernel.notices.service import (
    answer_objection,
    completed,
    correct,
    latest,
    object_to,
    withdraw,
)
from jiceng.kernel.notices.terms import Outcome
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import GateEvidence, Project
from jiceng.systems.secretary_projects.tests.scene import (
    Party,
    made,
    pass_gate,
    photo,
    proposed,
    row,
    with_step,
)

WALKS, LENGTH, SEED = 10_000, 16, 20_221_124
WALKED_FOR_REAL = 5
GATES = ("survey", "study", "file", "publish")
# More photos than any way through the situations uses.
STOCK = 60
# Longer than the period with any holiday of the spring in it.
WAIT = timedelta(days=15)
Situation = tuple[Any, ...]
Table = dict[Situation, dict[str, Situation]]
Lively = dict[Situation, list[str]]


@dataclass
class Desk:
    """A project with everybody who could press something, at an instant that moves on."""

    party: Party
    case: Case
    waits: int = 0
    presses: dict[str, Callable[[], Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.presses = {
            **{move: lambda move=move: self.gate(move) for move in GATES},
            "bare survey": lambda: self.gate("survey", photos=[]),
            "old study": lambda: self.gate("study", day=self.long_ago),
            "old file": lambda: self.gate("file", day=self.long_ago),
            "publish by owner": lambda: self.gate("publish", by=self.party.chen),
            "return": lambda: made(self.now, self.case, "return", reason="补充"),
            "recall": lambda: made(self.now, self.case, "recall", reason="有误"),
            "register": lambda: made(self.now, self.case, "register"),
            "object": lambda: object_to(
                by=RESIDENT, at=self.now.at, notice=self.notice, text="不同意"
            ),
            "uphold": lambda: self.answer(upheld=True),
            "reject": lambda: self.answer(upheld=False),
            "correct": self.correct,
            "withdraw": lambda: withdraw(
                by=self.party.keeper, at=self.now.at, notice=self.notice, reason="有误"
            ),
            "wait": self.wait,
        }

    def gate(self, move: str, **changes: Any) -> None:
        """Try to pass a gate, with a photo that nobody has used yet."""
        free = Attachment.objects.filter(subject="")[:1]
        pass_gate(self.now, self.case, move, kept=free, **changes)

    @property
    def now(self) -> Party:
        return self.party.later(seconds=self.waits * WAIT.total_seconds())

    @property
    def long_ago(self) -> Any:
        return self.party.at.date() - timedelta(days=30)

    @property
    def notice(self) -> Notice:
        found = latest(self.case.subject, terms.NOTICE)
        if found is None:
            raise Refusal()
        return found

    def wait(self) -> None:
        self.waits += 1

    def answer(self, *, upheld: bool) -> None:
        said = Objection.objects.open().first()
        if said is None:
            raise Refusal()
        by, at = self.party.keeper, self.now.at
        answer_objection(by=by, at=at, said=said, upheld=upheld, answer="已核实。")

    def correct(self) -> None:
        notice, by = self.notice, self.party.keeper
        shown = {**notice.shown, "expected": f"更正{notice.pk}"}
        given = {"notice": notice, "title": notice.title, "shown": shown, "reason": "更正"}
        correct(by=by, at=self.now.at, **given)

    def situation(self) -> Situation:
        """Return all that may matter for what a press does."""
        notice = latest(self.case.subject, terms.NOTICE)
        gates = GateEvidence.objects.standing().filter(project=self.case.pk)
        today = self.now.at.date()
        return (
            tuple(self.case.steps.open().values_list("step", flat=True)),
            tuple(sorted((gate.gate, gate.day == today) for gate in gates)),
            str(notice.standing(self.now.at)) if notice else "",
            notice.takes_words(self.now.at) if notice else False,
            notice.objections.filter(state=Outcome.OPEN).exists() if notice else False,
            notice.objections.filter(state=Outcome.UPHELD).exists() if notice else False,
            Objection.objects.open().exists(),
            row(self.case).registered_at is not None,
        )

    def press(self, name: str) -> None:
        """Press; what is refused leaves history as it was."""
        before = Entry.objects.count()
        try:
            with transaction.atomic():
                self.presses[name]()
        except Refusal:
            assert Entry.objects.count() == before
        self.check()

    def check(self) -> None:
        """The law."""
        project = Project.objects.get(pk=self.case.pk)
        if project.registered_at is None:
            assert project.filing_serial is None
            return
        assert project.registered_at == self.now.at
        gates = GateEvidence.objects.standing().filter(project=project)
        assert sorted(gate.gate for gate in gates) == [1, 2, 3, 4]
        days = [gate.day for gate in gates.order_by("gate")]
        assert days == sorted(days)
        assert all(gate.photos and gate.words for gate in gates)
        assert completed(self.notice, project.registered_at)
        assert gates.get(gate=4).closes_at < project.registered_at


@pytest.fixture
def desk(party: Party) -> Desk:
    """Return a project that was just proposed, with its plan."""
    case = proposed(party)
    with_step(party, case)
    for seed in range(STOCK):
        photo(party, "survey", seed=seed)
    return Desk(party, case)


class _Undo(Exception):
    """Undoes a savepoint."""


def after(desk: Desk, path: tuple[str, ...]) -> Situation:
    """Walk a path on the database; return where it leads."""
    for name in path:
        if desk.situation()[-1]:
            break
        desk.press(name)
    return desk.situation()


def explore(desk: Desk, table: Table) -> Table:
    """Note what each press does from here, and from wherever that leads; all is undone again."""
    here, waits = desk.situation(), desk.waits
    if here in table:
        return table
    table[here] = {}
    for name in () if here[-1] else desk.presses:
        with suppress(_Undo), transaction.atomic():
            desk.press(name)
            table[here][name] = desk.situation()
            explore(desk, table)
            raise _Undo
        desk.waits = waits
    return table


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1200)
def test_ten_thousand_walks_register_nothing_that_is_not_ready(desk: Desk) -> None:
    start, table = desk.situation(), explore(desk, {})
    dice = random.Random(SEED)
    lively = {
        here: [name for name, there in presses.items() if there != here]
        for here, presses in table.items()
    }
    walks = [_walk(table, lively, start, dice) for _number in range(WALKS)]
    ends = [_end(table, start, walk) for walk in walks]

    gates = [{gate for gate, _today in end[1]} for end in ends if end[-1]]
    assert all(passed == {1, 2, 3, 4} for passed in gates)
    assert WALKS // 50 < len(gates) < WALKS, "some register, and some do not"
    for walk, end in list(zip(walks, ends, strict=True))[:WALKED_FOR_REAL]:
        desk.waits = 0
        with suppress(_Undo), transaction.atomic():
            assert after(desk, walk) == end
            raise _Undo


def _walk(table: Table, lively: Lively, start: Situation, dice: random.Random) -> tuple[str, ...]:
    """Return presses at random; every other one does something, or walks would hardly move."""
    here, walk = start, []
    for _press in range(LENGTH):
        moves = lively[here]
        name = dice.choice(moves if moves and dice.random() < 0.5 else list(table[start]))
        walk.append(name)
        here = table[here].get(name, here)
    return tuple(walk)


def _end(table: Table, start: Situation, walk: tuple[str, ...]) -> Situation:
    """Return where a walk ends: where it has registered, or after its last press."""
    here = start
    for name in walk:
        if here[-1]:
            break
        here = table[here][name]
    return here
