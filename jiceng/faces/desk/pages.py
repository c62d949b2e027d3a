"""The pages of the desk that belong to no single system: sign in, inbox, procedures."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.faces.desk.boards.reading import is_keeper, waiting
from jiceng.faces.desk.forms import PasswordForm, SignInForm
from jiceng.faces.desk.inbox import Reader, doors, rows_of, tabs_of, view_of
from jiceng.kernel.base.errors import Absent, BadInput
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Oneself, change_password, visible_to
from jiceng.kernel.procedures.models import Case, ProcedureVersion
from jiceng.kernel.procedures.service import draw
from jiceng.ui.access import for_officers, held_posts
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest, Request

MAX_ID = 2**63 - 1


class SignIn(LoginView):
    """Django's page, without its «site», which would hide ours."""

    template_name = "desk/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Lead on to the page of ours that was wanted; this page itself is nowhere to go."""
        wanted = super().get_redirect_url()
        inside = wanted.startswith("/") and urlsplit(wanted).path != self.request.path
        return wanted if inside else ""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Send the form back as every other is sent back."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leave the name «site» to the context that every page has."""
        context = super().get_context_data(**kwargs)
        return {name: value for name, value in context.items() if name not in ("site", "site_name")}


# Django's view would take PUT for POST.
sign_in = require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view())


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: Request) -> HttpResponseBase:
    """Show the inbox, or the way in to who has not signed in."""
    return my_inbox(request) if request.user.is_authenticated else sign_in(request)


def _page_key(request: Request) -> int:
    """Return the id after which the page begins; what cannot be one is not found."""
    typed, *more = request.GET.getlist("after") or ["0"]
    # Python does not read a number of thousands of digits; an id has nineteen at most.
    if more or not (re.fullmatch(r"[0-9]{1,19}", typed) and int(typed) <= MAX_ID):
        raise Absent()
    return int(typed)


@require_safe
@for_officers
def my_inbox(request: DeskRequest) -> HttpResponse:
    """Show the steps of one view of the inbox, the most pressing first."""
    view = view_of(request.GET.get("tab", ""))
    if view is None:
        raise Absent()
    reader = Reader.of(request.user, visible_to(request.user, request.now))
    found = view.steps(reader, _page_key(request))
    rows = rows_of(found.steps, view, reader.scope, request.now)
    address = reverse("desk:inbox")
    here = f"{address}?tab={view.code}"
    context = {
        "view": view,
        "tabs": tabs_of(view, reader, address),
        "rows": rows,
        "doors": doors(rows),
        "next": f"?tab={view.code}&after={found.next_after}" if found.next_after else "",
        "first": here if "after" in request.GET else "",
        "boards": sum(group.count for group in waiting(request)) if is_keeper(request) else 0,
    }
    return page(request, "desk/inbox.html", context, part="rows")


@require_safe
@for_officers
def find_case(request: DeskRequest) -> HttpResponseBase:
    """Lead to the case with a number; one that the officer may not know is as absent as none."""
    number = read_number(request.GET.get("number", ""))
    cases = Case.objects.in_scope(visible_to(request.user, request.now))
    found = cases.filter(number=number).first() if number else None
    if found is None:
        raise Absent(_("没有找到这个编号的办件，请核对编号。"))
    return redirect(f"desk:{found.system}:case", found.number)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password(request: Request) -> HttpResponseBase:
    """Let an officer change the own password; every other session of theirs ends."""
    held_posts(request)  # the navigation shows what this officer may open
    form = PasswordForm(request.POST or None)
    officer = request.user
    if request.method == "POST" and form.is_valid() and isinstance(officer, Officer):
        # Who sits at a forgotten screen must not find out the password by trying.
        count_attempt(f"password:{officer.pk}", limit=5, seconds=900, at=request.now)
        words = form.cleaned_data
        try:
            fresh = change_password(
                by=Oneself(officer),
                at=request.now,
                officer=officer,
                old=words["old"],
                new=words["new"],
            )
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, fresh)
            messages.success(request, _("密码已更换。"))
            return redirect("desk:inbox")
    return page(request, "desk/password.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@for_officers
def procedures(request: DeskRequest) -> HttpResponse:
    """List every published version of every procedure."""
    versions = ProcedureVersion.objects.order_by("code", "-published_at", "-id")
    return page(request, "desk/procedures.html", {"versions": versions})


@require_safe
@for_officers
def procedure(request: DeskRequest, code: str, version: str) -> HttpResponse:
    """Show one version: its diagram, its steps with holders and limits, its moves."""
    found = ProcedureVersion.objects.filter(code=code, version=version).first()
    if found is None:
        raise Absent()
    definition = found.procedure
    context = {"version": found, "procedure": definition, "diagram": draw(definition)}
    return page(request, "desk/procedure.html", context)
