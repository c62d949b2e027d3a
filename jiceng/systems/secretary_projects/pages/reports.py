"""按月调度: what is owed by whom, and the report of one period."""

from datetime import date

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.forms.results import ReportForm
from jiceng.systems.secretary_projects.pages.asking import Question, answer, posted
from jiceng.systems.secretary_projects.pages.projects import above, address, asks
from jiceng.systems.secretary_projects.queries import duties, projects
from jiceng.systems.secretary_projects.terms import Duty
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_safe
@for_officers
def by_owner(request: DeskRequest) -> HttpResponse:
    """Show what every owner owed and reported, counted by the system."""
    lines = duties.by_owner(request.user, request.now)
    context = {"lines": lines, "area": "duties"}
    return page(request, "secretary_projects/duties.html", context)


@asks
@for_officers
def report(request: DeskRequest, number: str, duty: str, start: str) -> HttpResponseBase:
    """Show what the system knows, ask for what it cannot know, then report the period."""
    file = projects.project_file(request.user, number, request.now)
    if file.owns is None:
        raise NotAllowed()
    begins = _day(start)
    if duty not in Duty.values or begins is None:
        raise Absent()
    known = duties.snapshot(file.project, request.now)
    asked = Question(
        title=str(Duty(duty).label),
        form=ReportForm(*posted(request)),
        by=file.owns,
        act=actions.report,
        back=f"{address('case', number)}#duties",
        said=_("已上报。"),
        above=above(file),
        lead=file.project.case.title,
        hint=_(
            "系统已记录：计划 %(planned)s%%，自报 %(claimed)s%%，核查 %(verified)s%%；"
            "超期步骤 %(late)d 个，未销号问题 %(open)d 个。只需补充系统不知道的情况。"
        )
        % {**known, "late": len(known["late"]), "open": known["open_findings"]},
        verb=_("上报"),
    )
    return answer(request, asked, number=number, duty=duty, period_start=begins)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
