"""A show of four projects, and a panel whose offices stand beside the streets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.reviews.models import Candidate, Review
from jiceng.kernel.reviews.rules import Criterion, Level, Rule
from jiceng.kernel.reviews.service import Entrant, cast, invite, open_review, tasks_of
from jiceng.kernel.reviews.terms import GENERAL
from jiceng.kernel.testing.cast import Cast, hold, officer, post, unit

RULE = Rule(
    (
        Criterion(
            "need",
            "贴近需求",
            Decimal(60),
            Decimal(10),
            (Level(Decimal(8), "群众一直在提"), Level(Decimal(5), "部分群众需要")),
        ),
        Criterion("gain", "工作成效", Decimal(40), Decimal(10)),
    ),
    "z",
)


@dataclass
class Show:
    """An open review of the zone: 周 chairs it, three offices judge, and 王 where allowed."""

    cast: Cast
    chair: Capacity
    judges: list[Capacity]
    review: Review
    candidates: list[Candidate]

    @property
    def panel(self) -> list[Capacity]:
        """Return who is to judge: the offices, and 王, whose own street stands too."""
        return [*self.judges, self.cast.wang]

    def fresh(self) -> Review:
        """Return the review as the database has it."""
        return Review.objects.get(pk=self.review.pk)

    def seat(self, at: datetime) -> "Show":
        """Invite the panel: everybody scores all they may."""
        invite(by=self.chair, at=at, review=self.review, judges=self.panel)
        return self

    def vote(self, at: datetime, judge: Capacity, number: int, need: str, gain: str) -> None:
        """Cast one ballot."""
        cast(
            by=judge,
            at=at,
            review=self.review,
            candidate=self.candidates[number - 1],
            marks=marks(need, gain),
        )

    def vote_all(self, at: datetime) -> None:
        """Let everybody score everything that they were given and have not scored yet."""
        seats = self.review.panel.select_related("officer", "post__unit")
        for seat in seats:
            for task in tasks_of(seat):
                if not (task.interest or task.done):  # type: ignore[attr-defined]
                    number = task.candidate.number
                    need, gain = str(number + seat.number % 3), str(10 - number)
                    self.vote(at, Capacity(seat.officer, seat.post), number, need, gain)


def marks(need: str, gain: str) -> dict[str, Decimal]:
    """Return the marks of a ballot."""
    return {"need": Decimal(need), "gain": Decimal(gain)}


def office(cast: Cast, code: str, name: str, staff_no: str, who: str) -> Capacity:
    """Write an office of the zone and who handles things there."""
    place = unit(f"990000-{code}", name, Kind.OFFICE, cast.zone, at=cast.at)
    return hold(officer(staff_no, who), post(place, "handler"), at=cast.at)


def offices_of(cast: Cast) -> list[Capacity]:
    """Write three offices of the zone, each with somebody who can judge."""
    return [
        office(cast, "ORG", "组织部", "6001", "吴小组"),
        office(cast, "FIN", "财政局", "6002", "郑小财"),
        office(cast, "ENV", "环保局", "6003", "冯小环"),
    ]


def show_of(cast: Cast, at: datetime, *, offices: Sequence[Capacity] = ()) -> Show:
    """Return a review that is open, with its panel not invited yet."""
    judges = list(offices) or offices_of(cast)
    review = open_review(
        by=cast.zhou,
        at=at,
        kind=GENERAL.code,
        title="书记项目路演评审",
        unit=cast.zone,
        rule=RULE,
        candidates=[
            Entrant("停车治理", cast.community, "test.project:1"),
            Entrant("养老食堂", cast.village, "test.project:2"),
            Entrant("楼道焕新", cast.other_community, "test.project:3"),
            Entrant("西岭夜市", cast.other_street, "test.project:4"),
        ],
    ).value
    assert review is not None
    field = list(Candidate.objects.filter(review=review).order_by("number"))
    return Show(cast, cast.zhou, judges, review, field)
