"""Reports that officers file: what a patrol found, and what a caller tells."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.systems.grid import queries
from jiceng.systems.grid.forms.reports import PatrolForm, PhoneForm
from jiceng.systems.grid.pages.filing import Filing, file_report
from jiceng.systems.grid.pages.showing import number_of, track_address
from jiceng.systems.grid.terms import ANSWERING, PATROLS, Source
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

# The calls that this session took down, and those of them whose code was not read out yet.
CALLS, UNTOLD = "calls", "untold_calls"


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def patrol_report(request: DeskRequest) -> HttpResponseBase:
    """Let a grid member report what a patrol found."""
    by = in_role(request, *PATROLS)
    if by is None:
        raise NotAllowed()
    posted = request.method == "POST"
    sent = [request.POST, request.FILES] if posted else []
    form = PatrolForm(*sent, now=request.now, spot=request.GET.get("spot", ""))
    filing = Filing()
    if posted:
        filing = file_report(request, form, by, Source.PATROL)
        if filing.done is not None:
            messages.success(request, _("已上报。"))
            return redirect("desk:grid:case", number_of(filing.done.entry.subject))
    context = filing.context(request, form) | known_of(request, filing)
    return page(request, "grid/patrol.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def phone(request: DeskRequest) -> HttpResponseBase:
    """Let who answers the telephone take down what a caller tells."""
    by = in_role(request, *ANSWERING)
    if by is None:
        raise NotAllowed()
    posted = request.method == "POST"
    sent = [request.POST] if posted else []
    form = PhoneForm(*sent, now=request.now, spot=request.GET.get("spot", ""))
    filing = Filing()
    if posted:
        filing = file_report(request, form, by, Source.PHONE)
        if filing.done is not None:
            return redirect("desk:grid:phone-filed", _note_call(request, filing))
    context = filing.context(request, form) | known_of(request, filing)
    return page(request, "grid/phone.html", context, status=422 if posted else 200)


def known_of(request: DeskRequest, filing: Filing) -> dict[str, frozenset[str]]:
    """Return which of the suggested cases this officer may open: of the others, no number."""
    cases = [candidate.case for candidate in filing.candidates]
    return {"known": queries.seen_among(request.user, cases, request.now) if cases else frozenset()}


def _note_call(request: DeskRequest, filing: Filing) -> str:
    number = number_of(filing.done.entry.subject)
    calls = request.session.get(CALLS, [])
    if number not in calls:
        request.session[CALLS] = [*calls, number][-20:]
        request.session[UNTOLD] = [*request.session.get(UNTOLD, []), number][-20:]
    return number


@require_safe
@for_officers
def phone_filed(request: DeskRequest, number: str) -> HttpResponse:
    """Show what to tell the caller: the number, the day, how to follow it. The case may lie where
    the officer sees nothing; what the caller is told, the officer has just heard."""
    case = queries.public_case(number) if number in request.session.get(CALLS, []) else None
    if case is None:
        raise Absent()
    untold, code = request.session.get(UNTOLD, []), ""
    if number in untold and request.method == "GET":
        request.session[UNTOLD] = [other for other in untold if other != number]
        code = queries.access_code(case)
    context = {
        "case": case,
        "incident": case.incident,
        "code": code,
        "tail": queries.phone_tail(case),
        "seen": bool(queries.seen_among(request.user, [case], request.now)),
        "track_url": request.build_absolute_uri(track_address("")),
    }
    return page(request, "grid/phone_filed.html", context)
