"""Reading: which reviews I sit on or answer for, one of them, its result and how it came about."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.faces.desk.reviews import shown
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.exports.service import export
from jiceng.kernel.orgs.service import Scope, visible_to
from jiceng.kernel.reviews.models import Panelist, Review
from jiceng.kernel.reviews.service import (
    REVIEW_KINDS,
    asides_of,
    field_of,
    judged_by,
    missing,
    opened_ballots,
    panel_of,
    result,
    result_and_faults,
    review_in,
    reviews_in,
    tasks_of,
)
from jiceng.ui.access import for_officers, held_posts
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

MOST_LISTED = 100
KINDS = ("csv", "xlsx")


@dataclass(frozen=True)
class Opened:
    """A review as one reader finds it: as a judge, as the chair, or as neither."""

    review: Review
    seat: Panelist | None
    chairs: bool

    @property
    def scores(self) -> bool:
        """Tell whether the reader has something to score."""
        return self.seat is not None and self.review.closed_at is None


def scope_of(request: DeskRequest) -> Scope:
    """Return what the reader sees."""
    return visible_to(request.user, request.now)


def find(request: DeskRequest, uid: str) -> Opened:
    """Return a review that the reader may know of, and what they are in it; or raise ``Absent``."""
    scope = scope_of(request)
    review = review_in(scope, uid)
    seat = judged_by([review], request.user, scope).get(review.pk)
    return Opened(review, seat, review.chair_id in scope.posts)


def number_of(typed: str) -> int:
    """Return the number of a candidate; what cannot be one is not found."""
    if not re.fullmatch(r"[0-9]{1,3}", typed):
        raise Absent()
    return int(typed)


def may_open(request: DeskRequest) -> bool:
    """Tell whether the reader may open a review of any kind."""
    roles = {held.role for held in held_posts(request)}
    return any(kind.chairs & roles for kind in REVIEW_KINDS)


@require_safe
@for_officers
def all_reviews(request: DeskRequest) -> HttpResponse:
    """List the reviews of the reader, open ones first."""
    scope = scope_of(request)
    reviews = list(reviews_in(scope)[: MOST_LISTED + 1])
    seats = judged_by(reviews, request.user, scope)
    rows = [
        Opened(review, seats.get(review.pk), review.chair_id in scope.posts)
        for review in reviews[:MOST_LISTED]
    ]
    context = {
        "rows": rows,
        "may_open": may_open(request),
        "most": MOST_LISTED if len(reviews) > MOST_LISTED else 0,
    }
    return page(request, "desk/reviews/all.html", context)


@require_safe
@for_officers
def review(request: DeskRequest, uid: str) -> HttpResponse:
    """Show a review: what is to be scored, who has voted, or the result."""
    opened = find(request, uid)
    found, rule = opened.review, opened.review.published
    field: list[Any] = list(field_of(found))
    context: dict[str, Any] = {
        "opened": opened,
        "review": found,
        "rule": rule,
        "ways": shown.ways_of(rule),
        "criteria": shown.criteria_of(rule),
        "field": field,
        "unseen": [candidate for candidate in field if not candidate.given],
        "tasks": tasks_of(opened.seat) if opened.seat else [],
    }
    if opened.chairs or found.closed_at:
        asides = asides_of(found)
        context |= {
            "progress": shown.progress_of(panel_of(found)),
            "asides": shown.asides_sheet(asides, reasons=opened.chairs) if asides else None,
            "missing": missing(found),
        }
    if found.closed_at:
        context |= _result(found)
    return page(request, "desk/reviews/review.html", context)


def _result(found: Review) -> dict[str, Any]:
    ranking, faults = result_and_faults(found)
    lines = shown.lines_of(ranking, field_of(found))
    return {
        "lines": lines,
        "result": shown.result_of(found, lines),
        "ties": shown.ties_of(lines),
        "wrong": [shown.FAULTS[fault] for fault in faults],
    }


@require_safe
@for_officers
def standing(request: DeskRequest, uid: str, number: str) -> HttpResponse:
    """Explain how a candidate came to its place; before the review is closed there is none."""
    opened = find(request, uid)
    found, wanted = opened.review, number_of(number)
    lines = shown.lines_of(result(found), field_of(found))
    line = next((each for each in lines if each.candidate.number == wanted), None)
    if line is None:
        raise Absent()
    context = {
        "review": found,
        "line": line,
        "summary": shown.summary_of(line),
        "told": shown.explained(line, found.published, panel_of(found)),
    }
    return page(request, "desk/reviews/standing.html", context)


@require_safe
@for_officers
def file(request: DeskRequest, uid: str, what: str, kind: str) -> HttpResponseBase:
    """Give the result, or every ballot, as a table to keep."""
    found = find(request, uid).review
    if kind not in KINDS or what not in ("result", "ballots"):
        raise Absent()
    if what == "ballots":
        columns = shown.columns_of_ballots(found.published)
        name = _("%(title)s-评分表") % {"title": found.title}
        return export(columns, opened_ballots(found), form=kind, name=name)
    lines = shown.lines_of(result(found), field_of(found))
    name = _("%(title)s-结果") % {"title": found.title}
    return export(shown.columns_of_result(), lines, form=kind, name=name)
