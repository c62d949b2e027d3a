"""Every refusal on the screen: one page, one JSON shape, one htmx notice.

A refusal always carries a stable code and the reference under which the log names it.
"""

import errno
import logging
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils.encoding import escape_uri_path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import (
    Absent,
    Malformed,
    NotAllowed,
    Refusal,
    TooLarge,
    Unavailable,
)
from jiceng.kernel.base.front_door import BadEncoding

logger = logging.getLogger(__name__)


class StorageFull(Unavailable):
    """The disk has no room; nothing was stored (507)."""

    status = 507
    code = "storage_full"
    sentence = _("存储空间已满，本次未保存。")


class Broken(Refusal):
    """We made a mistake (500)."""

    status = 500
    code = "internal"
    sentence = _("系统出错了，本次操作没有完成。")


HEADINGS: dict[int, str | Promise] = {
    400: _("请求无法识别"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不支持这种操作"),
    409: _("慢了一步"),
    413: _("内容过大"),
    422: _("内容需要修改"),
    429: _("请稍等片刻"),
    500: _("系统出错了"),
    503: _("暂时无法受理"),
    507: _("存储空间已满"),
}
ADVICE: dict[int, str | Promise] = {
    400: _("请返回上一页重新操作，不要手工修改网址。"),
    403: _("如果确需办理，请联系本单位负责人，或换用有权限的岗位。"),
    404: _("请核对编号或网址；办件可凭回执和手机尾号查询。"),
    405: _("请从页面上的按钮进入。"),
    409: _("刚才填写的内容没有保存，请返回刷新后再办。"),
    413: _("请减少照片数量或缩短文字后重试。"),
    422: _("请返回修改后重新提交，已填内容不会丢失。"),
    429: _("过一会儿再试；急事请直接拨打值班电话。"),
    500: _("请稍后重试；如仍不行，请把下面的查询号告诉我们。"),
    503: _("可能没有保存。请过几分钟再提交一次，同一张表不会受理两次。"),
    507: _("没有保存任何内容，请联系管理员。"),
}

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
DISK_FULL = ("database or disk is full", "disk i/o error", "no space left")
BUSY = ("database is locked", "database table is locked")
# Our mistake. A socket of PostgreSQL that is gone says «no such file», which is not.
UNKNOWN = ("no such table", "no such column", "no such function", "no such module")
# PostgreSQL: disk_full; serialization_failure, deadlock_detected, lock_not_available.
DISK_FULL_STATES, BUSY_STATES = {"53100"}, {"40001", "40P01", "55P03"}


def _of_database(error: DatabaseError | InterfaceError) -> Refusal | None:
    """Tell a full disk from a database that is busy or away; nothing was stored in any case."""
    text, state = str(error).lower(), getattr(error.__cause__, "sqlstate", None)
    refusal: Refusal
    if state in DISK_FULL_STATES or any(words in text for words in DISK_FULL):
        refusal = StorageFull()
    elif state in BUSY_STATES or any(words in text for words in BUSY):
        refusal = Unavailable(code="busy")
    elif any(words in text for words in UNKNOWN):
        return None
    else:
        refusal = Unavailable(code="database_unavailable")
    refusal.__cause__ = error
    return refusal


def _of_session(error: SessionInterrupted) -> Refusal | None:
    """Tell a session that somebody ended meanwhile from one that a database which went away could
    not keep: what was asked for may be done by then, and asking again is what finds that out."""
    cause = getattr(error.__context__, "__context__", None)
    if isinstance(cause, OperationalError | InterfaceError):
        return _of_database(cause)
    return Malformed()


# In order: the first kind that fits decides.
TRANSLATIONS: list[tuple[tuple[type[BaseException], ...], Callable[[Any], Refusal | None]]] = [
    ((Refusal,), lambda error: error),
    ((RequestDataTooBig, TooManyFilesSent), lambda error: TooLarge()),
    ((TooManyFieldsSent,), lambda error: Malformed(code="too_many_fields")),
    ((UnreadablePostError,), lambda error: Malformed(code="unreadable")),
    ((UnicodeDecodeError,), lambda error: BadEncoding()),
    ((SessionInterrupted,), _of_session),
    ((SuspiciousOperation, BadRequest, MultiPartParserError), lambda error: Malformed()),
    ((PermissionDenied,), lambda error: NotAllowed()),
    ((Http404,), lambda error: Absent()),
    ((OperationalError, InterfaceError), _of_database),
    ((OSError,), lambda error: StorageFull() if error.errno in NO_ROOM else None),
]


def refusal_of(error: BaseException | None) -> Refusal | None:
    """Return the refusal that an exception amounts to, or ``None`` where it is our mistake."""
    for kinds, translate in TRANSLATIONS:
        if isinstance(error, kinds):
            return translate(error)
    return None


def wants_json(request: HttpRequest) -> bool:
    """Tell whether the caller is a program: it sent JSON, or accepts JSON before HTML."""
    if request.content_type == "application/json":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _back(request: HttpRequest) -> str:
    """Return the page of ours that the person came from; a foreign address is never a link."""
    try:
        came = urlsplit(request.META.get("HTTP_REFERER", ""))
    except ValueError:
        return ""
    if not came.path.startswith("/") or came.path.startswith("//"):
        return ""
    if came.netloc != request.META.get("HTTP_HOST") or came.path == request.path:
        return ""
    return escape_uri_path(came.path) + (f"?{came.query}" if came.query else "")


def _words(request: HttpRequest, refusal: Refusal) -> dict[str, Any]:
    nearest = refusal.status if refusal.status in HEADINGS else refusal.status // 100 * 100
    return {
        "status": refusal.status,
        "code": refusal.code,
        "heading": HEADINGS[nearest],
        "sentence": refusal.sentence,
        "advice": ADVICE[nearest],
        "allowed": _labels(refusal.details.get("allowed")),
        "reference": getattr(request, "reference", ""),
        "back": _back(request),
    }


def _labels(allowed: Any) -> list[str]:
    """Return the names of moves: given as labels, pairs of code and label, or code → label."""
    if isinstance(allowed, dict):
        return [str(label) for label in allowed.values()]
    return [
        str(move[1] if isinstance(move, tuple | list) else getattr(move, "label", move))
        for move in allowed or ()
    ]


def _plain(value: Any) -> Any:
    """Return details as JSON can carry them."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | float) or value is None else str(value)


def _json(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    body = {
        "code": refusal.code,
        "message": str(refusal.sentence),
        "details": _plain(refusal.details),
        "reference": getattr(request, "reference", ""),
    }
    if refusal.field:
        body["field"] = refusal.field
    return JsonResponse(body, status=refusal.status, json_dumps_params={"ensure_ascii": False})


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the response to a refusal: a page, a notice for htmx, or JSON."""
    if wants_json(request):
        response = _json(request, refusal)
    else:
        htmx = request.headers.get("HX-Request") == "true"
        template = "ui/error.html#refusal" if htmx else "ui/error.html"
        html = render_to_string(template, _words(request, refusal), request)
        response = HttpResponse(html, status=refusal.status)
        if htmx:
            # The answer goes to the page's notices, so the thing that was pressed stays.
            response["HX-Retarget"], response["HX-Reswap"] = (
                "#notices",
                "innerHTML show:#notices:top",
            )
    if refusal.status in (429, 503):
        response["Retry-After"] = str(refusal.details.get("retry_after", 60))
    response["Cache-Control"] = "no-store"
    return response


def note(request: HttpRequest, refusal: Refusal) -> None:
    """Write one line that names the reference; the path is escaped, so a line stays one line."""
    level = logging.ERROR if refusal.status >= 500 else logging.INFO
    reference = getattr(request, "reference", "-")
    logger.log(
        level,
        "%s %s %s %s %r",
        reference,
        refusal.status,
        refusal.code,
        request.method,
        request.path,
    )


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Log a refusal and answer it."""
    note(request, refusal)
    return answer(request, refusal)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django found suspicious (400, or 413 where it was too much)."""
    return refuse(request, refusal_of(exception) or Malformed())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a missing right (403)."""
    return refuse(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an absent page (404)."""
    return refuse(request, Absent())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without our token (403): mostly a page left open for too long."""
    return refuse(request, NotAllowed(_("页面已过期，请返回刷新后重新提交。"), code="csrf"))


LAST_WORDS = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>系统出错了</title>
<h1>系统出错了</h1><p>请稍后重试；如仍不行，请把查询号 <code>{}</code> 告诉我们。</p></html>"""


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer our own mistake (500), or a database that is away (503, 507).

    It touches neither database nor session, and falls back to plain HTML where even the
    templates fail: an error page that errs helps nobody.
    """
    refusal = refusal_of(sys.exc_info()[1]) or Broken()
    try:
        return refuse(request, refusal)
    except Exception:
        logger.exception("the error page itself failed")
        reference = getattr(request, "reference", "-")
        return HttpResponse(LAST_WORDS.format(reference), status=refusal.status)
