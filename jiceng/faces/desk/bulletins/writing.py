"""Writing: draft a bulletin, change its words, issue it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.faces.desk.bulletins.forms import DraftForm, WordsForm
from jiceng.faces.desk.bulletins.pages import scope_of, writer_of
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.text import whole_number
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.service import (
    AlreadyIssued,
    MayNotWrite,
    compose,
    draft,
    edit,
    find,
    issue,
    writes,
)
from jiceng.kernel.figures.service import FIGURES, Period
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.ui.access import for_officers, held_posts, in_role
from jiceng.ui.forms import Form, as_error
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def new(request: DeskRequest) -> HttpResponseBase:
    """Draft a bulletin: choose unit and period, and the article is there."""
    keeper = in_role(request, FIGURES_KEEPER.code)
    if keeper is None:
        raise MayNotWrite()
    posted = request.method == "POST"
    units = list(Unit.objects.existing(request.now).under(keeper.unit).order_by("path"))
    today = legal_day(request.now)
    month = Period.month(today.year, today.month)
    initial = {"unit": keeper.unit.code, "period": month.previous().code}
    form = DraftForm(request.POST if posted else None, units=units, initial=initial)
    if posted and form.is_valid():
        made = _draft(request, form)
        if made:
            return redirect("desk:bulletins:bulletin", made)
    context = {"form": form, "key": request.POST.get("key") or new_uid()}
    return page(request, "desk/bulletins/new.html", context, status=422 if posted else 200)


def _draft(request: DeskRequest, form: DraftForm) -> str:
    """Draft it; return its uid, "" where it was refused."""
    words = form.cleaned_data
    held = (one for one in held_posts(request) if writes(one, words["unit"]))
    by = next(held, None)
    if by is None:
        raise MayNotWrite()
    key = request.POST.get("key", "")
    try:
        done = draft(by=by, at=request.now, key=key, **words)
    except BadInput as refusal:
        form.add_error("period", as_error(refusal))
        return ""
    return done.entry.subject.partition(":")[2]


def _open_for(request: DeskRequest, uid: str) -> tuple[Bulletin, Capacity]:
    """Return a bulletin that is not issued, and in which post the reader writes it."""
    found = find(uid, scope_of(request))
    by = writer_of(request, found)
    if by is None:
        raise MayNotWrite()
    return found, by


def _edge(request: DeskRequest, bulletin: Bulletin, by: Capacity) -> dict[str, Any]:
    edge = {"by": by, "at": request.now, "key": request.POST.get("key", "")}
    return edge | {"bulletin": bulletin, "version": _seen(request)}


def _seen(request: DeskRequest) -> int:
    """Return the version that the page showed; -1, which no bulletin has, where it is nonsense."""
    shown = whole_number(request.POST.get("version", ""), 9)
    return -1 if shown is None else shown


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def write(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Change the words of a bulletin; nothing typed is lost."""
    found, by = _open_for(request, uid)
    if found.issued_at and request.method != "POST":
        raise AlreadyIssued()
    posted = request.method == "POST"
    initial = {"title": found.title, "body": found.body}
    form = WordsForm(request.POST if posted else None, initial=initial)
    if posted and form.is_valid() and _edited(request, found, by, form):
        messages.success(request, _("已保存。"))
        return redirect("desk:bulletins:bulletin", uid)
    context = {
        "bulletin": found,
        "form": form,
        "figures": list(FIGURES),
        "version": request.POST.get("version") or found.version,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "desk/bulletins/edit.html", context, status=422 if posted else 200)


def _edited(request: DeskRequest, found: Bulletin, by: Capacity, form: Form) -> bool:
    try:
        edit(**_edge(request, found, by), **form.cleaned_data)
    except BadInput as refusal:
        form.refuse(refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def print_off(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Issue a bulletin, after showing once more what it will say."""
    found, by = _open_for(request, uid)
    if request.method == "POST":
        issue(**_edge(request, found, by))
        messages.success(request, _("已印发。"))
        return redirect("desk:bulletins:bulletin", uid)
    if found.issued_at:
        raise AlreadyIssued()
    article = compose(found, scope_of(request))
    context = {"bulletin": found, "article": article, "key": new_uid()}
    return page(request, "desk/bulletins/issue.html", context)
