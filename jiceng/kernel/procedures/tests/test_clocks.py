"""A case that waits for somebody outside does not use up its promise."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from jiceng.kernel.procedures.engine import advance
from jiceng.kernel.procedures.models import Case, ProcedureVersion
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.soundness import problems
from jiceng.kernel.procedures.tests.nets import end, move, net, step
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

ASKING = net(
    step("start"),
    step("waiting", pauses="applicant_reply"),
    end(),
    moves=[
        move("ask", "start", "waiting"),
        move("answer", "waiting", "start", manner="back"),
        move("finish", "start", "end"),
    ],
)


def test_the_promise_waits_while_the_applicant_is_asked(
    cast: Cast, now: datetime, opened: Callable[[ProcedureVersion], Case]
) -> None:
    case = opened(publish(ASKING, at=now))
    promised = case.due_at
    assert promised is not None
    advance(number=case.number, move="ask", by=cast.wang, at=now + DAY)
    assert Clock.objects.get(subject=case.subject).paused_at == now + DAY
    advance(number=case.number, move="answer", by=cast.wang, at=now + 3 * DAY)
    case.refresh_from_db()
    # From Tuesday to Thursday morning: two working days later than promised, over a weekend.
    assert case.due_at == promised + 2 * DAY
    advance(number=case.number, move="finish", by=cast.wang, at=now + 3 * DAY)
    assert Clock.objects.get(subject=case.subject).stopped_at == now + 3 * DAY


def test_a_cause_outside_the_whitelist_is_a_defect() -> None:
    bad = net(step("start", pauses="weather"), end(), moves=[move("go", "start", "end")])
    assert {problem.code for problem in problems(bad)} == {"bad_pause"}
