"""What a reporter can say to the own case: answer, take it back, rate it, have it done again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.kernel.base.errors import BadInput, Malformed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import MoveNotPossible
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms.following import AnswerForm, RatingForm
from jiceng.systems.grid.pages.showing import case_of_session
from jiceng.ui.middleware import client_address
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request
from jiceng.ui.uploads import claim_of

SAYINGS_AN_HOUR = 30


def _edge(request: Request, number: str) -> dict[str, Any]:
    """Return who says it, when, of which case; a session that says too much is slowed down."""
    count_attempt(
        f"say:{client_address(request)}", limit=SAYINGS_AN_HOUR, seconds=3600, at=request.now
    )
    return {
        "by": RESIDENT,
        "at": request.now,
        "number": number,
        "claim": claim_of(request),
        "key": request.POST.get("key", ""),
    }


def _show(request: Request, name: str, case: Case, form: Any, **more: Any) -> HttpResponseBase:
    context = {"case": case, "form": form, "key": request.POST.get("key") or new_uid(), **more}
    status = 422 if request.method == "POST" else 200
    return page(request, f"grid/{name}.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, number: str) -> HttpResponseBase:
    """Let the reporter answer what the duty officer asked."""
    case = case_of_session(request, number)
    heard = queries.following(case)
    if heard.asked is None:
        raise MoveNotPossible(version=case.version)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        edge = _edge(request, number)
        actions.answer(step_id=heard.asked.pk, note=form.cleaned_data["note"], **edge)
        messages.success(request, _("已收到您的补充。"))
        return redirect("public:grid:status", number)
    return _show(request, "answer", case, form, question=heard.question)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, number: str) -> HttpResponseBase:
    """Let the reporter take the report back, after being asked once."""
    case = case_of_session(request, number)
    step = queries.following(case).withdrawable
    if step is None:
        raise MoveNotPossible(version=case.version)
    if request.method != "POST":
        return _show(request, "withdraw", case, None)
    if not request.POST.get("sure"):
        raise Malformed
    actions.withdraw(step_id=step.pk, **_edge(request, number))
    messages.success(request, _("已撤回。"))
    return redirect("public:grid:status", number)


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: Request, number: str) -> HttpResponseBase:
    """Let the reporter rate the end, and have the case dealt with again while that is possible."""
    case = case_of_session(request, number)
    after = queries.following(case).after
    if after is None:
        raise MoveNotPossible(version=case.version)
    form = RatingForm(request.POST if request.method == "POST" else None)
    if not after.reopens(request.now):
        del form.fields["again"]
    if form.is_valid() and _rate(request, number, form):
        return redirect("public:grid:status", number)
    return _show(request, "rate", case, form, after=after)


def _rate(request: Request, number: str, form: RatingForm) -> bool:
    said = form.cleaned_data
    marks: dict[str, Any] = {name: int(said[name]) for name in ("effect", "speed")}
    marks["solved"] = said["solved"] == "yes"
    edge = _edge(request, number)
    try:
        if said.get("again"):
            actions.rate_and_reopen(reason=said["words"], **marks, **edge)
            messages.success(request, _("已转为重新办理，会尽快派人处置。"))
        else:
            actions.rate(words=said["words"], **marks, **edge)
            messages.success(request, _("谢谢您的评价。"))
    except BadInput as refusal:
        form.refuse(refusal)
        return False
    return True
