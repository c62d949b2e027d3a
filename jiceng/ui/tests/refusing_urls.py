"""Routes that fail on purpose, one each kind, for the tests of refusals."""

import errno
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST, require_safe

from jiceng.kernel.base.errors import BadInput, Conflict, NotAllowed, TooMany, Unavailable
from jiceng.ui.middleware import client_address

handler400 = "jiceng.ui.errors.bad_request"
handler403 = "jiceng.ui.errors.forbidden"
handler404 = "jiceng.ui.errors.not_found"
handler500 = "jiceng.ui.errors.server_error"


def raised(make: Callable[[], Exception]) -> Callable[..., HttpResponse]:
    """Return a view that raises what ``make`` makes."""

    def view(request: HttpRequest) -> HttpResponse:
        raise make()

    return view


def stated(text: str, sqlstate: str = "") -> OperationalError:
    """Return the error that Django makes of one of the database's."""
    error = OperationalError(text)
    error.__cause__ = type("DriverError", (Exception,), {"sqlstate": sqlstate})(text)
    return error


def undecodable() -> Exception:
    try:
        b"\xff".decode("utf-8")
    except UnicodeDecodeError as error:
        return error
    raise AssertionError


FAILURES: dict[str, Callable[[], Exception]] = {
    "bad-input": lambda: BadInput(code="too_short", field="title", least=3),
    "conflict": lambda: Conflict(allowed={"return": "退回", "close": "办结"}),
    "not-allowed": NotAllowed,
    "too-many": lambda: TooMany(retry_after=900),
    "unavailable": Unavailable,
    "absent": Http404,
    "denied": PermissionDenied,
    "suspicious": SuspiciousOperation,
    "too-big": RequestDataTooBig,
    "undecodable": undecodable,
    "disk-full-sqlite": lambda: stated("database or disk is full"),
    "disk-full-postgres": lambda: stated("could not extend file", "53100"),
    "disk-full-files": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "locked-sqlite": lambda: stated("database is locked"),
    "deadlock-postgres": lambda: stated("deadlock detected", "40P01"),
    "database-away": lambda: stated("connection refused", "08001"),
    "socket-away": lambda: stated('connection to server on socket "/run/x" failed: No such file'),
    "our-mistake": lambda: RuntimeError("SELECT secret FROM officer -- /home/jiceng"),
    "our-missing-table": lambda: stated("no such table: grid_case"),
}


def address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(client_address(request))


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} {len(request.body)}")


@require_safe
def moment(request: Any) -> HttpResponse:
    return HttpResponse(f"{request.now.tzinfo} {request.reference}")


urlpatterns = [
    *(path(f"fail/{name}/", raised(make)) for name, make in FAILURES.items()),
    path("address/", address),
    path("write/", write),
    path("moment/", moment),
    path("", include("jiceng.config.urls")),
]
