"""The pages of inspections: draws, one's own visits, findings."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.forms.inspections import (
    DrawForm,
    FindingForm,
    RectifyForm,
    VisitForm,
)
from jiceng.systems.secretary_projects.forms.projects import ReasonForm
from jiceng.systems.secretary_projects.pages.asking import Question, answer, kept, posted
from jiceng.systems.secretary_projects.pages.projects import above, address, asks
from jiceng.systems.secretary_projects.queries import inspections, lists, projects
from jiceng.systems.secretary_projects.terms import Purpose
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.forms import Form
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


def _drawing(request: DeskRequest) -> Capacity:
    by = in_role(request, *inspections.DRAWERS)
    if by is None:
        raise NotAllowed()
    return by


def _inspecting(request: DeskRequest) -> Capacity:
    by = in_role(request, terms.INSPECTOR.code)
    if by is None:
        raise NotAllowed()
    return by


def _draw_address(uid: str) -> str:
    return reverse("desk:secretary_projects:draw", args=[uid])


@require_safe
@for_officers
def draws(request: DeskRequest) -> HttpResponse:
    """Show the draws that the reader may know of, and the visits that are theirs to make."""
    context = {
        "draws": inspections.draws_for(request.user, request.now),
        "visits": inspections.visits_of(request.user),
        "may_draw": in_role(request, *inspections.DRAWERS) is not None,
        "area": "draws",
    }
    return page(request, "secretary_projects/draws.html", context)


@asks
@for_officers
def new_draw(request: DeskRequest) -> HttpResponseBase:
    """Fix candidates and quotas, and publish the hash of a seed."""
    by = _drawing(request)
    units = lists.units_to_draw(by)
    asked = Question(
        title=_("公布抽签名单"),
        form=DrawForm(*posted(request), units=units),
        by=by,
        act=actions.commit_draw,
        back=reverse("desk:secretary_projects:draws"),
        said=_("名单和种子摘要已写入台账。"),
        above=(_("督查"), reverse("desk:secretary_projects:draws")),
        lead=_("种子由系统产生，谁也看不到；先公布它的摘要，走访结束后揭示，任何人都能重抽一遍。"),
        verb=_("公布"),
        after=lambda done: _draw_address(done.entry.subject.rpartition(":")[2]),
    )
    return answer(request, asked)


@require_safe
@for_officers
def draw(request: DeskRequest, uid: str) -> HttpResponse:
    """Show a draw: what was committed to, what was drawn, and whether it can be repeated."""
    found = inspections.draw_for(request.user, uid, request.now)
    context = {
        "draw": found,
        "visits": inspections.visits_in(found),
        "again": actions.drawn_of(found) if found.revealed_at else [],
        "may_draw": in_role(request, *inspections.DRAWERS) is not None,
    }
    return page(request, "secretary_projects/draw.html", context)


def _draw_question(request: DeskRequest, uid: str, **given: Any) -> HttpResponseBase:
    found = inspections.draw_for(request.user, uid, request.now)
    above_it = (_("督查"), reverse("desk:secretary_projects:draws"), found.unit.name)
    asked = Question(
        form=Form(*posted(request)),
        by=_drawing(request),
        back=_draw_address(uid),
        above=above_it,
        **given,
    )
    return answer(request, asked, draw=found)


@asks
@for_officers
def make_draw(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Ask before the draw is made: it is made once."""
    return _draw_question(
        request,
        uid,
        title=_("抽签"),
        act=actions.make_draw,
        said=_("已抽签，督查员能看到自己的走访任务。"),
        hint=_("只能抽一次。抽中的项目只有督查组知道，走访完成前不通知被督查的党组织。"),
    )


@asks
@for_officers
def reveal(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Ask before the seed is told to everybody."""
    return _draw_question(
        request,
        uid,
        title=_("揭示种子"),
        act=actions.reveal_draw,
        said=_("种子已写入台账，任何人都可以复核。"),
        hint=_("所有走访完成后才能揭示。"),
    )


# ---- visits -------------------------------------------------------------------------------------


@asks
@for_officers
def record_visit(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Record a visit that was drawn; nobody but its team knows of it."""
    visit = inspections.visit_for(request.user, uid)
    return _visit(request, visit.project.case.number, visit=uid)


@asks
@for_officers
def visit_project(request: DeskRequest, number: str) -> HttpResponseBase:
    """Record a visit of one's own accord."""
    return _visit(request, number, visit="")


def _visit(request: DeskRequest, number: str, visit: str) -> HttpResponseBase:
    by = _inspecting(request)
    file = projects.project_file(request.user, number, request.now)
    asked = Question(
        title=_("登记走访"),
        form=VisitForm(*posted(request), lines=file.plan.lines, kept=kept(request)),
        by=by,
        act=actions.record_visit,
        back=reverse("desk:secretary_projects:draws"),
        said=_("已登记走访。发现问题请在项目页登记。"),
        above=above(file),
        lead=file.project.case.title,
        hint=_("没有看到的步骤不填。核查低于自报的，公开栏不算完成。"),
        purpose=Purpose.VISIT,
        after=lambda done: f"{address('case', number)}#inspected",
    )
    return answer(request, asked, number=number, visit=visit)


@asks
@for_officers
def find(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Write down what a visit found wrong."""
    visit = inspections.visit_for(request.user, uid)
    if visit.visited_at is None:
        raise Absent()
    number = visit.project.case.number
    file = projects.project_file(request.user, number, request.now)
    asked = Question(
        title=_("登记问题"),
        form=FindingForm(*posted(request)),
        by=_inspecting(request),
        act=actions.find,
        back=f"{address('case', number)}#inspected",
        said=_("已登记问题，领办书记须在期限内整改。"),
        above=above(file),
        lead=file.project.case.title,
        purpose=Purpose.VISIT,
    )
    return answer(request, asked, visit=visit)


def _finding(
    request: DeskRequest, number: str, uid: str, *, owner: bool, **given: Any
) -> HttpResponseBase:
    file = projects.project_file(request.user, number, request.now)
    finding = inspections.finding_for(uid, file.project)
    by = file.owns if owner else _inspecting(request)
    if by is None:
        raise NotAllowed()
    asked = Question(
        by=by,
        back=f"{address('case', number)}#inspected",
        above=above(file),
        lead=file.project.case.title,
        hint=finding.words,
        **given,
    )
    return answer(request, asked, finding=finding)


@asks
@for_officers
def rectify(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Show that a finding was put right."""
    return _finding(
        request,
        number,
        uid,
        owner=True,
        title=_("提交整改"),
        form=RectifyForm(*posted(request)),
        act=actions.rectify,
        said=_("已提交，等待督查员确认。"),
        purpose=Purpose.RECTIFICATION,
    )


@asks
@for_officers
def confirm(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Confirm that a finding was put right."""
    return _finding(
        request,
        number,
        uid,
        owner=False,
        title=_("确认整改，销号"),
        form=Form(*posted(request)),
        act=actions.confirm,
        said=_("已销号。"),
    )


@asks
@for_officers
def send_back(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Say that a finding was not put right."""
    return _finding(
        request,
        number,
        uid,
        owner=False,
        title=_("整改不到位，退回"),
        form=ReasonForm(*posted(request)),
        act=actions.send_back,
        said=_("已退回。"),
        danger=True,
    )
