"""The pages of the grid: find, permit, one call, answer."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.attachments.service import respond
from jiceng.kernel.base.errors import Absent, BadInput, NotAllowed
from jiceng.kernel.base.ids import new_uid, read_number
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT, published_keys, receipt_for
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import MoveNotPossible
from jiceng.kernel.workdays.service import light, remaining
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms import MoveForm, PatrolForm, ReportForm, TrackForm
from jiceng.systems.grid.terms import PATROLS, Purpose, Source
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.forms import as_error
from jiceng.ui.middleware import client_address
from jiceng.ui.rendering import lead_on, page
from jiceng.ui.requests import DeskRequest, Request
from jiceng.ui.uploads import KEPT, claim_of, kept_photos

MINE, FILED = "tracked_cases", "filed_cases"
REPORTS_AN_HOUR = 60
TRACKS_AN_HOUR = 20
# Four digits are soon tried through, so a number has few tries, whoever tries.
TRIES_OF_A_NUMBER = ((3600, 10), (86_400, 30))


def _report(request: Request, form: Any, by: Any, source: str) -> tuple[Any, list[Attachment]]:
    """File what a sound form says; a refusal becomes an error of the form, photos are kept."""
    files = (
        form.cleaned_data.get("photos", []) if form.is_valid() else request.FILES.getlist("photos")
    )
    photos = kept_photos(request, files, by=by, purpose=Purpose.REPORT, form=form)
    if not form.is_valid():
        return None, photos
    words = form.cleaned_data
    try:
        done = actions.report_incident(
            by=by,
            at=request.now,
            source=source,
            category=words["category"],
            description=words["description"],
            place=words["place"],
            point=words["point"],
            datum=words["datum"] or Datum.WGS84,
            unit=words["unit"],
            phone=words.get("phone", ""),
            reporter_name=words.get("reporter_name", ""),
            photos=photos,
            claim=claim_of(request),
            key=request.POST.get("key", ""),
        )
    except BadInput as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, as_error(refusal))
        return None, photos
    return done, photos


def _number(subject: str) -> str:
    return subject.rpartition(":")[2]


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponseBase:
    """Let a resident report, without an account."""
    posted = request.method == "POST"
    form = ReportForm(*([request.POST, request.FILES] if posted else []), now=request.now)
    photos: list[Attachment] = []
    if posted:
        bucket = f"report:{client_address(request)}"
        count_attempt(bucket, limit=REPORTS_AN_HOUR, seconds=3600, at=request.now)
        done, photos = _report(request, form, RESIDENT, Source.RESIDENT)
        if done is not None:
            number = _number(done.entry.subject)
            _remember(request, number)
            request.session[FILED] = [*request.session.get(FILED, []), number][-20:]
            messages.success(request, _("已收到，请记下编号。"))
            return redirect("public:grid:status", number)
    context = {"form": form, "kept": photos, "key": request.POST.get("key") or new_uid()}
    return page(request, "grid/report.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def patrol_report(request: DeskRequest) -> HttpResponseBase:
    """Let a grid member report what a patrol found."""
    by = in_role(request, *PATROLS)
    if by is None:
        raise NotAllowed()
    posted = request.method == "POST"
    form = PatrolForm(*([request.POST, request.FILES] if posted else []), now=request.now)
    photos: list[Attachment] = []
    if posted:
        done, photos = _report(request, form, by, Source.PATROL)
        if done is not None:
            messages.success(request, _("已上报。"))
            return redirect("desk:grid:case", _number(done.entry.subject))
    context = {"form": form, "kept": photos, "key": request.POST.get("key") or new_uid()}
    return page(request, "grid/patrol.html", context, status=422 if posted else 200)


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


def _mine(request: Request, number: str) -> Case:
    """Return a case that this session has opened; every other number is absent."""
    found = queries.public_case(number) if number in request.session.get(MINE, []) else None
    if found is None:
        raise Absent()
    return found


def _track_address(number: str) -> str:
    """Return where the case with this number is opened; "" leaves the number to be typed."""
    address = reverse("public:grid:track")
    return f"{address}?number={number}" if number else address


@require_safe
def status(request: Request, number: str) -> HttpResponseBase:
    """Show a reporter where the case stands; who has not opened it is asked to."""
    if number not in request.session.get(MINE, []):
        return redirect(_track_address(number[:20] if number.isdigit() else ""))
    case = _mine(request, number)
    context = {
        "case": case,
        "incident": case.incident,
        "filed": number in request.session.get(FILED, []),
        "moments": queries.public_moments(case),
        "photos": [
            photo for photo in attachments_of(case.subject) if photo.purpose in queries.SHOWN
        ],
        "track_url": request.build_absolute_uri(_track_address(number)),
        **_pressure(case, request),
    }
    return page(request, "grid/status.html", context)


def _pressure(case: Case, request: Request) -> dict[str, Any]:
    if case.due_at is None or case.closed_at is not None:
        return {"light": "", "left": ""}
    category = case.incident.category
    return {
        "light": light(case.due_at, request.now, category.limit if category else None),
        "left": remaining(request.now, case.due_at).text,
    }


def _slip(request: Request, case: Case, frame: str, back: str) -> HttpResponse:
    """Show the slip of a report for the printer: no words of the reporter, a paper gets about."""
    context = {
        "case": case,
        "incident": case.incident,
        "entry": queries.first_entry(case),
        "keys": published_keys(),
        "track_url": request.build_absolute_uri(_track_address(case.number)),
        "frame": frame,
        "back": back,
    }
    return page(request, "grid/slip.html", context)


@require_safe
def slip(request: Request, number: str) -> HttpResponse:
    """Give the reporter the slip to print."""
    case = _mine(request, number)
    return _slip(request, case, "ui/public.html", reverse("public:grid:status", args=[number]))


def _receipt(case: Case, *, opened: bool) -> HttpResponse:
    document = receipt_for(queries.first_entry(case).uid, opened=opened)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{case.number}.json"'
    return response


@require_safe
def receipt(request: Request, number: str) -> HttpResponse:
    """Give the reporter the receipt of the report; it proves the words too."""
    found = _mine(request, number)
    return _receipt(found, opened=number in request.session.get(FILED, []))


@require_safe
def public_photo(request: Request, number: str, uid: str) -> HttpResponseBase:
    """Show the reporter a photo of the case: of the report or of the disposal."""
    return _photo(_mine(request, number), uid, request, queries.SHOWN)


def _photo(case: Case, uid: str, request: Request, purposes: frozenset[str]) -> HttpResponseBase:
    found = next((photo for photo in attachments_of(case.subject) if photo.uid == uid), None)
    if found is None or found.purpose not in purposes:
        raise Absent()
    return respond(found, thumb="thumb" in request.GET)


@require_safe
def cells(request: Request) -> HttpResponse:
    """Give the map the cells in force; they are public."""
    return JsonResponse(queries.cells_map(request.now))


@require_safe
@for_officers
def case(request: DeskRequest, number: str) -> HttpResponse:
    """Show a case to an officer: where it stands, what happened, what can be done."""
    file = queries.case_file(request.user, number, request.now)
    context = {"file": file, "case": file.case, **_pressure(file.case, request)}
    return page(request, "grid/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def move(request: DeskRequest, number: str, move: str) -> HttpResponseBase:
    """Ask for what a move needs, then make it."""
    file = queries.case_file(request.user, number, request.now)
    open_step, chosen = _chosen(request, file, move)
    posted = request.method == "POST"
    sent = [request.POST, request.FILES] if posted else []
    form = MoveForm(chosen, *sent, now=request.now, kept=len(request.POST.getlist(KEPT)))
    photos: list[Attachment] = []
    if posted:
        done, photos = _make(request, file.case, open_step, chosen, form)
        if done is not None:
            messages.success(request, _("已办理：%(move)s") % {"move": _(chosen.label)})
            return lead_on(request, reverse("desk:grid:case", args=[number]))
    context = {
        "file": file,
        "case": file.case,
        "open_step": open_step,
        "move": chosen,
        "form": form,
        "kept": photos,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "grid/move.html", context, part="form", status=422 if posted else 200)


def _chosen(
    request: DeskRequest, file: queries.CaseFile, move: str
) -> tuple[queries.OpenStep, queries.Move]:
    """Return where the reader may make the move, or has made it: a second press of one button goes
    to the act again, which knows by the key whether it is the same."""
    open_step, chosen = queries.offered(file, move)
    if chosen is None and request.method == "POST":
        shown = queries.step_shown(request.POST.get("step", ""))
        open_step, chosen = queries.pressed_before(file, request.capacities, move, shown)
    if chosen is None or open_step is None:
        raise MoveNotPossible(allowed=queries.offered_labels(file), version=file.case.version)
    return open_step, chosen


def _make(
    request: Request, case: Case, open_step: queries.OpenStep, chosen: Any, form: MoveForm
) -> tuple[Any, list[Attachment]]:
    words = dict(form.cleaned_data) if form.is_valid() else {}
    files = words.pop("photo", []) if form.is_valid() else request.FILES.getlist("photo")
    photos: list[Attachment] = []
    by = open_step.capacity
    if "photo" in form.fields and by is not None:
        purpose = queries.purpose_of(chosen)
        photos = kept_photos(request, files, by=by, purpose=purpose, form=form, field="photo")
        words |= {"photos": photos, "claim": claim_of(request)}
    if not form.is_valid():
        return None, photos
    try:
        done = actions.MOVES[chosen.code](
            by=by,
            at=request.now,
            number=case.number,
            step_id=queries.step_shown(request.POST.get("step", "")),
            key=request.POST.get("key", ""),
            **words,
        )
    except BadInput as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, as_error(refusal))
        return None, photos
    return done, photos


@require_safe
@for_officers
def photo(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Show an officer a photo of a case that the officer may see."""
    found = queries.case_for(request.user, number, request.now)
    return _photo(found, uid, request, frozenset(Purpose.values))


@require_safe
@for_officers
def desk_receipt(request: DeskRequest, number: str) -> HttpResponse:
    """Give an officer the receipt of the report; it holds commitments and no words."""
    return _receipt(queries.case_for(request.user, number, request.now), opened=False)


@require_safe
@for_officers
def desk_slip(request: DeskRequest, number: str) -> HttpResponse:
    """Give an officer the slip to print for a resident without a phone."""
    case = queries.case_for(request.user, number, request.now)
    return _slip(request, case, "ui/desk.html", reverse("desk:grid:case", args=[number]))
