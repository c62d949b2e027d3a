"""The pages of the public face that belong to no single system: home, verify a receipt."""

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.faces.public.forms import ReceiptForm
from jiceng.kernel.base.throttle import count_attempt
from jiceng.kernel.ledger.service import check_receipt, latest_checkpoint, published_keys
from jiceng.ui.middleware import bucket_of
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request

CHECKS_AN_HOUR = 120


# What becomes of a report, told before anybody files one.
STAGES = (
    (_("上报"), _("按位置找到所在网格和责任单位，当场给您编号和回执。")),
    (_("研判派遣"), _("值班员研判，派给能办的单位；每一步都有时限。")),
    (_("处置"), _("办完须拍现场照片；办不了须写明理由退回。")),
    (_("核实结案"), _("由另一个人到现场核实，通过才能结案。")),
)


@require_safe
def home(request: Request) -> HttpResponse:
    """Show what a resident can do here, and the newest checkpoint of the ledger."""
    stages = [{"label": label, "note": note, "state": "todo"} for label, note in STAGES]
    return page(request, "public/home.html", {"checkpoint": latest_checkpoint(), "stages": stages})


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: Request) -> HttpResponse:
    """Check a receipt against the public key and the checkpoints of this ledger."""
    posted = request.method == "POST"
    form = ReceiptForm(request.POST if posted else None, request.FILES if posted else None)
    verdict = None
    if posted and form.is_valid():
        bucket = f"verify:{bucket_of(request)}"
        count_attempt(bucket, limit=CHECKS_AN_HOUR, seconds=3600, at=request.now)
        verdict = check_receipt(form.cleaned_data["document"], at=request.now)
    context = {
        "form": form,
        "verdict": verdict,
        "checkpoint": latest_checkpoint(),
        "keys": published_keys(),
        "origin": settings.LEDGER_ORIGIN,
    }
    status = 422 if form.errors else 200
    return page(request, "public/verify.html", context, part="verdict", status=status)


@require_safe
def verifier(request: Request) -> FileResponse:
    """Hand out the program that checks a receipt without us."""
    program = (settings.ROOT / "tools" / "verify_receipt.py").open("rb")
    return FileResponse(program, as_attachment=True, filename="verify_receipt.py")
