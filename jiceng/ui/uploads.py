"""Photos of a form that is not finished yet: kept for the session until the form goes through.

A form that comes back with an error would lose its files; a resident in the rain would have to
photograph again. So uploads are taken in at once, and the next try names them by their uid.
"""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in, unclaimed
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import Actor
from jiceng.ui.forms import Form, as_error
from jiceng.ui.requests import Request

CLAIM = "upload_claim"
KEPT = "kept"
MOST = 6


def claim_of(request: Request) -> str:
    """Return the secret by which this session owns its uploads; made at the first upload."""
    if CLAIM not in request.session:
        request.session[CLAIM] = new_uid()
    claim: str = request.session[CLAIM]
    return claim


def kept_photos(
    request: Request, files: Sequence[UploadedFile], *, by: Actor, purpose: str, form: Form
) -> list[Attachment]:
    """Take in the files of this try, after those kept from earlier tries.

    What a file is refused for becomes an error of the form's field ``photos``.
    """
    kept = list(unclaimed(request.POST.getlist(KEPT)[:MOST], claim=claim_of(request)))
    for file in files:
        if len(kept) >= MOST:
            break
        try:
            photo = take_in(file, by=by, at=request.now, purpose=purpose, claim=claim_of(request))
        except Refusal as refusal:
            form.add_error("photos", as_error(refusal))
        else:
            kept.append(photo)
    return kept
