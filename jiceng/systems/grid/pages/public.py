"""The pages of a report for residents: file it, follow it, take the receipt."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.ids import new_uid, read_number
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.systems.grid import queries
from jiceng.systems.grid.forms.reports import ReportForm, TrackForm
from jiceng.systems.grid.pages.showing import (
    MINE,
    case_of_session,
    file_report,
    number_of,
    photo_file,
    pressure,
    receipt_file,
    slip_page,
    track_address,
)
from jiceng.systems.grid.terms import Source
from jiceng.ui.middleware import client_address
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request

FILED = "filed_cases"
REPORTS_AN_HOUR = 60
TRACKS_AN_HOUR = 20
# Four digits are soon tried through, so a number has few tries, whoever tries.
TRIES_OF_A_NUMBER = ((3600, 10), (86_400, 30))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponseBase:
    """Let a resident report, without an account."""
    posted = request.method == "POST"
    form = ReportForm(*([request.POST, request.FILES] if posted else []), now=request.now)
    photos: list[Attachment] = []
    if posted:
        bucket = f"report:{client_address(request)}"
        count_attempt(bucket, limit=REPORTS_AN_HOUR, seconds=3600, at=request.now)
        done, photos = file_report(request, form, RESIDENT, Source.RESIDENT)
        if done is not None:
            number = number_of(done.entry.subject)
            _remember(request, number)
            request.session[FILED] = [*request.session.get(FILED, []), number][-20:]
            messages.success(request, _("已收到，请记下编号。"))
            return redirect("public:grid:status", number)
    context = {"form": form, "kept": photos, "key": request.POST.get("key") or new_uid()}
    return page(request, "grid/report.html", context, status=422 if posted else 200)


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
        address, at = client_address(request), request.now
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
        "filed": number in request.session.get(FILED, []),
        "heard": queries.following(case),
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
    return slip_page(request, case, "ui/public.html", reverse("public:grid:status", args=[number]))


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
