"""The pages of the boards. Everybody reads them; nobody signs in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.faces.public.boards.feeds import BoardFeed
from jiceng.faces.public.boards.forms import SearchForm
from jiceng.faces.public.boards.poster import draw
from jiceng.faces.public.boards.voices import receipts_of
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.service import latest_checkpoint
from jiceng.kernel.notices.models import Notice, NoticeQuerySet
from jiceng.kernel.notices.service import boards as boards_at
from jiceng.kernel.notices.service import find, on_board, original, page_of, search
from jiceng.kernel.notices.terms import Outcome
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request

VOICES = 50


def board_of(code: str, request: Request) -> Any:
    """Return the unit whose board it is, with its counts, or raise ``Absent``."""
    found = boards_at(request.now).filter(code=code[:40]).first()
    if found is None:
        raise Absent()
    return found


def listed(notices: NoticeQuerySet, request: Request, **kept: str) -> dict[str, Any]:
    """Return a page of notices for the template, with the way on and back."""
    after = request.GET.get("after", "")
    found = page_of(notices, after)
    here = f"{request.path}?{urlencode(kept)}" if kept else request.path
    mark = "&" if kept else "?"
    return {
        "notices": found.notices,
        "next_url": f"{here}{mark}after={found.after}" if found.after else "",
        "first_url": here if after else "",
    }


@require_safe
def boards(request: Request) -> HttpResponse:
    """List the boards, or what is found on all of them."""
    form = SearchForm(request.GET or None)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    units = boards_at(request.now)
    context: dict[str, Any] = {"form": form, "typed": typed, "checkpoint": latest_checkpoint()}
    if typed:
        context |= listed(search(typed, request.now), request, q=typed)
        units = units.filter(name__contains=typed)
    context["boards"] = list(units)
    wrong = bool(form.errors)
    return page(request, "public/boards/boards.html", context, status=422 if wrong else 200)


@require_safe
def board(request: Request, code: str) -> HttpResponse:
    """Show what hangs on the board of a unit: what runs, or all of it."""
    unit = board_of(code, request)
    everything = "all" in request.GET
    notices = on_board(unit, request.now)
    if not everything:
        notices = notices.running(request.now)
    here = request.path
    tabs = [
        {"label": _("公示中"), "url": here, "current": not everything, "count": unit.running},
        {"label": _("全部"), "url": f"{here}?all=1", "current": everything, "count": unit.hanging},
    ]
    kept = {"all": "1"} if everything else {}
    context = {
        "unit": unit,
        "tabs": tabs,
        "checkpoint": latest_checkpoint(),
        **listed(notices, request, **kept),
    }
    return page(request, "public/boards/board.html", context)


@require_safe
def notice(request: Request, uid: str) -> HttpResponse:
    """Show a notice: what it shows, how long, what was said to it and answered, and the proof."""
    found = find(uid)
    objections = list(found.objections.order_by("-at", "-id")[:VOICES])
    context = {
        "notice": found,
        "boards": list(found.boards.order_by("path")),
        "open": found.takes_words(request.now),
        "hidden": found.taken_down,
        "receipts": receipts_of(request, found),
        "objections": [one for one in objections if one.state != Outcome.OPEN],
        "unanswered": found.objections.open().count(),
        "comments": list(found.comments.shown().order_by("-at", "-id")[:VOICES]),
        "checkpoint": latest_checkpoint(),
    }
    return page(request, "public/boards/notice.html", context)


@require_safe
def notice_text(request: Request, uid: str) -> HttpResponse:
    """Give the bytes that the fingerprint is of; those of a withdrawn notice hang no more."""
    found = _readable(uid)
    text = original(found.kind, found.title, found.unit.code, found.shown)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="notice-{uid[:8]}.json"'
    return response


@require_safe
def poster(request: Request, uid: str) -> HttpResponse:
    """Give the notice as a sheet to print and hang on a wall."""
    found = _readable(uid)
    address = request.build_absolute_uri(reverse("public:notice", args=[uid]))
    response = HttpResponse(draw(found, address), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="notice-{uid[:8]}.pdf"'
    return response


def _readable(uid: str) -> Notice:
    found = find(uid)
    if found.taken_down:
        raise Absent()
    return found


@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Give a feed reader what hangs on a board."""
    return BoardFeed()(request, code=code)
