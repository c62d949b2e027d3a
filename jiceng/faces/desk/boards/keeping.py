"""Withdrawing a notice, and correcting it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.faces.desk.boards.forms import SHOWN, CorrectionForm, ReasonForm
from jiceng.faces.desk.boards.reading import acting_keeper, notice_for
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.orgs.service import Capacity
from jiceng.ui.access import for_officers
from jiceng.ui.forms import Form, as_error
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def withdraw(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Withdraw a notice, for a reason that everybody reads."""
    found, by = _kept(request, uid)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            service.withdraw(by=by, at=request.now, notice=found, reason=reason)
        except BadInput as refusal:
            form.add_error("reason", as_error(refusal))
        else:
            messages.success(request, _("已撤回，公示页已注明。"))
            return redirect("desk:boards:notice", found.uid)
    return _form(request, "withdraw", found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def correct(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Replace a notice by a corrected one, whose period begins anew."""
    found, by = _kept(request, uid)
    if found.objections.open().exists():
        raise service.ObjectionsOpen()
    form = CorrectionForm(found, request.POST or None)
    if form.is_valid():
        new = _corrected(request, found, by, form)
        if new is not None:
            messages.success(request, _("已更正，公示期重新计算。"))
            return redirect("desk:boards:notice", new.uid)
    return _form(request, "correct", found, form)


def _corrected(
    request: DeskRequest, notice: Notice, by: Capacity, form: CorrectionForm
) -> Notice | None:
    words = {name: form.cleaned_data[name] for name in ("title", "reason")}
    try:
        done = service.correct(by=by, at=request.now, notice=notice, shown=form.shown, **words)
    except BadInput as refusal:
        names = (refusal.field, f"{SHOWN}{refusal.field}")
        field = next((name for name in names if name in form.fields), None)
        form.add_error(field, as_error(refusal))
        return None
    return done.value


def _kept(request: DeskRequest, uid: str) -> tuple[Notice, Capacity]:
    """Return a notice that still hangs, and the post in which the officer looks after it."""
    found = notice_for(request, uid)
    by = acting_keeper(request, found.unit)
    if found.withdrawn_at or found.replacement:
        raise service.NoticeEnded()
    return found, by


def _form(request: DeskRequest, name: str, notice: Notice, form: Form) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"notice": notice, "form": form}
    return page(request, f"desk/boards/{name}.html", context, status=status)
