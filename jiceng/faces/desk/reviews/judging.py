"""What a judge does: score one candidate a page, or stand aside."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.faces.desk.reviews.forms import AsideForm, ScoringForm
from jiceng.faces.desk.reviews.pages import Opened, find, number_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Assignment, Panelist
from jiceng.kernel.reviews.service import (
    ReviewClosed,
    cast,
    declare_conflict,
    receipt_of,
    task_in,
    tasks_of,
)
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


def _seated(request: DeskRequest, uid: str) -> tuple[Opened, Panelist, Capacity]:
    """Return the review, the reader's seat on its panel, and in which post they sit there."""
    opened = find(request, uid)
    if opened.seat is None:
        raise Absent()
    post = opened.seat.post_id
    by = next((held for held in request.capacities if held.post.pk == post), None)
    if by is None:
        raise Absent()
    return opened, opened.seat, by


def _next_of(seat: Panelist, after: int) -> int | None:
    """Return the next candidate to score, beginning behind this one and then from the start."""
    left = [
        task.candidate.number
        for task in tasks_of(seat)
        if not (task.interest or task.done)  # type: ignore[attr-defined]
    ]
    return next((number for number in left if number > after), left[0] if left else None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def score(request: DeskRequest, uid: str, number: str) -> HttpResponseBase:
    """Show the form of one candidate and cast the ballot; then the next one comes."""
    opened, seat, by = _seated(request, uid)
    task = task_in(seat, number_of(number))
    posted = request.method == "POST"
    rule = opened.review.published
    form = ScoringForm(request.POST if posted else None, rule=rule)
    if posted and form.is_valid():
        _cast(request, opened, by, task, form)
        messages.success(request, _("已密封提交：%(title)s。") % {"title": task.candidate.title})
        following = _next_of(seat, task.candidate.number)
        if following is None:
            return redirect("desk:reviews:review", uid)
        return redirect("desk:reviews:score", uid, following)
    return _form(request, opened, seat, task, {"form": form}, status=422 if posted else 200)


def _cast(
    request: DeskRequest, opened: Opened, by: Capacity, task: Assignment, form: ScoringForm
) -> None:
    cast(
        by=by,
        at=request.now,
        key=request.POST.get("key", ""),
        review=opened.review,
        candidate=task.candidate,
        marks=form.marks,
    )


def _form(
    request: DeskRequest,
    opened: Opened,
    seat: Panelist,
    task: Assignment,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    tasks = [each for each in tasks_of(seat) if not each.interest]
    commitment, cast_at = receipt_of(task) or ("", None)
    context |= {
        "review": opened.review,
        "task": task,
        "receipt": commitment.removeprefix("sha256:"),
        "cast_at": cast_at,
        "following": _next_of(seat, task.candidate.number),
        "done": sum(each.done for each in tasks),  # type: ignore[attr-defined]
        "given": len(tasks),
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "desk/reviews/score.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def aside(request: DeskRequest, uid: str, number: str) -> HttpResponseBase:
    """Let a judge stand aside for one candidate, with a reason."""
    opened, seat, by = _seated(request, uid)
    task = task_in(seat, number_of(number))
    if opened.review.closed_at:
        raise ReviewClosed()
    posted = request.method == "POST"
    form = AsideForm(request.POST if posted else None)
    if posted and form.is_valid():
        declare_conflict(
            by=by,
            at=request.now,
            key=request.POST.get("key", ""),
            review=opened.review,
            candidate=task.candidate,
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("已回避：%(title)s。") % {"title": task.candidate.title})
        return redirect("desk:reviews:review", uid)
    context = {
        "review": opened.review,
        "task": task,
        "form": form,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "desk/reviews/aside.html", context, status=422 if posted else 200)
