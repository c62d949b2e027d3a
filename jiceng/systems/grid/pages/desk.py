"""The pages of a case for officers: find, permit, one call, answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import Move, MoveNotPossible
from jiceng.kernel.procedures.terms import Need
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms.moves import MoveForm
from jiceng.systems.grid.pages.showing import (
    photo_file,
    pressure,
    receipt_file,
    slip_page,
)
from jiceng.systems.grid.queries.appeals import appeal_link
from jiceng.systems.grid.queries.clocks import clocks_of
from jiceng.systems.grid.queries.photos import disposal_photos, photo_advice
from jiceng.systems.grid.terms import Purpose
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import lead_on, page
from jiceng.ui.requests import DeskRequest, Request
from jiceng.ui.uploads import KEPT, claim_of, kept_photos

# Moves for which one looks at the photos of what was done.
JUDGED_BY_PHOTO = ("verify", "rework")


@require_safe
@for_officers
def case(request: DeskRequest, number: str) -> HttpResponse:
    """Show a case to an officer: where it stands, what happened, what can be done."""
    file = queries.case_file(request.user, number, request.now)
    officer, at = request.user, request.now
    context = {
        "file": file,
        "case": file.case,
        "clocks": clocks_of(file.case, at),
        "advice": photo_advice(file.case, file.photos, officer, at),
        "appeal": appeal_link(file.case, officer, request.capacities, at),
        "watching": file.watched,
        **pressure(file.case, request),
    }
    return page(request, "grid/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def move(request: DeskRequest, number: str, move: str) -> HttpResponseBase:
    """Ask for what a move needs, then make it."""
    file = queries.case_file(request.user, number, request.now)
    open_step, chosen = _chosen(request, file, move)
    posted = request.method == "POST"
    sent = [request.POST, request.FILES] if posted else []
    form = MoveForm(
        chosen,
        *sent,
        now=request.now,
        kept=len(request.POST.getlist(KEPT)),
        photos=file.photos if Need.PARTS in (*chosen.needs, *chosen.takes) else (),
        unit=file.incident.routed_unit,
    )
    photos: list[Attachment] = []
    if posted:
        done, photos = _make(request, file.case, open_step, chosen, form)
        if done is not None:
            messages.success(request, _("已办理：%(move)s") % {"move": _(chosen.label)})
            return lead_on(request, reverse("desk:grid:case", args=[number]))
    shown = disposal_photos(file.photos) if chosen.code in JUDGED_BY_PHOTO else []
    context = {
        "file": file,
        "case": file.case,
        "after": shown,
        "advice": photo_advice(file.case, shown, request.user, request.now),
        "open_step": open_step,
        "move": chosen,
        "form": form,
        "kept": photos,
        "key": request.POST.get("key") or new_uid(),
    }
    return page(request, "grid/move.html", context, part="form", status=422 if posted else 200)


def _chosen(
    request: DeskRequest, file: queries.CaseFile, move: str
) -> tuple[queries.OpenStep, Move]:
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
    words = form.given() if form.is_valid() else {}
    files = (
        form.cleaned_data.get("photo", []) if form.is_valid() else request.FILES.getlist("photo")
    )
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
            key=request.POST.get("key", ""),
            **_seen(request, chosen),
            **words,
        )
    except BadInput as refusal:
        form.refuse(refusal)
        return None, photos
    return done, photos


def _seen(request: Request, chosen: Move) -> dict[str, int]:
    """Return the step that the page showed; a case that has ended stands in none."""
    if chosen.reopens:
        return {}
    return {"step_id": queries.step_shown(request.POST.get("step", ""))}


@require_safe
@for_officers
def photo(request: DeskRequest, number: str, uid: str) -> HttpResponseBase:
    """Show an officer a photo of a case that the officer may see."""
    found = queries.case_for(request.user, number, request.now)
    return photo_file(found, uid, request, frozenset(Purpose.values))


@require_safe
@for_officers
def desk_receipt(request: DeskRequest, number: str) -> HttpResponse:
    """Give an officer the receipt of the report; it holds commitments and no words."""
    return receipt_file(queries.case_for(request.user, number, request.now), opened=False)


@require_safe
@for_officers
def desk_slip(request: DeskRequest, number: str) -> HttpResponse:
    """Give an officer the slip to print for a resident without a phone."""
    case = queries.case_for(request.user, number, request.now)
    return slip_page(request, case, "ui/desk.html", reverse("desk:grid:case", args=[number]))
