"""What is counted: sums of money that are typed, and published numbers that are corrected."""

from decimal import Decimal
from typing import Any

from jiceng.kernel.figures.service import Period, correct, publish
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.secretary_projects.models import Result
from jiceng.systems.secretary_projects.tests.scene import found_party
from jiceng.systems.secretary_projects.tests.test_results import indicator, result
from tests.bad_input.cases import Answer, Case, Row
from tests.bad_input.knocks import case
from tests.bad_input.town import Town

NO_MONEY = ["1,234.5", "0.005", "-1", "1e999", "NaN", "五百", "", "12.34元"]
MONEY = {"１２.３４": "12.34", "-0": "0.00", "1e3": "1000.00", "2500": "2500.00"}
MARCH = Period.month(2026, 3)


def paid(typed: str, kept: str = "") -> Case:
    """Return a result whose amount was typed; ``kept`` is what it comes to, "" where nothing."""

    def ready(town: Town) -> Any:
        party = found_party(town.grid.cast)
        indicator(party)
        return lambda: result(party, amount=typed)

    def is_kept(town: Town, answer: Answer) -> None:
        assert Result.objects.get().amount == Decimal(kept)

    if kept:
        return case(f"an amount of {typed}", ready, 200, check=is_kept)
    return case(f"an amount of {typed!r}", ready, 422, "bad_amount")


def corrected(reasons: list[str], status: int, code: str) -> Case:
    """Return a published number that is corrected again and again; the last time is judged."""

    def ready(town: Town) -> Any:
        cast = town.grid.cast
        keeper = hold(officer("6109", "吴小统"), post(cast.street, FIGURES_KEEPER.code))
        edge: dict[str, Any] = {"by": keeper, "at": cast.at}
        asked = {"unit": cast.street, "period": MARCH, "as_of": cast.at}
        row = publish(**edge, code="grid.reported", **asked).value
        *before, last = reasons
        for reason in before:
            correct(**edge, published=row, reason=reason)
        return lambda: correct(**edge, published=row, reason=last)

    return case(f"corrected for {reasons}", ready, status, code)


A29 = Row(
    "money",
    (*map(paid, NO_MONEY), *(paid(typed, kept) for typed, kept in MONEY.items())),
    elsewhere=("jiceng/systems/secretary_projects/tests/test_outcome_rules.py::test_is_no_amount",),
)
E05 = Row(
    "corrected figures",
    (
        corrected([" "], 422, "reason_missing"),
        corrected(["补录", "又错了"], 409, "already_corrected"),
    ),
    elsewhere=(
        "jiceng/kernel/figures/tests/test_publishing.py::test_a_correction_is_a_new_row_with_a_reason",
    ),
)
