"""The pages of a project for officers: find, permit, one call, answer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.attachments.service import respond
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.base.text import whole_number
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.service import Move, MoveNotPossible
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.forms.moves import MoveForm
from jiceng.systems.secretary_projects.forms.projects import (
    LedgerForm,
    ProgressForm,
    ProposalForm,
    ReasonForm,
    StepForm,
)
from jiceng.systems.secretary_projects.pages.asking import Question, answer, kept, posted
from jiceng.systems.secretary_projects.queries import (
    duties,
    inspections,
    lists,
    overview,
    projects,
)
from jiceng.systems.secretary_projects.terms import Kind, Purpose
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

asks = require_http_methods(["GET", "HEAD", "POST"])
PURPOSES = {
    "survey": Purpose.SURVEY,
    "study": Purpose.STUDY,
    "file": Purpose.FILING,
    "publish": Purpose.PUBLICATION,
    "accept": Purpose.VISIT,
}


@require_safe
@for_officers
def ledger(request: DeskRequest) -> HttpResponse:
    """Show the ledger of all projects that the reader sees, filtered."""
    units = lists.led_by(request.user, request.now)
    form = LedgerForm(request.GET, units=units)
    chosen = form.chosen()
    start = whole_number(request.GET.get("after", ""), 15) or 0
    found = lists.ledger(request.user, request.now, lists.Choice(**chosen), start)
    here, query = reverse("desk:secretary_projects:ledger"), urlencode(_plain(chosen))
    context = {
        "form": form,
        "found": found,
        "chosen": {name: value for name, value in chosen.items() if name not in ("q", "mine")},
        "asked": bool(chosen.keys() - {"mine"}),
        "here": here,
        "next": f"{here}?{query}&after={found.next_after}" if found.next_after else "",
        "first": f"{here}?{query}" if start else "",
        "tabs": _tabs(here, bool(chosen.get("mine"))),
        "area": "ledger",
        "may_propose": in_role(request, *PROPOSERS) is not None,
        "keeps": in_role(request, terms.PARTY_OFFICE.code) is not None,
    }
    return page(request, "secretary_projects/ledger.html", context, part="found")


PROPOSERS = (terms.SECRETARY.code, terms.PARTY_OFFICE.code)


def _plain(chosen: dict[str, Any]) -> dict[str, str]:
    return {name: "on" if value is True else str(value) for name, value in chosen.items()}


def _tabs(here: str, mine: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("全部项目"), "url": here, "current": not mine},
        {"label": _("我领办的"), "url": f"{here}?mine=on", "current": mine},
    ]


def address(name: str, number: str, *more: Any) -> str:
    """Return the address of a page of a project."""
    return reverse(f"desk:secretary_projects:{name}", args=[number, *more])


def above(file: projects.ProjectFile) -> tuple[str, str, str]:
    """Return where a page of a project lies."""
    ledger_page = reverse("desk:secretary_projects:ledger")
    return _("书记项目"), ledger_page, file.project.case.title


@asks
@for_officers
def propose(request: DeskRequest, kind: str) -> HttpResponseBase:
    """Let a secretary, or the party office for one, propose a project or an item."""
    if kind not in Kind.values:
        raise Absent()
    by = in_role(request, *PROPOSERS)
    if by is None:
        raise NotAllowed()
    units = lists.led_by(request.user, request.now)
    made = actions.propose if kind == Kind.PROJECT else actions.propose_item
    asked = Question(
        title=_("提出书记项目") if kind == Kind.PROJECT else _("提出书记领办事项"),
        form=ProposalForm(*posted(request), units=units),
        by=_proposing(request, by),
        act=made,
        back=reverse("desk:secretary_projects:ledger"),
        said=_("已提出，请按关口逐项办理。"),
        above=(_("书记项目"), reverse("desk:secretary_projects:ledger")),
        lead=_("先说清楚要解决什么问题、办成什么样。立项前还可以补充方案。"),
        verb=_("提出"),
        after=lambda done: address("case", done.entry.subject.rpartition(":")[2]),
    )
    return answer(request, asked)


def _proposing(request: DeskRequest, by: Capacity) -> Capacity:
    """Return in which post the reader proposes for the organisation that was chosen."""
    chosen = request.POST.get("unit", "")
    own = (held for held in request.capacities if held.unit.code == chosen)
    return next((held for held in own if held.role in PROPOSERS), by)


@require_safe
@for_officers
def case(request: DeskRequest, number: str) -> HttpResponse:
    """Show a project to an officer: gates, plan, dispatching, findings, outcomes, history."""
    file = projects.project_file(request.user, number, request.now)
    project, at = file.project, request.now
    context = {
        "file": file,
        "project": project,
        "case": project.case,
        "duties": duties.lines_of(project, at),
        "inspected": inspections.inspected(project, at),
        "staff_no": request.user.staff_no,
        "inspects": in_role(request, terms.INSPECTOR.code) if not file.owns else None,
        "keeps": in_role(request, terms.PARTY_OFFICE.code),
        "results": overview.results_of(project),
        "exemplar": overview.exemplar_of(project),
    }
    return page(request, "secretary_projects/case.html", context)


@asks
@for_officers
def move(request: DeskRequest, number: str, move: str) -> HttpResponseBase:
    """Ask for what a move needs, then make it."""
    file = projects.project_file(request.user, number, request.now)
    step = whole_number(request.POST.get("step", ""), 15) or 0
    chosen, by = projects.offered(file, move), file.by
    if chosen is None and request.method == "POST":
        chosen, by = projects.pressed_before(file, request.capacities, move, step)
    if chosen is None or by is None:
        raise MoveNotPossible(allowed={one.code: _(one.label) for one in file.moves})
    made = actions.MOVES_OF[file.project.case.definition.code][chosen.code]
    asked = _move_question(request, file, chosen, made, by)
    step = step or (file.step.pk if file.step else 0)
    return answer(request, asked, number=number, step_id=step)


def _move_question(
    request: DeskRequest,
    file: projects.ProjectFile,
    chosen: Move,
    made: Callable[..., Any],
    by: Capacity,
) -> Question:
    case = file.project.case
    return Question(
        title=_(chosen.label),
        form=MoveForm(chosen, *posted(request), kept=kept(request)),
        by=by,
        act=made,
        back=address("case", case.number),
        said=_("已办理：%(move)s") % {"move": _(chosen.label)},
        above=above(file),
        lead=case.title,
        purpose=PURPOSES.get(chosen.code, Purpose.RESULT),
        danger=chosen.manner == "stop",
        step=file.step.pk if file.step else None,
    )


@require_safe
@for_officers
def photo(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Show a photo of a project that the reader sees."""
    project = projects.project_for(request.user, number, request.now)
    photos = attachments_of(project.case.subject)
    found = next((one for one in photos if one.uid == uid), None)
    if found is None:
        raise Absent()
    return respond(found, thumb="thumb" in request.GET)


# ---- the plan -----------------------------------------------------------------------------------


def _planning(request: DeskRequest, number: str) -> tuple[projects.ProjectFile, Capacity]:
    """Return a project with the post in which its secretary plans it; others may not."""
    file = projects.project_file(request.user, number, request.now)
    if file.owns is None:
        raise NotAllowed()
    return file, file.owns


def _plan_question(
    request: DeskRequest, number: str, title: str, form: Any, act: Callable[..., Any], **more: Any
) -> Question:
    file, by = _planning(request, number)
    back = f"{address('case', number)}#plan"
    given = {"said": _("已保存。"), "lead": file.project.case.title, **more}
    return Question(title, form, by, act, back, above=above(file), **given)


@asks
@for_officers
def new_step(request: DeskRequest, number: str) -> HttpResponseBase:
    """Add a step to the plan."""
    form = StepForm(*posted(request), changes=False)
    asked = _plan_question(request, number, _("增加步骤"), form, actions.set_step)
    return answer(request, asked, number=number)


@asks
@for_officers
def change_step(request: DeskRequest, number: str, step: str) -> HttpResponseBase:
    """Change a step, for a reason."""
    file, _by = _planning(request, number)
    row = projects.step_in_plan(file, step)
    names = ("name", "expected", "owner", "due_on", "weight")
    known = {name: getattr(row, name) for name in names}
    form = StepForm(*posted(request), changes=True, initial=known)
    asked = _plan_question(request, number, _("调整步骤"), form, actions.change_step)
    return answer(request, asked, number=number, step=row.pk)


@asks
@for_officers
def drop_step(request: DeskRequest, number: str, step: str) -> HttpResponseBase:
    """Take a step out of the plan, for a reason."""
    file, _by = _planning(request, number)
    row = projects.step_in_plan(file, step)
    form, hint = ReasonForm(*posted(request)), row.name
    asked = _plan_question(
        request, number, _("取消步骤"), form, actions.drop_step, danger=True, hint=hint
    )
    return answer(request, asked, number=number, step=row.pk)


@asks
@for_officers
def claim_progress(request: DeskRequest, number: str, step: str) -> HttpResponseBase:
    """Say how far a step is."""
    file, _by = _planning(request, number)
    row = projects.step_in_plan(file, step)
    form = ProgressForm(*posted(request), initial={"percent": row.claimed.normalize()})
    asked = _plan_question(
        request,
        number,
        _("更新进展"),
        form,
        actions.claim_progress,
        purpose=Purpose.PROGRESS,
        hint=f"{row.name}：{row.expected}",
    )
    return answer(request, asked, number=number, step=row.pk)


@asks
@for_officers
def hang_plan(request: DeskRequest, number: str) -> HttpResponseBase:
    """Hang the plan as it is now on the public board."""
    form = ReasonForm(*posted(request))
    asked = _plan_question(
        request,
        number,
        _("重新公开方案"),
        form,
        actions.hang_plan,
        said=_("已在公开栏更新方案。"),
    )
    return answer(request, asked, number=number)
