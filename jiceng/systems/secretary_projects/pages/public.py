"""What everybody reads of projects: the board of all, and one page each."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.systems.secretary_projects.queries import public as queries
from jiceng.systems.secretary_projects.terms import Kind, Theme
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request


@require_safe
def board(request: Request) -> HttpResponse:
    """Show all projects with their latest milestone on one page."""
    kind, theme = request.GET.get("kind", ""), request.GET.get("theme", "")
    lines = queries.on_the_board(request.now, kind, theme)
    context = {
        "lines": lines,
        "tabs": _choices("kind", Kind.choices, kind, theme=theme),
        "themes": _choices("theme", Theme.choices, theme, kind=kind),
    }
    return page(request, "secretary_projects/board.html", context)


def _choices(name: str, choices: Any, chosen: str, **others: str) -> list[dict[str, Any]]:
    here = reverse("public:secretary_projects:board")
    kept = {other: value for other, value in others.items() if value}

    def address(value: str) -> str:
        query = urlencode(kept | ({name: value} if value else {}))
        return f"{here}?{query}" if query else here

    return [
        {"label": label, "url": address(value), "current": value == chosen}
        for value, label in [("", _("全部")), *choices]
    ]


@require_safe
def project(request: Request, number: str) -> HttpResponse:
    """Show one project: what it is for, how far it is, claimed and verified, and where to speak."""
    file = queries.public_file(number, request.now)
    return page(request, "secretary_projects/project.html", {"file": file, "line": file.line})
