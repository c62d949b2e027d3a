"""How a review opens and who is on its panel: every refusal."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews import service
from jiceng.kernel.reviews.models import Panelist, Review
from jiceng.kernel.reviews.rules import Rule
from jiceng.kernel.reviews.service import Entrant
from jiceng.kernel.reviews.terms import GENERAL
from jiceng.kernel.reviews.tests.showing import history, refused
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import RULE, Show

pytestmark = pytest.mark.django_db


def test_opening_publishes_rule_field_and_seed(show: Show) -> None:
    (facts,) = history(show.review, "opened")
    assert facts["rule"] == json.loads(RULE.canonical())
    assert facts["rule_sha256"] == RULE.fingerprint() == show.review.fingerprint
    assert facts["seed"] == show.review.seed
    assert facts["candidates"][0] == [1, "test.project:1", "990000001001"]
    assert "停车治理" not in json.dumps(facts, ensure_ascii=False)


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"kind": "test.unknown"}, "unknown_kind", 422),
        ({"title": "  "}, "no_title", 422),
        ({"candidates": []}, "bad_candidates", 422),
        ({"by": "wang"}, "not_the_chair", 403),
        ({"by": "zhao"}, "not_the_chair", 403),
        ({"by": "crowd"}, "not_the_chair", 403),
        ({"by": "zhang"}, "not_the_chair", 403),  # head of a street, for the zone
    ],
)
def test_opening_refused(
    cast: Cast, now: datetime, change: dict[str, Any], code: str, status: int
) -> None:
    given: dict[str, Any] = {
        "by": "zhou",
        "kind": GENERAL.code,
        "title": "评审",
        "unit": cast.zone,
        "rule": Rule(RULE.criteria),
        "candidates": [Entrant("甲", cast.community)],
    } | change
    given["by"] = getattr(cast, given["by"])
    refused(lambda: service.open_review(at=now, **given), code, status)
    assert not Review.objects.exists()


def test_candidate_twice(cast: Cast, now: datetime) -> None:
    twice = [Entrant("甲", cast.community, "test.project:9")] * 2
    refused(
        lambda: service.open_review(
            by=cast.zhou,
            at=now,
            kind=GENERAL.code,
            title="评审",
            unit=cast.zone,
            rule=RULE,
            candidates=twice,
        ),
        "bad_candidates",
    )


def test_own_unit_and_its_lineage_are_left_out(
    seated: Show, seats: Callable[[Capacity], Panelist]
) -> None:
    """王 sits in the street: not for its community, not for its village; for the others, yes."""
    tasks = service.tasks_of(seats(seated.cast.wang))
    assert [(t.candidate.number, t.interest) for t in tasks] == [
        (1, "unit"),
        (2, "unit"),
        (3, ""),
        (4, ""),
    ]
    (facts,) = history(seated.review, "invited")
    assert facts["judges"][0][1:] == ["officer:1001", seated.cast.wang.post.subject, 2, [1, 2]]
    assert [row[3] for row in facts["judges"][1:]] == [4, 4, 4]


def test_who_stands_above_the_candidate_is_left_out_too(show: Show, now: datetime) -> None:
    """周 works for the zone itself, and so above every candidate."""
    refused(
        lambda: service.invite(by=show.chair, at=now, review=show.review, judges=[show.cast.zhou]),
        "nobody_to_judge",
        422,
    )
    assert not Panelist.objects.exists()


def test_every_judge_sees_a_balanced_part(show: Show, now: datetime) -> None:
    service.invite(by=show.chair, at=now, review=show.review, judges=show.judges, each=2)
    assert [judge.given for judge in service.panel_of(show.review)] == [2, 2, 2]
    given = [candidate.given for candidate in service.field_of(show.review)]
    assert sum(given) == 6
    assert max(given) - min(given) == 1


def test_order_of_names_does_not_change_the_draw(show: Show, now: datetime) -> None:
    panel = show.judges[::-1]
    service.invite(by=show.chair, at=now, review=show.review, judges=panel, each=1)
    seats = Panelist.objects.filter(review=show.review).order_by("number")
    assert [seat.officer.staff_no for seat in seats] == ["6001", "6002", "6003"]


def test_late_judge_is_given_the_candidates_with_the_fewest(show: Show, now: datetime) -> None:
    first, second, third = show.judges
    for judge in (first, second):
        service.invite(by=show.chair, at=now, review=show.review, judges=[judge], each=2)
    assert [c.given for c in service.field_of(show.review)] == [1, 1, 1, 1]
    service.invite(by=show.chair, at=now, review=show.review, judges=[third], each=4)
    assert [c.given for c in service.field_of(show.review)] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"judges": []}, "bad_panel"),
        ({"judges": [0, 0]}, "bad_panel"),
        ({"each": 5}, "bad_share"),
        ({"each": -1}, "bad_share"),
        ({"seen": 7}, "review_changed"),
        ({"by": 0}, "not_the_chair"),
    ],
)
def test_panel_refused(show: Show, now: datetime, change: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {"judges": [0, 1], "by": None} | change
    given["judges"] = [show.judges[number] for number in given["judges"]]
    given["by"] = show.chair if given["by"] is None else show.judges[given["by"]]
    refused(lambda: service.invite(at=now, review=show.review, **given), code)
    assert not Panelist.objects.exists()


def test_judge_who_left_the_post_is_not_invited(show: Show, now: datetime) -> None:
    gone = show.judges[0]
    Tenure.objects.filter(officer=gone.officer).update(ends_at=now)
    later = now + timedelta(hours=1)
    refused(
        lambda: service.invite(by=show.chair, at=later, review=show.review, judges=[gone]),
        "bad_panel",
    )


def test_nobody_is_invited_twice(seated: Show, now: datetime) -> None:
    refused(
        lambda: service.invite(
            by=seated.chair, at=now, review=seated.review, judges=seated.judges[:1]
        ),
        "already_invited",
    )
