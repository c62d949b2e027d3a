"""Random actions by random roles, thousands of them.

After each action the case it touched stands in a reachable marking of its version, and after each
coming and going no step is left with a post that nobody fills; every hundredth time all cases are
looked at.
"""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, F, Q

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import Capacity, appoint, end_tenure, filled
from jiceng.kernel.procedures import oversight
from jiceng.kernel.procedures.engine import advance, open_case
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.moves import Transition
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.procedures.soundness import reachable
from jiceng.kernel.testing.cast import Cast, hold, officer, post

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.longest]

# The machine of states is the same on both; the second database gets a shorter walk.
ACTIONS = 3_000 if connection.vendor == "sqlite" else 2_000
CASES = 60
ANSWERS = {403, 409, 422}


class Walk:
    """Throws dice: a person, a case, a move; or somebody leaves, comes, or time passes."""

    def __init__(self, cast: Cast, versions: list[ProcedureVersion], seed: int) -> None:
        self.cast, self.at = cast, cast.at
        self.dice = random.Random(seed)
        extra = [
            hold(officer("1010", "冯小值"), post(cast.zone, "duty_officer")),
            hold(officer("1015", "韩小处"), post(cast.village, "handler")),
        ]
        self.people = [*cast.officers, *extra, cast.crowd]
        self.moves = sorted({m.code for v in versions for m in v.procedure.moves} | {"no_such"})
        self.versions = versions
        self.reachable = {v.pk: reachable(v.procedure) for v in versions}
        self.cases = [self.open() for _number in range(CASES)]
        self.answers: Counter[str] = Counter()

    def open(self) -> Case:
        version = self.dice.choice(self.versions)
        return open_case(
            system="test", procedure=version, title="随机", unit=self.cast.community, at=self.at
        )

    def step(self) -> None:
        """Do one thing, and count the answer."""
        self.at += timedelta(minutes=self.dice.randint(0, 9))
        throw = self.dice.random()
        if throw < 0.97:
            self.move()
        elif throw < 0.98:
            self.come_or_go()
            held = CaseStep.objects.open().filter(post__isnull=False)
            assert not held.exclude(filled(self.at, "post")).exists()
        elif throw < 0.99:
            self.answers["raised"] += oversight.escalate(self.at)
        else:
            self.answers["handed"] += oversight.fill_vacancies(self.at)

    def move(self) -> None:
        place = self.dice.randrange(CASES)
        case = self.cases[place]
        by, move = self.dice.choice(self.people), self.dice.choice(self.moves)
        steps = list(case.steps.open().select_related("post"))
        if steps and self.dice.random() < 0.6:
            # Often the right person presses a button that is there; else nothing would move.
            step = self.dice.choice(steps)
            by = next((one for one in self.people[:-1] if one.post == step.post), by)
            offered = version_of(case.procedure_id).procedure.moves_from(step.step)
            move = self.dice.choice(offered).code
        try:
            moved = advance(
                number=case.number,
                move=move,
                by=by,
                at=self.at,
                unit=self.dice.choice([self.cast.street, self.cast.village]),
                given={"unit": 1, "reason": "因故"} if self.dice.random() < 0.9 else {},
            )
        except Refusal as refusal:
            self.refused(case, move, refusal)
        else:
            self.moved(moved, place)

    def refused(self, case: Case, move: str, refusal: Refusal) -> None:
        assert refusal.status in ANSWERS
        self.answers[refusal.code] += 1
        if refusal.status == 409 and refusal.code == "move_not_possible":
            procedure = version_of(case.procedure_id).procedure
            open_now = case.steps.open().values_list("step", flat=True)
            expected = {m.code for step in open_now for m in procedure.moves_from(step)}
            assert set(refusal.details["allowed"]) == expected
            assert move not in expected

    def moved(self, moved: Transition, place: int) -> None:
        self.answers["moved"] += 1
        marking = frozenset(moved.case.steps.open().values_list("step", flat=True))
        final = moved.case.outcome != ""
        assert (not marking) if final else marking in self.reachable[moved.case.procedure_id]
        if moved.case.outcome:
            self.answers["ended"] += 1
            self.cases[place] = self.open()

    def come_or_go(self) -> None:
        empty = [one for one in self.people[:-1] if not _acts(one, self.at)]
        if empty:
            back = self.dice.choice(empty)
            appoint(by=SYSTEM, at=self.at, post=back.post, officer=back.officer)
            self.answers["came"] += 1
            return
        leaving = self.dice.choice(self.people[:-1])
        tenures = Tenure.objects.unfinished(self.at)
        end_tenure(
            by=SYSTEM, at=self.at, tenure=tenures.get(officer=leaving.officer, post=leaving.post)
        )
        self.answers["left"] += 1


def _acts(one: Capacity, at: datetime) -> bool:
    return Tenure.objects.unfinished(at).filter(officer=one.officer, post=one.post).exists()


def check_invariants(at: datetime) -> None:
    """One open step a branch; no step of a post that nobody fills; ended means ended; every move
    is counted."""
    open_steps = CaseStep.objects.open()
    doubled = open_steps.values("case", "branch").annotate(n=Count("id")).filter(n__gt=1)
    assert not doubled.exists()
    held = open_steps.filter(post__isnull=False)
    assert not held.exclude(filled(at, "post")).exists()
    assert not open_steps.filter(case__closed_at__isnull=False).exists()
    assert not Case.objects.open().exclude(pk__in=open_steps.values("case")).exists()
    left = Count("steps", filter=Q(steps__left_at__isnull=False))
    assert not Case.objects.annotate(left=left).exclude(version=F("left")).exists()


def test_random_actions_by_random_roles(
    loop: ProcedureVersion, permits: ProcedureVersion, cast: Cast
) -> None:
    walk = Walk(cast, [loop, permits], seed=20260302)
    for number in range(ACTIONS):
        walk.step()
        if number % 100 == 0:
            check_invariants(walk.at)
    check_invariants(walk.at)
    # Every kind of answer was met, so none of the checks above ran on nothing.
    wanted = {"moved", "ended", "not_holder", "move_not_possible", "missing", "same_person"}
    wanted |= {"too_early", "left", "came", "raised", "handed"}
    assert {code for code in wanted if walk.answers[code] == 0} == set(), walk.answers
    assert walk.answers["moved"] > ACTIONS / 10
