"""Answering objections, looking at comments and answering them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiceng.faces.desk.boards.forms import AnswerForm, CommentAnswerForm, ModerationForm
from jiceng.faces.desk.boards.reading import acting_keeper, keeper_of, said_for, told_by
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Comment, Objection
from jiceng.kernel.notices.terms import Moderation, Outcome
from jiceng.kernel.orgs.service import Capacity
from jiceng.ui.access import for_officers
from jiceng.ui.forms import Form
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def objection(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Show an objection; who keeps the board answers it."""
    said = said_for(request, Objection, uid)
    form = AnswerForm(request.POST or None)

    def act(by: Capacity) -> None:
        typed = form.cleaned_data
        service.answer_objection(
            by=by,
            at=request.now,
            said=said,
            upheld=typed["upheld"] == "yes",
            answer=typed["answer"],
            public=typed["public"],
        )

    return _answered(request, said, form, act, said.state == Outcome.OPEN)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def comment(request: DeskRequest, uid: str) -> HttpResponseBase:
    """Show a comment; who keeps the board lets it be read or not, and answers it."""
    said = said_for(request, Comment, uid)
    fresh = said.state == Moderation.WAITING
    form: Form = (ModerationForm if fresh else CommentAnswerForm)(request.POST or None)

    def act(by: Capacity) -> None:
        given: dict[str, Any] = {"by": by, "at": request.now, "said": said}
        typed = form.cleaned_data
        if not fresh:
            service.answer_comment(answer=typed["answer"], **given)
        elif typed["decision"] == "show" and typed["answer"]:
            service.show_and_answer(answer=typed["answer"], **given)
        else:
            service.moderate(show=typed["decision"] == "show", reason=typed["reason"], **given)

    unanswered = said.state == Moderation.SHOWN and said.answered_at is None
    return _answered(request, said, form, act, fresh or unanswered)


def _answered(
    request: DeskRequest,
    said: Objection | Comment,
    form: Form,
    act: Callable[[Capacity], None],
    takes: bool,
) -> HttpResponseBase:
    """Make the act where a sound form came, and lead back to the notice."""
    if request.method == "POST":
        by = acting_keeper(request, said.notice.unit)
        if not takes:
            raise service.AlreadyAnswered()
        if form.is_valid() and _done(form, act, by):
            messages.success(request, _("已处理，公示页已更新。"))
            return redirect("desk:boards:notice", said.notice.uid)
    return _show(request, said, form, takes)


def _done(form: Form, act: Callable[[Capacity], None], by: Capacity) -> bool:
    try:
        act(by)
    except BadInput as refusal:
        form.refuse(refusal)
        return False
    return True


def _show(request: DeskRequest, said: Objection | Comment, form: Form, takes: bool) -> HttpResponse:
    keeper = keeper_of(request, said.notice.unit)
    context = {
        "said": said,
        "notice": said.notice,
        "form": form,
        "takes": takes and keeper is not None,
        # How to reach somebody is for those alone who deal with it.
        "told": told_by(said) if keeper else {},
    }
    name = "objection" if isinstance(said, Objection) else "comment"
    status = 422 if request.method == "POST" else 200
    return page(request, f"desk/boards/{name}.html", context, status=status)
