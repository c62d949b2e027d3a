"""Photos of a form that is not finished yet: kept for the session until the form goes through.

A form that comes back with an error would lose its files; a resident in the rain would have to
photograph again. So uploads are taken in at once, and the next try names them by their uid.
"""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in, uploaded
from jiceng.kernel.base.errors import Absent, BadInput, TooLarge
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import RESIDENT, Actor
from jiceng.ui.forms import MOST_PHOTOS, Form, as_error
from jiceng.ui.middleware import bucket_of
from jiceng.ui.requests import Request

CLAIM = "upload_claim"
KEPT = "kept"
PHOTOS_AN_HOUR, PHOTOS_A_DAY = 120, 400


def claim_of(request: Request) -> str:
    """Return the secret by which this session owns its uploads; made at the first upload.

    It comes from the cookie that the form was drawn with: two presses of one button, neither of
    which has a session yet, have the same claim and so are one submission.
    """
    if CLAIM not in request.session:
        drawn = request.COOKIES.get(settings.CSRF_COOKIE_NAME) or new_uid()
        request.session[CLAIM] = hashlib.sha256(f"uploads {drawn}".encode()).hexdigest()
    claim: str = request.session[CLAIM]
    return claim


def _from_earlier_tries(request: Request, purpose: str) -> list[Attachment]:
    """Return the photos that the form names; one that is not this session's is absent.

    One that was given already stays in: whoever sends the same form twice has sent it once.
    """
    named = request.POST.getlist(KEPT)[:MOST_PHOTOS]
    kept = uploaded(named, claim=claim_of(request)) if named else []
    if any(photo.purpose != purpose for photo in kept):
        raise Absent()
    return kept


def _count_upload(request: Request, by: Actor) -> None:
    """Bound what visitors can put on the disk, whether or not a report comes of it."""
    if by is RESIDENT:
        bucket, at = f"photo:{bucket_of(request)}", request.now
        count_attempt(f"{bucket}:hour", limit=PHOTOS_AN_HOUR, seconds=3600, at=at)
        count_attempt(f"{bucket}:day", limit=PHOTOS_A_DAY, seconds=86_400, at=at)


def kept_photos(
    request: Request,
    files: Sequence[UploadedFile],
    *,
    by: Actor,
    purpose: str,
    form: Form,
    field: str = "photos",
) -> list[Attachment]:
    """Take in the files of this try, after those kept from earlier tries.

    What a file is refused for becomes an error of the form's ``field``.
    """
    kept = _from_earlier_tries(request, purpose)
    room = MOST_PHOTOS - len(kept)
    if len(files) > room and not form.has_error(field, "too_many_photos"):
        sentence = _("最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
        form.add_error(field, ValidationError(sentence, code="too_many_photos"))
    for file in files[:room]:
        _count_upload(request, by)
        try:
            photo = take_in(file, by=by, at=request.now, purpose=purpose, claim=claim_of(request))
        except (BadInput, TooLarge) as refusal:
            form.add_error(field, as_error(refusal))
        else:
            kept.append(photo)
    return kept
