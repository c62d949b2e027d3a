"""A show of four projects, and a panel whose offices stand beside the streets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.reviews.models import Candidate, Panelist, Review
from jiceng.kernel.reviews.rules import Criterion, Level, Rule
from jiceng.kernel.reviews.service import Entrant, invite, open_review, register_review_kind
from jiceng.kernel.testing.cast import Cast, hold, officer, post, unit

KIND = register_review_kind("test.show", "路演评审", ("unit_head", "org_admin"))
RULE = Rule(
    (
        Criterion(
            "need", "贴近需求", Decimal(60), Decimal(10), (Level(Decimal(8), "群众一直在提"),)
        ),
        Criterion("gain", "工作成效", Decimal(40), Decimal(10)),
    ),
    "z",
)


@dataclass
class Show:
    """An open review of the zone: its chair, its judges, and 王, who judges other streets only."""

    cast: Cast
    chair: Capacity
    judges: list[Capacity]
    review: Review
    candidates: list[Candidate]

    def fresh(self) -> Review:
        """Return the review as the database has it."""
        return Review.objects.get(pk=self.review.pk)


def marks(need: str, gain: str) -> dict[str, Decimal]:
    """Return the marks of a ballot."""
    return {"need": Decimal(need), "gain": Decimal(gain)}


def office(cast: Cast, code: str, name: str, staff_no: str, who: str) -> Capacity:
    """Write an office of the zone and who handles things there."""
    place: Unit = unit(f"990000-{code}", name, Kind.OFFICE, cast.zone)
    return hold(officer(staff_no, who), post(place, "handler"))


@pytest.fixture
def show(cast: Cast, now: datetime) -> Show:
    """Return a review that is open, with its panel not invited yet."""
    judges = [
        office(cast, "ORG", "组织部", "2001", "吴小组"),
        office(cast, "FIN", "财政局", "2002", "郑小财"),
        office(cast, "ENV", "环保局", "2003", "冯小环"),
    ]
    done = open_review(
        by=cast.zhou,
        at=now,
        kind=KIND.code,
        title="书记项目路演评审",
        unit=cast.zone,
        rule=RULE,
        candidates=[
            Entrant("停车治理", cast.community, "test.project:1"),
            Entrant("养老食堂", cast.village, "test.project:2"),
            Entrant("楼道焕新", cast.other_community, "test.project:3"),
            Entrant("西岭夜市", cast.other_street, "test.project:4"),
        ],
    )
    assert done.value is not None
    field = list(Candidate.objects.filter(review=done.value).order_by("number"))
    return Show(cast, cast.zhou, judges, done.value, field)


@pytest.fixture
def seated(show: Show, now: datetime) -> Show:
    """Return the review with its panel: three offices and 王, whose own street stands too."""
    panel = [*show.judges, show.cast.wang]
    invite(by=show.chair, at=now, review=show.review, judges=panel)
    return show


@pytest.fixture
def seats(seated: Show) -> Callable[[Capacity], Panelist]:
    """Return a function that finds the seat of a judge."""
    return lambda judge: Panelist.objects.get(review=seated.review, officer=judge.officer)
