"""Pages of the design system itself: the gallery, the two switches, the two health answers."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.ledger.service import latest_checkpoint
from jiceng.ui.context import LARGE_COOKIE
from jiceng.ui.gallery import exhibits
from jiceng.ui.requests import Request

YEAR = timedelta(days=365)


def inner(request: HttpRequest) -> str:
    """Return the page of ours that ``next`` names; anything else leads home."""
    wanted = request.POST.get("next", "")
    # A path of ours begins with one slash; a second one, or a backslash, names another host.
    if (
        wanted[:1] == "/"
        and wanted.isprintable()
        and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    ):
        return wanted
    return "/"


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.PRODUCTION,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of this browser."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise BadInput(code="unknown_language")
    return _remember(redirect(inner(request)), settings.LANGUAGE_COOKIE_NAME, code)


@require_POST
def large(request: HttpRequest) -> HttpResponse:
    """Remember whether this browser wants large type."""
    response = redirect(inner(request))
    if request.POST.get("large") == "1":
        return _remember(response, LARGE_COOKIE, "1")
    response.delete_cookie(LARGE_COOKIE, samesite="Lax")
    return response


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render(request, "ui/gallery.html", exhibits())


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def _readiness(at: datetime) -> dict[str, Any]:
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        checkpoint = None if missing else latest_checkpoint()
    except DatabaseError:
        return {"ready": False, "database": "away"}
    state: dict[str, Any] = {"ready": not missing, "database": "ok", "migrations_missing": missing}
    if checkpoint:
        # An idle ledger ages too: the age informs, it does not decide.
        age = round((at - checkpoint.at).total_seconds())
        state["checkpoint"] = {"size": checkpoint.size, "age_seconds": age}
    return state


@never_cache
@require_safe
def readyz(request: Request) -> HttpResponse:
    """Say whether work can be taken: the database answers and has every migration (200 or 503)."""
    state = _readiness(request.now)
    return JsonResponse(state, status=200 if state["ready"] else 503)
