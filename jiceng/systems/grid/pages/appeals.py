"""The pages of appeals against a lateness: file one, read one, review one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Move, MoveNotPossible
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms.appeals import AppealForm
from jiceng.systems.grid.forms.moves import MoveForm
from jiceng.systems.grid.pages.showing import number_of
from jiceng.systems.grid.queries import appeals
from jiceng.systems.grid.terms import APPEAL_DAYS, APPELLANTS
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import lead_on, page
from jiceng.ui.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def file_appeal(request: DeskRequest, number: str) -> HttpResponseBase:
    """Ask why the lateness of an ended case should not be counted, then file the appeal."""
    about = queries.case_for(request.user, number, request.now)
    posted = request.method == "POST"
    form = AppealForm(request.POST if posted else None)
    by = _appealing(request, about)
    if posted and form.is_valid():
        done = _filed(request, form, by, about)
        if done is not None:
            messages.success(request, _("申诉已提交。"))
            return redirect("desk:grid_appeal:case", number_of(done.entry.subject))
    context = {
        "case": about,
        "form": form,
        "days": APPEAL_DAYS,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "grid/appeal_file.html", context, status=422 if posted else 200)


def _appealing(request: DeskRequest, about: Case) -> Any:
    """Return who appeals. Who may not is still asked of the act: it says why, and knows a second
    press of the same button."""
    by = appeals.appeal_offered(about, request.capacities, request.now)
    by = by or in_role(request, *APPELLANTS) or request.capacities[0]
    if request.method != "POST":
        actions.check_appeal(by=by, at=request.now, about=about)
    return by


def _filed(request: DeskRequest, form: AppealForm, by: Any, about: Case) -> Any:
    try:
        return actions.file_appeal(
            by=by,
            at=request.now,
            number=about.number,
            reason=form.cleaned_data["reason"],
            key=request.POST.get("key", ""),
        )
    except BadInput as refusal:
        form.refuse(refusal)
        return None


@require_safe
@for_officers
def case(request: DeskRequest, number: str) -> HttpResponse:
    """Show an appeal: what it is about, why, what was found, what can be done."""
    file = appeals.appeal_file(request.user, number, request.now)
    return page(request, "grid/appeal.html", {"file": file, "case": file.case})


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def move(request: DeskRequest, number: str, move: str) -> HttpResponseBase:
    """Ask for what a move of the review needs, then make it."""
    file = appeals.appeal_file(request.user, number, request.now)
    open_step, chosen = _chosen(request, file, move)
    posted = request.method == "POST"
    form = MoveForm(chosen, *([request.POST] if posted else []), now=request.now)
    if posted and form.is_valid() and _made(request, file.case, open_step, chosen, form):
        messages.success(request, _("已办理：%(move)s") % {"move": _(chosen.label)})
        return lead_on(request, reverse("desk:grid_appeal:case", args=[number]))
    context = {
        "file": file,
        "case": file.case,
        "open_step": open_step,
        "move": chosen,
        "form": form,
        "key": request.POST.get("key") or new_uid(),
    }
    status = 422 if posted else 200
    return page(request, "grid/appeal_move.html", context, part="form", status=status)


def _chosen(
    request: DeskRequest, file: appeals.AppealFile, move: str
) -> tuple[queries.OpenStep, Move]:
    """Return where the reader may make the move, or has made it with this very button."""
    open_step, chosen = appeals.offered_on(file, move)
    if chosen is None and request.method == "POST":
        shown = queries.step_shown(request.POST.get("step", ""))
        open_step, chosen = appeals.made_before(file, request.capacities, move, shown)
    if chosen is None or open_step is None:
        raise MoveNotPossible(allowed=appeals.moves_offered(file), version=file.case.version)
    return open_step, chosen


def _made(
    request: DeskRequest, case: Case, open_step: queries.OpenStep, chosen: Move, form: MoveForm
) -> bool:
    """Make the move; what was typed wrongly becomes an error of the form."""
    try:
        actions.APPEAL_MOVES[chosen.code](
            by=open_step.capacity,
            at=request.now,
            number=case.number,
            step_id=queries.step_shown(request.POST.get("step", "")),
            key=request.POST.get("key", ""),
            **form.given(),
        )
    except BadInput as refusal:
        form.refuse(refusal)
        return False
    return True
