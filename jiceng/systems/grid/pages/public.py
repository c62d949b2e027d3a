"""The pages of a report for residents: file it, follow it, take the receipt."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.systems.grid import queries
from jiceng.systems.grid.forms.reports import ReportForm, TrackForm
from jiceng.systems.grid.pages.filing import Filing, file_report
from jiceng.systems.grid.pages.showing import (
    MINE,
    case_of_session,
    number_of,
    photo_file,
    pressure,
    receipt_file,
    slip_page,
    track_address,
)
from jiceng.systems.grid.queries.clocks import clocks_of
from jiceng.systems.grid.terms import Source
from jiceng.ui.middleware import bucket_of
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request

FILED, NEW = "filed_cases", "new_cases"
REPORTS_AN_HOUR = 60
TRACKS_AN_HOUR = 20
# Four digits are soon tried through, so a number has few tries, whoever tries.
TRIES_OF_A_NUMBER = ((3600, 10), (86_400, 30))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponseBase:
    """Let a resident report, without an account."""
    posted = request.method == "POST"
    sent = [request.POST, request.FILES] if posted else []
    form = ReportForm(*sent, now=request.now, spot=request.GET.get("spot", ""))
    filing = Filing()
    if posted:
        count_report(request)
        filing = file_report(request, form, RESIDENT, Source.RESIDENT)
        if filing.done is not None:
            messages.success(request, _("已收到，请记下编号。"))
            return redirect("public:grid:status", remember_filed(request, filing.done))
    context = filing.context(request, form)
    return page(request, "grid/report.html", context, status=422 if posted else 200)


@require_safe
def spot(request: Request, code: str) -> HttpResponseBase:
    """Lead from the code of a poster to the report; one that is gone can still be reported from."""
    known = queries.spot_at(code, request.now)
    query = urlencode({"spot": known.code if known else code[:20]})
    return redirect(f"{reverse('public:grid:report')}?{query}")


def count_report(request: Request) -> None:
    """Count a report of a visitor: sixty an hour from one household."""
    bucket = f"report:{bucket_of(request)}"
    count_attempt(bucket, limit=REPORTS_AN_HOUR, seconds=3600, at=request.now)


def remember_filed(request: Request, done: Any) -> str:
    """Note that this session filed a report, and return its number."""
    number = number_of(done.entry.subject)
    _remember(request, number)
    filed = request.session.get(FILED, [])
    request.session[FILED] = [*filed, number][-20:]
    # The access code is shown once; a second press of the same button is not a second time.
    if number not in filed:
        request.session[NEW] = [*request.session.get(NEW, []), number][-20:]
    return number


def _code_once(request: Request, case: Any) -> str:
    """Return the access code of a case that this session has just filed, the first time only."""
    fresh = request.session.get(NEW, [])
    if case.number not in fresh or request.method != "GET":
        return ""
    request.session[NEW] = [other for other in fresh if other != case.number]
    return queries.access_code(case)


def _remember(request: Request, number: str) -> None:
    """Note in the session that this person may see the case; it ends with the session."""
    # A cookie that was copied from a shared computer before does not open what comes now.
    request.session.cycle_key()
    mine = [other for other in request.session.get(MINE, []) if other != number]
    request.session[MINE] = [*mine, number][-20:]


def _count_tries(typed: str, at: datetime) -> None:
    """Count a try of a case number; however it is spaced, it is the same number.

    What cannot be a number opens nothing, and is no reason to stop everybody who mistypes.
    """
    number = read_number(typed)
    for seconds, limit in TRIES_OF_A_NUMBER if number else ():
        count_attempt(f"number:{seconds}:{number}", limit=limit, seconds=seconds, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: Request) -> HttpResponseBase:
    """Open a case to its reporter: the number and the end of the phone number, both right."""
    posted = request.method == "POST"
    initial = {"number": request.GET.get("number", "")}
    form = TrackForm(request.POST if posted else None, initial=initial)
    if posted:
        address, at = bucket_of(request), request.now
        count_attempt(f"track:{address}", limit=TRACKS_AN_HOUR, seconds=3600, at=at)
        if form.is_valid():
            words = form.cleaned_data
            _count_tries(words["number"], at)
            found = queries.tracked_case(words["number"], words["phone_tail"])
            if found is not None:
                _remember(request, found.number)
                return redirect("public:grid:status", found.number)
            form.add_error(None, _("编号或手机号后四位不对，请核对后再试。"))
    return page(request, "grid/track.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def status(request: Request, number: str) -> HttpResponseBase:
    """Show a reporter where the case stands; who has not opened it is asked to."""
    if number not in request.session.get(MINE, []):
        return redirect(track_address(number[:20] if number.isdigit() else ""))
    case = case_of_session(request, number)
    context = {
        "case": case,
        "incident": case.incident,
        "code": _code_once(request, case),
        "filed": number in request.session.get(FILED, []),
        "heard": queries.following(case),
        "clocks": clocks_of(case, request.now),
        "photos": [
            photo for photo in attachments_of(case.subject) if photo.purpose in queries.SHOWN
        ],
        "track_url": request.build_absolute_uri(track_address(number)),
        **pressure(case, request),
    }
    return page(request, "grid/status.html", context)


@require_safe
def slip(request: Request, number: str) -> HttpResponse:
    """Give the reporter the slip to print."""
    case = case_of_session(request, number)
    back = reverse("public:grid:status", args=[number])
    code = queries.access_code(case) if number in request.session.get(FILED, []) else ""
    return slip_page(request, case, "ui/public.html", back, code)


@require_safe
def receipt(request: Request, number: str) -> HttpResponse:
    """Give the reporter the receipt of the report; it proves the words too."""
    found = case_of_session(request, number)
    return receipt_file(found, opened=number in request.session.get(FILED, []))


@require_safe
def public_photo(request: Request, number: str, uid: str) -> HttpResponseBase:
    """Show the reporter a photo of the case: of the report or of the disposal."""
    return photo_file(case_of_session(request, number), uid, request, queries.SHOWN)


@require_safe
def cells(request: Request) -> HttpResponse:
    """Give the map the cells in force; they are public."""
    return JsonResponse(queries.cells_map(request.now))
