"""Published procedures and a case to work on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.engine import open_case
from jiceng.kernel.procedures.models import Case, ProcedureVersion
from jiceng.kernel.procedures.publishing import publish
from jiceng.kernel.procedures.rules import Holder, Move, Procedure, Step
from jiceng.kernel.procedures.tests.nets import PERMITS, end
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.rules import work_hours, workdays

DUTY = Holder("duty_officer")

# The loop of the grid, small: judged and handled by different posts, checked by another person.
LOOP = Procedure(
    "test.loop",
    "1",
    "处置",
    "reported",
    (
        Step("reported", "待研判", DUTY, promised=work_hours(2), escalates_to="unit_head"),
        Step("handling", "处置中", Holder("handler", at="given"), promised=workdays(3)),
        Step("checking", "待核实", DUTY),
        end("closed"),
        Step("refused", "不予受理", outcome="refused"),
    ),
    (
        Move(
            "dispatch", "派遣", "test.case.dispatched", ("reported",), "handling", needs=("unit",)
        ),
        Move("refuse", "不予受理", "test.case.refused", ("reported",), "refused", ("reason",)),
        Move("dispose", "处置", "test.case.disposed", ("handling",), "checking"),
        Move("return", "退回", "test.case.returned", ("handling",), "reported", manner="back"),
        Move(
            "check",
            "核实",
            "test.case.checked",
            ("checking",),
            "closed",
            differs_from=("dispatch",),
        ),
        Move("redo", "重办", "test.case.redone", ("checking",), "handling", manner="back"),
    ),
)


def backlog(version: ProcedureVersion, unit: Unit, count: int, now: datetime) -> list[Case]:
    """Write so many cases of a unit at once, without steps: what waits in large numbers."""
    return Case.objects.bulk_create(
        Case(
            number=f"{number:013d}",
            system="test",
            procedure=version,
            title="积压",
            unit=unit,
            opened_at=now,
        )
        for number in range(count)
    )


@pytest.fixture
def loop(cast: Cast, now: datetime) -> ProcedureVersion:
    """Return the published small loop."""
    return publish(LOOP, at=now)


@pytest.fixture
def permits(cast: Cast, now: datetime) -> ProcedureVersion:
    """Return the published procedure with parallel branches."""
    return publish(PERMITS, at=now)


@pytest.fixture
def opened(cast: Cast, now: datetime) -> Callable[[ProcedureVersion], Case]:
    """Return a function that opens a case of the community."""

    def start(version: ProcedureVersion) -> Case:
        return open_case(
            system="test",
            procedure=version,
            title="井盖缺失",
            unit=cast.community,
            at=now,
            limit=workdays(5),
        )

    return start
