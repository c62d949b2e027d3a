"""Twenty people press the same button: one wins, nineteen are told what happened."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.registry import Registry
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import Done, Recorded, act
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.engine import advance, open_case, plan
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.tests.nets import PERMITS
from jiceng.kernel.testing.cast import Cast, assemble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS = 20
Make = Callable[..., Done[Case]]
MOVED = "testing.case.moved"


@pytest.fixture(autouse=True, params=[False, True], ids=["in a transaction", "at once"])
def make_move(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return an act that makes one move: both ways of writing it have to stand the same."""
    monkeypatch.setattr("jiceng.kernel.ledger.acts.ACTS", Registry("act"))
    if request.param:
        return act(MOVED, label="流转", decides=True)(decided_move)
    return act(MOVED, label="流转")(made_move)


def made_move(
    *, by: Capacity, at: datetime, number: str, move: str, step_id: int | None
) -> Recorded[Case]:
    moved = advance(by=by, at=at, number=number, move=move, step_id=step_id)
    return Recorded(moved.case, moved.case.subject, moved.facts)


def decided_move(
    *, by: Capacity, at: datetime, number: str, move: str, step_id: int | None
) -> Recorded[Case]:
    made = plan(by=by, at=at, number=number, move=move, step_id=step_id)
    case = made.moved.case
    return Recorded(case, case.subject, made.moved.facts, write=made.write)


def together(work: list[Callable[[], object]]) -> Counter[str]:
    """Run all at once, each in a thread with a connection of its own; count how they ended."""
    ends: Counter[str] = Counter()
    gate = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        try:
            gate.wait()
            one()
            ends["done"] += 1
        except Refusal as refusal:
            ends[f"{refusal.status} {refusal.code}"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.fixture
def permit(now: datetime, make_move: Make) -> tuple[Cast, Case]:
    """Return the cast and an accepted permit, both reviews open."""
    cast = assemble(now)
    version = publish(PERMITS, at=now)
    with transaction.atomic():
        case = open_case(
            system="testing", procedure=version, title="许可", unit=cast.community, at=now
        )
    make_move(by=cast.wang, at=now, number=case.number, move="accept", step_id=None)
    return cast, case


def test_twenty_threads_on_one_step_make_one_event(
    permit: tuple[Cast, Case], make_move: Make, now: datetime
) -> None:
    cast, case = permit
    seen = case.steps.open().get(step="plan_review").pk
    before = Entry.objects.count()

    def press() -> object:
        return make_move(by=cast.wang, at=now, number=case.number, move="pass_plan", step_id=seen)

    ends = together([press] * THREADS)
    assert ends == {"done": 1, "409 stale_page": THREADS - 1}
    assert Entry.objects.count() == before + 1
    assert case.steps.filter(step="plan_issue").count() == 1


def test_branches_that_finish_together_open_the_join_once(
    permit: tuple[Cast, Case], make_move: Make, now: datetime
) -> None:
    cast, case = permit

    def go(move: str) -> Callable[[], object]:
        return lambda: make_move(by=cast.wang, at=now, number=case.number, move=move, step_id=None)

    for move in ("pass_plan", "pass_build", "issue_plan"):
        go(move)()
    assert together([go("issue_build")] * THREADS)["done"] == 1
    assert list(case.steps.open().values_list("step", flat=True)) == ["ready"]
    case.refresh_from_db()
    assert case.version == 5


def test_both_branches_at_once_disturb_nobody(
    permit: tuple[Cast, Case], make_move: Make, now: datetime
) -> None:
    cast, case = permit
    steps = {step.step: step.pk for step in case.steps.open()}

    def go(move: str, step: str) -> Callable[[], object]:
        return lambda: make_move(
            by=cast.wang, at=now, number=case.number, move=move, step_id=steps[step]
        )

    ends = together([go("pass_plan", "plan_review"), go("pass_build", "build_review")])
    assert ends == {"done": 2}
