"""The pages of routing rules: how they stand, one rule, its form, its trial, its end."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.base.errors import Absent, BadInput, NotAllowed, Refusal
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity, visible_to
from jiceng.systems.grid import actions
from jiceng.systems.grid.actions.routing import changes_routing
from jiceng.systems.grid.forms.routing import RuleForm, initial_of
from jiceng.systems.grid.queries import routing_trials as trials
from jiceng.systems.grid.queries.routing import rules_at
from jiceng.systems.grid.terms import ROUTING_READERS
from jiceng.ui.access import for_officers, held_posts, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

TRIED, SHOWN = 500, 100
# Where the fault of a condition is shown.
FIELDS = {"hours": "hour_until"}


def _changer(request: DeskRequest) -> Capacity | None:
    """Return in which post the reader may change rules, if in any."""
    return next((held for held in held_posts(request) if changes_routing(held, request.now)), None)


def _must_change(request: DeskRequest) -> Capacity:
    by = _changer(request)
    if by is None:
        raise NotAllowed()
    return by


def _must_read(request: DeskRequest) -> None:
    if in_role(request, *ROUTING_READERS) is None:
        raise NotAllowed()


@require_safe
@for_officers
def rules(request: DeskRequest) -> HttpResponse:
    """List the rules in the order in which they are asked, with what is wrong above."""
    _must_read(request)
    context = {
        "report": trials.report(request.now),
        "drafts": trials.drafts(request.now),
        "may_change": _changer(request) is not None,
    }
    return page(request, "grid/routing.html", context)


@require_safe
@for_officers
def rule(request: DeskRequest, code: str) -> HttpResponse:
    """Show one rule: what is in force, and the draft that would replace it."""
    _must_read(request)
    file = trials.rule_file(code, request.now)
    context = {"file": file, "may_change": _changer(request) is not None}
    return page(request, "grid/routing_rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def edit(request: DeskRequest, code: str = "") -> HttpResponseBase:
    """Write the draft of a rule; then it is tried."""
    by = _must_change(request)
    posted = request.method == "POST"
    start: Any = {"position": trials.next_position(request.now)}
    if code:
        start = initial_of(trials.rule_file(code, request.now).newest.rule.row)
    form = RuleForm(
        request.POST if posted else None, now=request.now, fixed=code, initial=dict(start)
    )
    if posted and form.is_valid():
        drafted = _draft(request, by, form, code)
        if drafted:
            messages.success(request, _("草稿已保存，还没有生效。"))
            return redirect("desk:grid:routing-try", drafted)
    context = {"form": form, "code": code, "key": request.POST.get("key") or new_uid()}
    return page(request, "grid/routing_edit.html", context, status=422 if posted else 200)


def _draft(request: DeskRequest, by: Capacity, form: RuleForm, code: str) -> str:
    """Write the draft; return its code, or "" where the form has to say why not."""
    words = form.cleaned_data
    drafted: str = code or words["code"]
    try:
        actions.draft_rule(
            by=by,
            at=request.now,
            key=request.POST.get("key", ""),
            code=drafted,
            name=words["name"],
            position=words["position"],
            conditions=form.conditions,
            unit=words["unit"],
        )
    except BadInput as refusal:
        form.refuse(refusal, at=FIELDS.get(refusal.field, ""))
        return ""
    return drafted


@require_safe
@for_officers
def trial(request: DeskRequest) -> HttpResponse:
    """Try the rules in force on the last cases of the reader."""
    _must_read(request)
    return _tried(request, {})


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def try_draft(request: DeskRequest, code: str) -> HttpResponseBase:
    """Try a draft on the last cases of the reader, then put it in force."""
    _must_read(request)
    draft = trials.draft_of(code)
    refused: Refusal | None = None
    if request.method == "POST":
        by = _must_change(request)
        key = request.POST.get("key", "")
        try:
            actions.activate_rule(by=by, at=request.now, code=code, key=key)
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, _("规则已启用。"))
            return redirect("desk:grid:routing")
    return _tried(request, {"draft": draft, "refused": refused})


def _tried(request: DeskRequest, context: dict[str, Any]) -> HttpResponse:
    draft, refused = context.get("draft"), context.get("refused")
    rows = rules_at(request.now)
    rows = trials.with_draft(rows, draft) if draft else rows
    scope = visible_to(request.user, request.now)
    found = trials.dry_run(at=request.now, last=TRIED, rules=rows, scope=scope)
    context |= {
        "trial": found,
        "shown": found.differences[:SHOWN],
        "report": trials.report(request.now, rows),
        "may_change": _changer(request) is not None,
        "key": new_uid(),
    }
    return page(
        request, "grid/routing_try.html", context, status=refused.status if refused else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def end(request: DeskRequest, code: str) -> HttpResponseBase:
    """Ask before a rule ends or, with ``draft``, its draft is thrown away; then do it."""
    by = _must_change(request)
    file = trials.rule_file(code, request.now)
    draft = request.GET.get("draft") == "1"
    line = file.draft if draft else file.in_force
    if line is None:
        raise Absent()
    if request.method == "POST":
        actions.retire_rule(by=by, at=request.now, code=code, draft=draft)
        messages.success(request, _("草稿已删除。") if draft else _("规则已停用。"))
        return redirect("desk:grid:routing")
    return page(request, "grid/routing_end.html", {"line": line, "code": code, "draft": draft})
