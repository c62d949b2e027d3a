"""Cases that belong to each other: chains of merged ones, parts, and the end of a link."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from jiceng.kernel.procedures.engine import advance
from jiceng.kernel.procedures.links import (
    MainCaseEnded,
    NotLinked,
    OpenParts,
    SameCase,
    check_parts_done,
    link,
    main_case,
    merged_into,
    open_joined,
    parts_of,
    unlink,
)
from jiceng.kernel.procedures.models import Case, CaseLink, ProcedureVersion
from jiceng.kernel.procedures.terms import LinkKind, Outcome
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MERGED, SPLIT = LinkKind.MERGED, LinkKind.SPLIT
Some = Callable[[int], list[Case]]


@pytest.fixture
def some(loop: ProcedureVersion, opened: Callable[[ProcedureVersion], Case]) -> Some:
    """Return a function that opens so many cases."""
    return lambda count: [opened(loop) for _case in range(count)]


def refuse(case: Case, cast: Cast, at: datetime) -> None:
    """End a case."""
    advance(number=case.number, move="refuse", by=cast.wang, at=at, given={"reason": "不属本区"})
    case.refresh_from_db()


def test_a_chain_ends_in_the_last_one(some: Some, now: datetime) -> None:
    first, second, third, other = some(4)
    link(kind=MERGED, main=second, other=first, at=now)
    link(kind=MERGED, main=third, other=second, at=now)
    link(kind=MERGED, main=third, other=other, at=now)

    assert [main_case(case) for case in (first, second, third, other)] == [third] * 4
    assert merged_into(third) == [second, other, first]
    assert merged_into(second) == [first]
    assert merged_into(first) == []


def test_a_case_taken_out_stands_for_itself_and_may_be_merged_again(
    some: Some, now: datetime
) -> None:
    main, other = some(2)
    link(kind=MERGED, main=main, other=other, at=now)
    row = unlink(kind=MERGED, other=other, at=now + HOUR)

    assert (row.main, row.ended_at) == (main, now + HOUR)
    assert (main_case(other), merged_into(main)) == (other, [])
    with pytest.raises(NotLinked) as refused:
        unlink(kind=MERGED, other=other, at=now + HOUR)
    assert (refused.value.status, refused.value.code) == (409, "not_linked")
    link(kind=MERGED, main=main, other=other, at=now + 2 * HOUR)
    assert merged_into(main) == [other]
    assert CaseLink.objects.count() == 2


def test_not_into_itself(some: Some, now: datetime) -> None:
    [case] = some(1)
    with pytest.raises(SameCase) as refused:
        link(kind=MERGED, main=case, other=case, at=now)
    assert (refused.value.status, refused.value.field) == (422, "case")


def test_nor_into_one_that_ended(some: Some, cast: Cast, now: datetime) -> None:
    main, other = some(2)
    refuse(main, cast, now)
    with pytest.raises(MainCaseEnded):
        link(kind=MERGED, main=main, other=other, at=now)
    with pytest.raises(MainCaseEnded):
        open_joined(main, title="另一件", at=now)
    assert (CaseLink.objects.count(), Case.objects.count()) == (0, 2)


def test_the_database_keeps_one_living_link_of_a_kind(some: Some, now: datetime) -> None:
    main, second, other = some(3)
    link(kind=MERGED, main=main, other=other, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        link(kind=MERGED, main=second, other=other, at=now)
    link(kind=SPLIT, main=second, other=other, at=now)  # another kind is another thing
    assert main_case(other) == main


def test_one_that_joins_has_a_number_and_neither_step_nor_clock(some: Some, now: datetime) -> None:
    [main] = some(1)
    case = open_joined(main, title="同一件事", at=now)

    assert (case.outcome, case.closed_at, case.title) == (Outcome.MERGED, now, "同一件事")
    assert (case.steps.count(), Clock.objects.of(case.subject).count()) == (0, 0)
    assert (main_case(case), merged_into(main)) == (main, [case])
    assert case.number != main.number


def test_open_parts_are_named_until_the_last_is_done(some: Some, cast: Cast, now: datetime) -> None:
    whole, first, second = some(3)
    check_parts_done(whole)  # none at all
    for part in (first, second):
        link(kind=SPLIT, main=whole, other=part, at=now)

    assert parts_of(whole) == [first, second]
    for done, waiting in ((first, [first.number, second.number]), (second, [second.number])):
        with pytest.raises(OpenParts) as refused:
            check_parts_done(whole)
        assert (refused.value.status, refused.value.details) == (409, {"parts": waiting})
        refuse(done, cast, now)
    check_parts_done(whole)
    assert (main_case(first), merged_into(whole)) == (first, [])
