"""What residents say to a notice: an objection, a comment, and the receipt for it."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.faces.public.boards.forms import CommentForm, ObjectionForm, VoiceForm
from jiceng.kernel.base.errors import Absent, BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT, Done, receipt_for
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Notice
from jiceng.ui.middleware import bucket_of
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request
from jiceng.ui.uploads import claim_of

VOICES_AN_HOUR = 30
# Entries whose receipts this session may take home.
SAID = "said_to_notices"


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: Request, uid: str) -> HttpResponseBase:
    """Let a resident object to a notice."""
    found = _open(request, uid, "objections")
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    done = _said(request, form, found, service.object_to)
    if done is not None:
        told = _("已收到异议。答复前，这份公示不会期满。答复会公开在本页。")
        return _thanked(request, found, done, told)
    return _form(request, "object", found, form)


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: Request, uid: str) -> HttpResponseBase:
    """Let a resident comment on a notice."""
    found = _open(request, uid, "comments")
    form = CommentForm(request.POST if request.method == "POST" else None)
    done = _said(request, form, found, service.comment)
    if done is not None:
        return _thanked(request, found, done, _("已收到留言，审核后公开。"))
    return _form(request, "comment", found, form)


def _open(request: Request, uid: str, taken: str) -> Notice:
    """Return a notice to which something can be said now; who is too fast is slowed down."""
    if request.method == "POST":
        bucket = f"voice:{bucket_of(request)}"
        count_attempt(bucket, limit=VOICES_AN_HOUR, seconds=3600, at=request.now)
    found = service.find(uid)
    if not getattr(found.definition, taken):
        raise service.NotTaken()
    if not found.takes_words(request.now):
        raise service.PeriodOver()
    return found


def _said(
    request: Request, form: VoiceForm, notice: Notice, say: Callable[..., Done[Any]]
) -> Done[Any] | None:
    """Say what the form holds; ``None`` where it is not sound."""
    if not form.is_valid():
        return None
    words = {name: form.cleaned_data[name] for name in ("text", "name", "phone")}
    edge = {"by": RESIDENT, "at": request.now, "key": request.POST.get("key", "")}
    try:
        return say(notice=notice, claim=claim_of(request), **edge, **words)
    except BadInput as refusal:
        form.refuse(refusal)
        return None


def _thanked(request: Request, notice: Notice, done: Done[Any], told: str) -> HttpResponseBase:
    said = [notice.uid, done.entry.uid]
    request.session[SAID] = [*(one for one in request.session.get(SAID, []) if one != said), said][
        -20:
    ]
    messages.success(request, told)
    return redirect("public:notice", notice.uid)


def _form(request: Request, name: str, notice: Notice, form: VoiceForm) -> HttpResponse:
    context = {"notice": notice, "form": form, "key": request.POST.get("key") or new_uid()}
    status = 422 if request.method == "POST" else 200
    return page(request, f"public/boards/{name}.html", context, status=status)


def receipts_of(request: Request, notice: Notice) -> list[str]:
    """Return the entries of what this session said to a notice, newest first."""
    said = request.session.get(SAID, [])
    return [entry for about, entry in reversed(said) if about == notice.uid]


@require_safe
def receipt(request: Request, uid: str) -> HttpResponse:
    """Give the receipt of what this session said; it proves the words too."""
    if uid not in (entry for _notice, entry in request.session.get(SAID, [])):
        raise Absent()
    text = json.dumps(receipt_for(uid, opened=True), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{uid[:8]}.json"'
    return response
