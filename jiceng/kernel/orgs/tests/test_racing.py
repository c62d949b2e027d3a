"""Changes of the organisation that race: each right by itself, together at most one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Delegation, Tenure, Unit
from jiceng.kernel.orgs.service import (
    appoint,
    delegate,
    dissolve_unit,
    end_tenure,
    found_unit,
    move_unit,
)
from jiceng.kernel.testing.cast import MONDAY, Cast, assemble, officer

DAY = timedelta(days=1)
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return assemble()


def race(*attempts: Callable[[], Any]) -> list[str]:
    """Run all at once on connections of their own; return "ok" or the code of each refusal."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            attempt()
        except Refusal as refusal:
            return refusal.code
        except IntegrityError:
            return "integrity"
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(run, attempts))


def test_one_officer_is_appointed_once(cast: Cast) -> None:
    new = officer("2001", "吴小新")
    keywords = {"by": cast.zhou, "at": MONDAY, "post": cast.li.post, "officer": new}
    answers = race(*[lambda: appoint(**keywords)] * 8)
    assert answers == ["already_held"] * 7 + ["ok"]
    assert Tenure.objects.filter(officer=new).count() == 1
    assert Entry.objects.filter(event="orgs.tenure.began").count() == 1


def test_the_database_alone_lets_one_in(cast: Cast) -> None:
    new = officer("2001", "吴小新")

    def write() -> None:
        Tenure.objects.create(post=cast.li.post, officer=new, starts_at=MONDAY)

    assert race(*[write] * 4) == ["integrity"] * 3 + ["ok"]


def test_a_tenure_ends_once(cast: Cast) -> None:
    tenure = Tenure.objects.get(officer=cast.wang.officer)
    answers = race(*[lambda: end_tenure(by=cast.zhou, at=MONDAY + DAY, tenure=tenure)] * 4)
    assert answers == ["already_ended"] * 3 + ["ok"]


def test_two_moves_make_no_ring(cast: Cast) -> None:
    answers = race(
        lambda: move_unit(by=SYSTEM, at=MONDAY, unit=cast.street, parent=cast.other_street),
        lambda: move_unit(by=SYSTEM, at=MONDAY, unit=cast.other_street, parent=cast.street),
    )
    assert answers == ["ok", "under_itself"]


def test_a_move_takes_along_what_is_founded_meanwhile(cast: Cast) -> None:
    def found(n: int) -> Callable[[], Any]:
        return lambda: found_unit(
            by=SYSTEM, at=MONDAY, code=f"n{n}", name=f"新{n}", kind="grid", parent=cast.community
        )

    answers = race(
        *[found(n) for n in range(4)],
        lambda: move_unit(by=SYSTEM, at=MONDAY, unit=cast.community, parent=cast.other_street),
    )
    assert answers == ["ok"] * 5
    for row in Unit.objects.select_related("parent"):
        assert row.path == f"{row.parent.path if row.parent else '/'}{row.pk}/"


def test_two_delegations_make_no_loop(cast: Cast) -> None:
    def lend(giver: Any, taker: Any) -> Callable[[], Any]:
        return lambda: delegate(
            by=giver,
            at=MONDAY,
            post=giver.post,
            giver=giver.officer,
            taker=taker.officer,
            starts_at=MONDAY,
            ends_at=MONDAY + DAY,
            reason="休假",
        )

    assert race(lend(cast.zhang, cast.wang), lend(cast.wang, cast.zhang)) == [
        "delegation_loop",
        "ok",
    ]
    assert Delegation.objects.count() == 1


def test_a_unit_is_dissolved_or_staffed_but_not_both(cast: Cast) -> None:
    from_here = {"by": SYSTEM, "at": MONDAY}
    end_tenure(**from_here, tenure=Tenure.objects.get(officer=cast.li.officer))
    answers = race(
        lambda: dissolve_unit(**from_here, unit=cast.community),
        lambda: appoint(**from_here, post=cast.li.post, officer=cast.qian.officer),
    )
    assert answers in (["ok", "unit_dissolved"], ["ok", "unit_in_use"])


def test_a_code_is_given_once(cast: Cast) -> None:
    def found() -> Any:
        return found_unit(
            by=SYSTEM, at=MONDAY, code="same", name="新网格", kind="grid", parent=cast.community
        )

    assert race(*[found] * 4) == ["code_taken"] * 3 + ["ok"]
