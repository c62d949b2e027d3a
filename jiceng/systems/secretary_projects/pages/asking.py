"""One page for every act that asks for something: draw the form, make the act, lead on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity
from jiceng.ui.forms import Form
from jiceng.ui.rendering import lead_on, page
from jiceng.ui.requests import DeskRequest
from jiceng.ui.uploads import KEPT, claim_of, kept_photos

PHOTO = "photo"


@dataclass(frozen=True)
class Question:
    """What a page asks, and of whom. ``act`` gets what was typed; ``given`` what the page knows.

    ``purpose`` says what its photos show; ``after`` names the page that follows.
    """

    title: str
    form: Form
    by: Capacity
    act: Callable[..., Any]
    back: str
    said: str
    above: Sequence[str] = ()
    lead: str = ""
    hint: str = ""
    verb: str = ""
    purpose: str = ""
    danger: bool = False
    after: Callable[[Any], str] | None = None
    # The open step that the page showed, of a move.
    step: int | None = None


def posted(request: DeskRequest) -> list[Any]:
    """Return what a form is bound to; nothing where the page is only looked at."""
    return [request.POST, request.FILES] if request.method == "POST" else []


def kept(request: DeskRequest) -> int:
    """Return how many photos an earlier try of the form has left."""
    return len(request.POST.getlist(KEPT))


def answer(request: DeskRequest, asked: Question, **given: Any) -> HttpResponseBase:
    """Draw the form of ``asked``, or make its act and lead on."""
    photos: list[Attachment] = []
    if request.method == "POST":
        done, photos = _made(request, asked, given)
        if done is not None:
            messages.success(request, asked.said)
            return lead_on(request, asked.after(done) if asked.after else asked.back)
    context = {
        "asked": asked,
        "form": asked.form,
        "kept": photos,
        "key": request.POST.get("key") or new_uid(),
    }
    status = 422 if request.method == "POST" else 200
    template = "secretary_projects/ask.html"
    return page(request, template, context, part="form", status=status)


def _typed(form: Form) -> dict[str, Any]:
    """Return what was typed, as the act takes it."""
    given = getattr(form, "given", None)
    return dict(given() if given else form.cleaned_data)


def _made(
    request: DeskRequest, asked: Question, given: dict[str, Any]
) -> tuple[Any, list[Attachment]]:
    form, sound = asked.form, asked.form.is_valid()
    words = _typed(form) if sound else {}
    photos: list[Attachment] = []
    if PHOTO in form.fields:
        files = words.pop(PHOTO, None) if sound else request.FILES.getlist(PHOTO)
        purpose = asked.purpose
        photos = kept_photos(
            request, files or [], by=asked.by, purpose=purpose, form=form, field=PHOTO
        )
        words |= {"photos": photos, "claim": claim_of(request)}
    if not form.is_valid():
        return None, photos
    try:
        key = request.POST.get("key", "")
        return asked.act(by=asked.by, at=request.now, key=key, **given, **words), photos
    except BadInput as refusal:
        form.refuse(refusal)
        return None, photos
