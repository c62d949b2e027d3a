"""The edge of the house: what requests pass on their way in, and refusals on their way out."""

import ipaddress
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.terms import MAX_BYTES
from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Malformed, Refusal, TooLarge, TooMany
from jiceng.kernel.base.front_door import BadEncoding
from jiceng.ui.bodies import insist_on_whole
from jiceng.ui.errors import refusal_of, refuse
from jiceng.ui.forms import MOST_PHOTOS
from jiceng.ui.requests import Request

Handler = Callable[[HttpRequest], HttpResponse]

MAX_QUERY_BYTES = 8_000
# Django spools files of any size before a view or the check against forgery sees the request.
MAX_BODY_BYTES = MOST_PHOTOS * MAX_BYTES + 1_000_000
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# Django hands a path that is not UTF-8 on with its broken bytes escaped again.
BROKEN_PATH = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]|[\0-\x1f\x7f]")
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# Without letters and digits that the ear confuses: a reference is read over the telephone.
REFERENCE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class BadMethod(Refusal):
    """A method that this address does not know (405)."""

    status = 405
    code = "method_not_allowed"
    sentence = _("这个网址不支持这种操作。")


def new_reference() -> str:
    """Return eight signs under which the log and the error page name the same request."""
    signs = "".join(secrets.choice(REFERENCE_SIGNS) for _place in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def _check_text(content: bytes) -> None:
    """Refuse what is not UTF-8 (surrogates are not either), and NUL, which no database stores."""
    try:
        content.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise BadEncoding() from error
    if b"\0" in content:
        raise Malformed(_("内容含有不能使用的字符。"), code="bad_char")


def _check_encoded(content: bytes) -> None:
    """Refuse a broken percent escape, and what the escapes stand for where it is not text."""
    if BROKEN_ESCAPE.search(content):
        raise BadEncoding(_("网址或表单的编码不完整。"))
    _check_text(unquote_to_bytes(content.replace(b"+", b" ")))


def _check_form(request: HttpRequest) -> None:
    """Refuse an urlencoded body that Django would store as replacement signs (mojibake)."""
    if request.content_type == "application/x-www-form-urlencoded":
        _check_encoded(request.body)


def check_request(request: HttpRequest) -> None:
    """Raise a ``Refusal`` for a request that nothing further in should have to survive."""
    if request.method not in METHODS:
        raise BadMethod()
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length[:20]) > MAX_BODY_BYTES:
        raise TooLarge()
    if BROKEN_PATH.search(request.path_info):
        raise BadEncoding()
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if len(query) > MAX_QUERY_BYTES:
        raise Malformed(_("网址过长。"), code="query_too_long")
    _check_encoded(query)
    _check_form(request)


class Edge:
    """Read the clock once, name the request, refuse what cannot be read, keep pages of people
    who are signed in out of every cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.now = clock.read()
        request.reference = new_reference()
        insist_on_whole(request)
        # A refusal of ours comes before Django has asked for the language, and would be said in
        # that of whoever was served by this thread before.
        with override(get_language_from_request(request)):
            return self._answer(request)

    def _answer(self, request: Request) -> HttpResponse:
        try:
            check_request(request)
        except (Refusal, RequestDataTooBig, UnreadablePostError) as error:
            return refuse(request, refusal_of(error) or Malformed())
        response = self.get_response(request)
        self._keep_out_of_caches(request, response)
        return response

    def _keep_out_of_caches(self, request: HttpRequest, response: HttpResponse) -> None:
        name = settings.SESSION_COOKIE_NAME
        # Static files set their own header and stay cacheable for an officer too.
        if (name in request.COOKIES or name in response.cookies) and not response.has_header(
            "Cache-Control"
        ):
            patch_cache_control(response, private=True, no_store=True)


class Refusals:
    """Answer refusals of views, and give words to the empty answers of Django."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            worded = refuse(request, BadMethod())
            worded["Allow"] = response.get("Allow", "")
            return worded
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an expected failure; anything else goes on to ``server_error``."""
        refusal = refusal_of(exception)
        return refuse(request, refusal) if refusal else None


def _address(text: str) -> str:
    """Return the address in ``text`` without port and brackets, or "" where there is none.

    An IPv4 address in IPv6 clothes is the same client as the bare one.
    """
    text = text.strip()
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::\d+)?", text)
    with_port = re.fullmatch(r"([\d.]+):\d+", text)
    bare = (bracketed or with_port).group(1) if bracketed or with_port else text  # type: ignore[union-attr]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, "unknown" where there is none (a Unix socket).

    ``TRUSTED_PROXIES`` = n believes the n-th entry of X-Forwarded-For from the right: the one
    that our outermost proxy wrote. What stands left of it, the client may have invented.
    """
    direct = _address(request.META.get("REMOTE_ADDR") or "")
    count = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    told = _address(forwarded[-count]) if 0 < count <= len(forwarded) else ""
    return told or direct or "unknown"


def bucket_of(request: HttpRequest) -> str:
    """Return whose tries are counted together: an IPv4 address, or a /64 of IPv6.

    A household or a rented server has a whole /64: counted one by one, its addresses never end.
    """
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))


def lockout_address(request: HttpRequest) -> str | None:
    """Return the client's address for the lock-out, ``None`` where it is unknown: the column of
    PostgreSQL takes addresses only."""
    address = client_address(request)
    return None if address == "unknown" else address


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """Answer somebody who tried too many passwords (429); it never says whether the name exists."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    sentence = _("密码连续输错次数过多，请 %(minutes)d 分钟后再试。") % {"minutes": minutes}
    return refuse(request, TooMany(sentence, code="locked_out", retry_after=minutes * 60))
