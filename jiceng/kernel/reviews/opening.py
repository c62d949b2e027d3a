"""How a review begins: the rule is published, the panel invited, the candidates drawn."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import clean_line
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, current
from jiceng.kernel.reviews import terms
from jiceng.kernel.reviews.drawing import draw
from jiceng.kernel.reviews.models import Assignment, Candidate, Panelist, Review
from jiceng.kernel.reviews.rules import Rule
from jiceng.kernel.reviews.standing import (
    NotTheChair,
    interests,
    may_chair,
    moved_on,
    standing,
)
from jiceng.kernel.reviews.terms import MOST_CANDIDATES, MOST_JUDGES, REVIEW_KINDS, Interest

LONGEST_TITLE = 100


class KindUnknown(BadInput):
    """No system has registered this kind of review (422)."""

    code = "unknown_kind"
    sentence = _("没有这一类评议。")


class NoTitle(BadInput):
    """A review and every candidate have a name (422)."""

    code = "no_title"
    sentence = _("请填写名称。")


class BadField(BadInput):
    """Nobody to review, too many, or one twice (422)."""

    code = "bad_candidates"
    sentence = _("评议对象须为 1 至 200 个，且不得重复。")


class BadPanel(BadInput):
    """No judge, too many, one twice, or one who does not hold the post (422)."""

    code = "bad_panel"
    sentence = _("评委须为 1 至 50 人，不得重复，且现任所填岗位。")


class BadShare(BadInput):
    """No number of candidates that a judge can see (422)."""

    code = "bad_share"
    sentence = _("每位评委的评分个数须在 0（全部）至评议对象总数之间。")


class AlreadyInvited(Conflict):
    """The officer is on the panel (409)."""

    code = "already_invited"
    sentence = _("该人员已是本次评议的评委。")


class NobodyToJudge(BadInput):
    """The judge would have to stand aside for every candidate (422)."""

    code = "nobody_to_judge"
    sentence = _("该评委对全部对象都应回避，不能担任评委。")


@dataclass(frozen=True)
class Entrant:
    """Who or what is to be scored; ``subject`` names its file in the ledger, if it has one."""

    title: str
    unit: Unit
    subject: str = ""


def _may_open(*, by: Actor, at: datetime, kind: str, unit: Unit, **given: Any) -> None:
    found = REVIEW_KINDS.find(kind)
    if found is None:
        raise KindUnknown(field="kind")
    capacity = current(by, at)
    if capacity is None or capacity.role not in found.chairs or not capacity.unit.contains(unit):
        raise NotTheChair()


def _title(typed: str, field: str, limit: int = LONGEST_TITLE) -> str:
    title = clean_line(typed, limit)
    if not title:
        raise NoTitle(field=field)
    return title


def _check_field(candidates: Sequence[Entrant]) -> None:
    names = [each.subject or (each.title, each.unit.pk) for each in candidates]
    if not 1 <= len(names) <= MOST_CANDIDATES or len(set(names)) < len(names):
        raise BadField(field="candidates")


@act(terms.OPENED, label=terms.EVENT_LABELS[terms.OPENED], may=_may_open)
def open_review(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    title: str,
    unit: Unit,
    rule: Rule,
    candidates: Sequence[Entrant],
) -> Recorded[Review]:
    """Publish the rule, who stands, and the seed of the draw; the post of ``by`` is the chair.

    Nothing of it changes any more. Raises ``KindUnknown``, ``NoTitle``, ``BadField`` (422),
    ``NotTheChair`` (403).
    """
    _check_field(candidates)
    review = Review.objects.create(
        uid=new_uid(),
        kind=kind,
        title=_title(title, "title"),
        unit=unit,
        chair=_post_of(by),
        rule=rule.canonical(),
        fingerprint=rule.fingerprint(),
        seed=new_uid(),
        opened_at=at,
    )
    rows = [
        Candidate(
            review=review,
            number=number,
            subject=each.subject,
            title=_title(each.title, "candidates", 200),
            unit=each.unit,
        )
        for number, each in enumerate(candidates, start=1)
    ]
    Candidate.objects.bulk_create(rows)
    return Recorded(review, subject=review.subject, facts=_opening_facts(review, rows))


def _post_of(by: Actor) -> Any:
    return by.post if isinstance(by, Capacity) else None


def _opening_facts(review: Review, candidates: Sequence[Candidate]) -> dict[str, Any]:
    """Return what history is told. A candidate may be a person, so it is named by its file."""
    return {
        "kind": review.kind,
        "title": review.title,
        "unit": review.unit.code,
        "chair": review.chair.subject,
        "rule": json.loads(review.rule),
        "rule_sha256": review.fingerprint,
        "seed": review.seed,
        "candidates": [[each.number, each.subject, each.unit.code] for each in candidates],
    }


# ---- the panel ----------------------------------------------------------------------------------


def _check_panel(review: Review, judges: Sequence[Capacity], at: datetime) -> int:
    """Raise what speaks against the panel; return how many are on it already."""
    officers = {judge.officer.pk for judge in judges}
    sitting = set(Panelist.objects.filter(review=review).values_list("officer_id", flat=True))
    if officers & sitting:
        raise AlreadyInvited(field="judges")
    one_each = 1 <= len(judges) == len(officers)
    few = len(judges) + len(sitting) <= MOST_JUDGES
    if not (one_each and few and all(current(judge, at) for judge in judges)):
        raise BadPanel(field="judges")
    return len(sitting)


@act(terms.INVITED, label=terms.EVENT_LABELS[terms.INVITED], may=may_chair)
def invite(
    *,
    by: Actor,
    at: datetime,
    review: Review,
    judges: Sequence[Capacity],
    each: int = 0,
    seen: int | None = None,
) -> Recorded[list[Panelist]]:
    """Put judges on the panel and draw whom they score: all, or ``each`` of the candidates.

    Nobody is given a candidate of a unit of theirs, or of one above or below it. Raises
    ``BadPanel``, ``BadShare``, ``NobodyToJudge`` (422), ``AlreadyInvited``, ``ReviewClosed``,
    ``ReviewChanged`` (409), ``NotTheChair`` (403).
    """
    review = standing(review, seen)
    before = _check_panel(review, judges, at)
    candidates = list(Candidate.objects.filter(review=review).select_related("unit"))
    candidates.sort(key=lambda candidate: candidate.number)
    if not 0 <= each <= len(candidates):
        raise BadShare(field="each")
    # By staff number, so that the order in which they were typed decides nothing.
    in_order = sorted(judges, key=lambda judge: judge.officer.staff_no)
    panel = Panelist.objects.bulk_create(
        Panelist(review=review, number=number, officer=j.officer, post=j.post, invited_at=at)
        for number, j in enumerate(in_order, start=before + 1)
    )
    barred = {judge: interests(judge.officer, at, candidates) for judge in panel}
    drawn = _drawn(review, panel, candidates, barred, each)
    _assign(panel, candidates, barred, drawn)
    moved_on(review)
    facts = {"judges": [_judge_facts(judge, drawn, barred[judge]) for judge in panel], "each": each}
    return Recorded(panel, subject=review.subject, facts=facts)


def _judge_facts(
    judge: Panelist, drawn: dict[str, list[str]], barred: Sequence[Candidate]
) -> list[Any]:
    return [
        judge.number,
        f"officer:{judge.officer.staff_no}",
        judge.post.subject,
        len(drawn[judge.officer.staff_no]),
        [candidate.number for candidate in barred],
    ]


def _drawn(
    review: Review,
    panel: Sequence[Panelist],
    candidates: Sequence[Candidate],
    barred: dict[Panelist, list[Candidate]],
    each: int,
) -> dict[str, list[str]]:
    """Return the codes of the candidates by the staff number of the judge."""
    free = Count("assignments", filter=Q(assignments__interest=Interest.NONE))
    loads = Candidate.objects.filter(review=review).annotate(judges=free)
    drawn = draw(
        review.seed,
        [judge.officer.staff_no for judge in panel],
        [candidate.code for candidate in candidates],
        each=each,
        barred={(judge.officer.staff_no, c.code) for judge in panel for c in barred[judge]},
        loads={candidate.code: candidate.judges for candidate in loads},
    )
    for staff_no, own in drawn.items():
        if not own:
            raise NobodyToJudge(field="judges", judge=staff_no)
    return drawn


def _assign(
    panel: Sequence[Panelist],
    candidates: Sequence[Candidate],
    barred: dict[Panelist, list[Candidate]],
    drawn: dict[str, list[str]],
) -> None:
    """Write who scores whom, and who may not."""
    by_code = {candidate.code: candidate for candidate in candidates}
    rows = [
        Assignment(panelist=judge, candidate=by_code[code])
        for judge in panel
        for code in drawn[judge.officer.staff_no]
    ]
    rows += [
        Assignment(panelist=judge, candidate=candidate, interest=Interest.UNIT)
        for judge in panel
        for candidate in barred[judge]
    ]
    Assignment.objects.bulk_create(rows)
