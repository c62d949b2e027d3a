"""What is looked at over all projects: coverage, both ends, outcomes, exemplars."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.forms.results import (
    AchieveForm,
    AdoptForm,
    ColumnForm,
    ExemplarForm,
    ResultForm,
    RoadshowForm,
)
from jiceng.systems.secretary_projects.pages.asking import Question, answer, posted
from jiceng.systems.secretary_projects.pages.projects import PROPOSERS, above, address, asks
from jiceng.systems.secretary_projects.queries import lists, overview, projects
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_safe
@for_officers
def coverage(request: DeskRequest) -> HttpResponse:
    """Show which party organisations have a project or an item, and which have none."""
    lines = overview.coverage(request.user, request.now)
    bare = [line for line in lines if not line.covered]
    context = {"lines": lines, "bare": bare, "area": "coverage"}
    return page(request, "secretary_projects/coverage.html", context)


@require_safe
@for_officers
def both_ends(request: DeskRequest) -> HttpResponse:
    """Show the best and the laggards, each with the reasons of the rule."""
    context = {"ends": overview.both_ends(request.user, request.now), "area": "ends"}
    return page(request, "secretary_projects/ends.html", context)


@require_safe
@for_officers
def outcomes(request: DeskRequest) -> HttpResponse:
    """Show what came of the projects, each indicator by itself."""
    found = overview.outcomes_of(request.user, request.now)
    may = in_role(request, *PROPOSERS) is not None
    context = {"outcomes": found, "may_record": may, "area": "outcomes"}
    return page(request, "secretary_projects/outcomes.html", context)


def _recording(request: DeskRequest, file: projects.ProjectFile) -> Capacity:
    by = file.owns or in_role(request, terms.PARTY_OFFICE.code)
    if by is None:
        raise NotAllowed()
    return by


@asks
@for_officers
def record_result(request: DeskRequest, number: str) -> HttpResponseBase:
    """Record a result of a project."""
    file = projects.project_file(request.user, number, request.now)
    asked = Question(
        title=_("登记成效"),
        form=ResultForm(*posted(request), indicators=overview.indicator_choices()),
        by=_recording(request, file),
        act=actions.record_result,
        back=f"{address('case', number)}#results",
        said=_("已登记。"),
        above=above(file),
        lead=file.project.case.title,
    )
    return answer(request, asked, number=number, unit=file.project.unit)


@asks
@for_officers
def achieve(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Say when an open result was achieved."""
    row = overview.result_for(request.user, uid, request.now)
    by = in_role(request, *PROPOSERS)
    if by is None:
        raise NotAllowed()
    here = reverse("desk:secretary_projects:outcomes")
    asked = Question(
        title=_("办结"),
        form=AchieveForm(*posted(request)),
        by=by,
        act=actions.achieve_result,
        back=here,
        said=_("已办结。"),
        above=(_("成效"), here),
        hint=row.name,
    )
    return answer(request, asked, result=row)


# ---- exemplars ----------------------------------------------------------------------------------


@require_safe
@for_officers
def exemplars(request: DeskRequest) -> HttpResponse:
    """Show the exemplars, the most adopted first."""
    context = {
        "exemplars": overview.exemplars(request.user, request.now),
        "keeps": in_role(request, terms.PARTY_OFFICE.code) is not None,
        "area": "exemplars",
    }
    return page(request, "secretary_projects/exemplars.html", context)


@require_safe
@for_officers
def exemplar(request: DeskRequest, number: str) -> HttpResponse:
    """Show an exemplar: what can be learnt, its article, and who took it over."""
    found = overview.exemplar_for(number)
    context = {
        "exemplar": found,
        "adoptions": overview.adoptions_of(found),
        "keeps": in_role(request, terms.PARTY_OFFICE.code) is not None,
        "may_adopt": in_role(request, *PROPOSERS) is not None,
    }
    return page(request, "secretary_projects/exemplar.html", context)


def _keeping(request: DeskRequest) -> Capacity:
    by = in_role(request, terms.PARTY_OFFICE.code)
    if by is None:
        raise NotAllowed()
    return by


def _exemplar_address(number: str) -> str:
    return reverse("desk:secretary_projects:exemplar", args=[number])


def _exemplars() -> tuple[str, str]:
    return _("典型"), reverse("desk:secretary_projects:exemplars")


@asks
@for_officers
def raise_exemplar(request: DeskRequest, number: str) -> HttpResponseBase:
    """Say what others can learn from a project."""
    by = _keeping(request)
    project = projects.project_for(request.user, number, request.now)
    asked = Question(
        title=_("推荐为典型"),
        form=ExemplarForm(*posted(request)),
        by=by,
        act=actions.raise_exemplar,
        back=address("case", number),
        said=_("已推荐。"),
        above=_exemplars(),
        lead=project.case.title,
        after=lambda done: _exemplar_address(number),
    )
    return answer(request, asked, number=number)


def _of_exemplar(request: DeskRequest, number: str, by: Capacity, **given: Any) -> Question:
    found = overview.exemplar_for(number)
    back = _exemplar_address(number)
    return Question(by=by, back=back, above=(*_exemplars(), found.title), **given)


@asks
@for_officers
def write_column(request: DeskRequest, number: str) -> HttpResponseBase:
    """Publish the article of the column."""
    asked = _of_exemplar(
        request,
        number,
        _keeping(request),
        title=_("刊发专栏文章"),
        form=ColumnForm(*posted(request)),
        act=actions.write_column,
        said=_("已刊发。"),
    )
    return answer(request, asked, number=number)


@asks
@for_officers
def adopt(request: DeskRequest, number: str) -> HttpResponseBase:
    """Record that another unit took an exemplar over."""
    by = in_role(request, *PROPOSERS)
    if by is None:
        raise NotAllowed()
    units = lists.led_by(request.user, request.now)
    asked = _of_exemplar(
        request,
        number,
        by,
        title=_("登记推广应用"),
        form=AdoptForm(*posted(request), units=units),
        act=actions.adopt,
        said=_("已登记。"),
    )
    return answer(request, asked, number=number)


@asks
@for_officers
def open_roadshow(request: DeskRequest) -> HttpResponseBase:
    """Choose the exemplars that are judged together, and open the review."""
    by = _keeping(request)
    asked = Question(
        title=_("发起路演评审"),
        form=RoadshowForm(*posted(request), entrants=overview.entrants()),
        by=by,
        act=_opened,
        back=_exemplars()[1],
        said=_("评审已公布规则，请邀请评委。"),
        above=_exemplars(),
        lead=_("成效40、做法30、可推广30，各评委分数标准化后汇总；截止前谁也看不到分数。"),
        after=lambda review: reverse("desk:reviews:review", args=[review.uid]),
    )
    return answer(request, asked, unit=by.unit)


def _opened(*, key: str, **given: Any) -> Any:
    """Open a roadshow; it is several acts, so a second press finds nobody left to enter."""
    return actions.open_roadshow(**given)
