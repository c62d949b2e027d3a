"""What the chair does: publish the rule, invite the panel, close."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.faces.desk.reviews import shown
from jiceng.faces.desk.reviews.forms import ClosingForm, InvitingForm, OpeningForm
from jiceng.faces.desk.reviews.pages import Opened, find
from jiceng.kernel.base.errors import NotAllowed, Refusal
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Review
from jiceng.kernel.reviews.service import (
    REVIEW_KINDS,
    NotTheChair,
    ReviewClosed,
    ReviewKind,
    close,
    field_of,
    invite,
    missing,
    open_review,
    panel_of,
)
from jiceng.ui.access import for_officers, held_posts
from jiceng.ui.forms import Form
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


def _openers(request: DeskRequest) -> dict[str, tuple[ReviewKind, Capacity]]:
    """Return the kinds that the reader may open, each with the post in which they may."""
    found: dict[str, tuple[ReviewKind, Capacity]] = {}
    for kind in REVIEW_KINDS:
        by = next((held for held in held_posts(request) if held.role in kind.chairs), None)
        if by is not None:
            found[kind.code] = (kind, by)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def new(request: DeskRequest) -> HttpResponseBase:
    """Draw up rule and field, look at them once more, publish them."""
    openers = _openers(request)
    if not openers:
        raise NotTheChair()
    posted = request.method == "POST"
    kinds = [kind for kind, _by in openers.values()]
    form = OpeningForm(request.POST if posted else None, kinds=kinds)
    context: dict[str, Any] = {"form": form, "key": request.POST.get("key") or new_uid()}
    if not (posted and form.is_valid()):
        return page(request, "desk/reviews/new.html", context, status=422 if posted else 200)
    words = form.cleaned_data
    if "sure" in request.POST:
        uid = _open(request, form, openers[words["kind"]][1])
        if uid:
            return redirect("desk:reviews:review", uid)
        return page(request, "desk/reviews/new.html", context, status=422)
    if "back" not in request.POST and not form.errors:
        context |= {
            "rule": words["rule"],
            "ways": shown.ways_of(words["rule"]),
            "criteria": shown.criteria_of(words["rule"]),
            "candidates": words["candidates"],
        }
        return page(request, "desk/reviews/sure.html", context)
    return page(request, "desk/reviews/new.html", context)


def _open(request: DeskRequest, form: OpeningForm, by: Capacity) -> str:
    """Publish; return the review's uid, or "" where the form has to say why not."""
    words = form.cleaned_data
    try:
        done = open_review(
            by=by,
            at=request.now,
            key=request.POST.get("key", ""),
            kind=words["kind"],
            title=words["title"],
            unit=by.unit,
            rule=words["rule"],
            candidates=words["candidates"],
        )
    except Refusal as refusal:
        return _say(form, refusal)
    messages.success(request, _("规则已公布，不能再改。请邀请评委。"))
    return done.entry.subject.partition(":")[2]


def _say(form: Form, refusal: Refusal) -> str:
    """Let the form say why not."""
    if refusal.status != 422:
        raise refusal
    form.refuse(refusal)
    return ""


def _chaired(request: DeskRequest, uid: str) -> tuple[Opened, Capacity]:
    """Return an open review and the post in which the reader answers for it."""
    opened = find(request, uid)
    chair = opened.review.chair_id
    by = next((held for held in request.capacities if held.post.pk == chair), None)
    if by is None:
        raise NotTheChair()
    if opened.review.closed_at:
        raise ReviewClosed()
    return opened, by


def _seen(request: DeskRequest, review: Review) -> int | None:
    """Return which version the page showed; a page of ours always says so."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else review.version


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def panel(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Invite judges and draw whom each of them scores."""
    opened, by = _chaired(request, uid)
    posted = request.method == "POST"
    form = InvitingForm(request.POST if posted else None, now=request.now)
    if posted and form.is_valid() and _invite(request, opened.review, form, by):
        return redirect("desk:reviews:review", uid)
    context = {
        "review": opened.review,
        "form": form,
        "progress": shown.progress_of(panel_of(opened.review)),
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "desk/reviews/invite.html", context, status=422 if posted else 200)


def _invite(request: DeskRequest, review: Review, form: InvitingForm, by: Capacity) -> bool:
    words = form.cleaned_data
    try:
        invite(
            by=by,
            at=request.now,
            key=request.POST.get("key", ""),
            review=review,
            judges=words["judges"],
            each=words["each"],
            seen=_seen(request, review),
        )
    except (Refusal, NotAllowed) as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("已邀请评委并分好评分任务。"))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def end(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Ask before the envelopes are opened; then open them."""
    opened, by = _chaired(request, uid)
    posted = request.method == "POST"
    form = ClosingForm(request.POST if posted else None)
    if posted and form.is_valid() and _close(request, opened.review, form, by):
        return redirect("desk:reviews:review", uid)
    context = {
        "review": opened.review,
        "form": form,
        "missing": missing(opened.review),
        "cast": sum(candidate.cast for candidate in field_of(opened.review)),  # type: ignore[attr-defined]
        "progress": shown.progress_of(panel_of(opened.review)),
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "desk/reviews/close.html", context, status=422 if posted else 200)


def _close(request: DeskRequest, review: Review, form: ClosingForm, by: Capacity) -> bool:
    try:
        close(
            by=by,
            at=request.now,
            key=request.POST.get("key", ""),
            review=review,
            reason=form.cleaned_data["reason"],
            seen=_seen(request, review),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("评议已截止，评分表已拆封。"))
    return True
