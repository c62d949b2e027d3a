"""Reading: the bulletins of the units I see, one of them, and its document."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.service import DOCX, compose, document, find, title_of, writes
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.orgs.service import Capacity, Scope, visible_to
from jiceng.ui.access import for_officers, held_posts, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

MOST_LISTED = 100


def scope_of(request: DeskRequest) -> Scope:
    """Return what the reader sees."""
    return visible_to(request.user, request.now)


def writer_of(request: DeskRequest, bulletin: Bulletin) -> Capacity | None:
    """Return in which post the reader may write the bulletin, if in any."""
    return next((held for held in held_posts(request) if writes(held, bulletin.unit)), None)


@require_safe
@for_officers
def all_bulletins(request: DeskRequest) -> HttpResponse:
    """List the bulletins of the units that the reader sees, the newest first."""
    seen = Bulletin.objects.in_scope(scope_of(request)).select_related("unit")
    rows = list(seen.order_by("-drafted_at", "-id")[: MOST_LISTED + 1])
    context: dict[str, Any] = {
        "rows": [(row, title_of(row)) for row in rows[:MOST_LISTED]],
        "may_draft": in_role(request, FIGURES_KEEPER.code) is not None,
        "most": MOST_LISTED if len(rows) > MOST_LISTED else 0,
    }
    return page(request, "desk/bulletins/all.html", context)


@require_safe
@for_officers
def bulletin(request: DeskRequest, uid: str) -> HttpResponse:
    """Show a bulletin: words, numbers that open, footnotes."""
    scope = scope_of(request)
    found = find(uid, scope)
    context = {
        "bulletin": found,
        "article": compose(found, scope),
        "writes": writer_of(request, found) is not None,
    }
    return page(request, "desk/bulletins/bulletin.html", context)


@require_safe
@for_officers
def file(request: DeskRequest, uid: str) -> HttpResponse:
    """Give the bulletin as a document for a word processor."""
    scope = scope_of(request)
    article = compose(find(uid, scope), scope)
    base = request.build_absolute_uri(reverse("desk:figures"))
    response = HttpResponse(document(article, base), content_type=DOCX)
    name = f"{article.title}.docx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
