"""What both faces show of a case: its light, slip, receipt and photos."""

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.attachments.service import respond
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.service import published_keys, receipt_for
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.workdays.service import light, remaining
from jiceng.systems.grid import queries
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request

# What a session has opened: numbers of cases.
MINE = "tracked_cases"


def number_of(subject: str) -> str:
    """Return the number of the case that history calls ``subject``."""
    return subject.rpartition(":")[2]


def track_address(number: str) -> str:
    """Return where the case with this number is opened; "" leaves the number to be typed."""
    address = reverse("public:grid:track")
    return f"{address}?number={number}" if number else address


def pressure(case: Case, request: Request) -> dict[str, Any]:
    """Return the light of a case and the working time left, empty where it has ended."""
    if case.due_at is None or case.closed_at is not None:
        return {"light": "", "left": ""}
    category = case.incident.category
    return {
        "light": light(case.due_at, request.now, category.limit if category else None),
        "left": remaining(request.now, case.due_at).text,
    }


def slip_page(request: Request, case: Case, frame: str, back: str, code: str = "") -> HttpResponse:
    """Show the slip of a report for the printer: no words of the reporter, a paper gets about.

    The access ``code`` stands on it for who left no phone, and has nothing else to come back by.
    """
    context = {
        "case": case,
        "incident": case.incident,
        "entry": queries.first_entry(case),
        "keys": published_keys(),
        "track_url": request.build_absolute_uri(track_address(case.number)),
        "frame": frame,
        "back": back,
        "code": code,
    }
    return page(request, "grid/slip.html", context)


def receipt_file(case: Case, *, opened: bool) -> HttpResponse:
    """Give the receipt of the report as a file; ``opened`` with the words that it proves."""
    document = receipt_for(queries.first_entry(case).uid, opened=opened)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{case.number}.json"'
    return response


def photo_file(
    case: Case, uid: str, request: Request, purposes: frozenset[str]
) -> HttpResponseBase:
    """Give a photo of the case, if its purpose is one of those that this reader may see."""
    found = next((photo for photo in attachments_of(case.subject) if photo.uid == uid), None)
    if found is None or found.purpose not in purposes:
        raise Absent()
    return respond(found, thumb="thumb" in request.GET)


def case_of_session(request: Request, number: str) -> Case:
    """Return a case that this session has opened; every other number is absent."""
    found = queries.public_case(number) if number in request.session.get(MINE, []) else None
    if found is None:
        raise Absent()
    return found
