"""The pages of grids and patrols: the tree, one grid, a member's own week."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiceng.kernel.base.errors import BadInput, Conflict, NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.grid import actions
from jiceng.systems.grid.forms.patrols import HandOverForm, PlanForm, WalkForm
from jiceng.systems.grid.queries import grids as queries
from jiceng.ui.access import for_officers
from jiceng.ui.forms import Form
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

UNPLANNED = "unplanned"
SENT = 302


@require_safe
@for_officers
def grids(request: DeskRequest) -> HttpResponse:
    """Show the grids of an officer as a tree, or only those that nobody is to walk."""
    tree = queries.grid_tree(request.user, request.now)
    only = request.GET.get("only") == UNPLANNED
    lines = [line for line in tree.lines if line.without_plan or not only]
    return page(request, "grid/grids.html", {"tree": tree, "lines": lines, "only": only})


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def grid(request: DeskRequest, code: str) -> HttpResponseBase:
    """Show one grid; let its chief say who walks it how often."""
    cell = queries.grid_cell(request.user, code, request.now)
    by = _planner(request, cell)
    form = PlanForm(request.POST or None, cell=cell, now=request.now)
    if request.method != "POST":
        return _grid_page(request, cell, by, form, 200)
    if by is None:
        raise NotAllowed()
    status = _sent(form, lambda: _plan(request, by, cell, form))
    if status != SENT:
        return _grid_page(request, cell, by, form, status)
    messages.success(request, _("已安排巡查。"))
    return redirect("desk:grid:grid", cell.code)


def _plan(request: DeskRequest, by: Capacity, cell: Any, form: Form) -> None:
    key = request.POST.get("key", "")
    actions.plan_patrol(by=by, at=request.now, key=key, cell=cell, **form.cleaned_data)


def _sent(form: Form, make: Callable[[], None]) -> int:
    """Make what the form asks for; return 302, or the status of the form that is sent back."""
    if not form.is_valid():
        return 422
    try:
        make()
    except (BadInput, Conflict) as refusal:
        form.refuse(refusal)
        return refusal.status
    return SENT


def _grid_page(
    request: DeskRequest, cell: Any, by: Capacity | None, form: Form, status: int
) -> HttpResponse:
    file = queries.grid_file(cell, request.now)
    context = {"file": file, "cell": cell, "may_plan": by is not None, "form": form}
    context["key"] = request.POST.get("key") or new_uid()
    return page(request, "grid/grid.html", context, status=status)


def _planner(request: DeskRequest, cell: Any) -> Capacity | None:
    """Return in which post the reader plans the patrols of the grid."""
    held = request.capacities
    return next((one for one in held if actions.may_plan(one, cell, request.now)), None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def hand_over(request: DeskRequest, code: str, plan: str) -> HttpResponseBase:
    """Ask who takes over a plan, then hand it over, alone or with all of the member's."""
    cell = queries.grid_cell(request.user, code, request.now)
    found = queries.plan_of([cell], plan, request.now)
    by = _planner(request, cell) or request.capacities[0]
    form = HandOverForm(request.POST or None, cell=cell, now=request.now)
    status = 200
    if request.method == "POST":
        status = _sent(form, lambda: _hand_over(request, by, found, form))
    if status == SENT:
        messages.success(request, _("已移交。"))
        return redirect("desk:grid:grid", cell.code)
    context = {"cell": cell, "plan": found, "form": form}
    return page(request, "grid/hand_over.html", context, status=status)


def _hand_over(request: DeskRequest, by: Capacity, plan: Any, form: Form) -> None:
    to = form.cleaned_data["member"]
    if form.cleaned_data["whole"]:
        actions.hand_over_all(by=by, at=request.now, member=plan.member, to=to)
    else:
        actions.hand_over(by=by, at=request.now, plan=plan, to=to)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def end_plan(request: DeskRequest, code: str, plan: str) -> HttpResponseBase:
    """Ask before a plan ends."""
    cell = queries.grid_cell(request.user, code, request.now)
    found = queries.plan_of([cell], plan, request.now)
    if request.method == "POST":
        by = _planner(request, cell) or request.capacities[0]
        actions.end_plan(by=by, at=request.now, plan=found)
        messages.success(request, _("巡查计划已结束。"))
        return redirect("desk:grid:grid", cell.code)
    return page(request, "grid/end_plan.html", {"cell": cell, "plan": found})


@require_safe
@for_officers
def patrols(request: DeskRequest) -> HttpResponse:
    """Show a grid member the own grids of this week: what was walked, what remains."""
    return _week_page(request, None, 200)


def _week_page(request: DeskRequest, refusal: object, status: int) -> HttpResponse:
    plans = queries.my_plans(request.user, request.now)
    context = {"plans": plans, "refusal": refusal, "key": new_uid()}
    return page(request, "grid/patrols.html", context, status=status)


@require_POST
@for_officers
def walk(request: DeskRequest, plan: str) -> HttpResponseBase:
    """Record a round: one tap."""
    found = queries.own_plan(request.user, plan, request.now)
    form = WalkForm(request.POST)
    if not form.is_valid():
        return _week_page(request, _("手机给出的位置不可用，请再按一次。"), 422)
    by = request.capacities[0]
    given = {"plan": found, "point": form.cleaned_data["point"]}
    try:
        done = actions.walk(by=by, at=request.now, key=request.POST.get("key", ""), **given)
    except Conflict as refusal:
        return _week_page(request, refusal.sentence, refusal.status)
    if done.value is not None and done.value.inside is False:
        messages.warning(request, _("已记录，但位置不在这个网格内，不计入本周次数。"))
    else:
        messages.success(request, _("已记录：%(cell)s") % {"cell": found.cell.name})
    return redirect("desk:grid:patrols")
