"""A notice on a sheet of A4, to hang on a wall: what is shown, how long, and a code to scan."""

import json
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import cast

import segno
import typst
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from noto_cjk_sans_otc import FONT_PATH

from jiceng.kernel.ledger.service import latest_checkpoint
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import lines

SHEET = Path(__file__).with_name("poster.typ")
# One after the other: the compiler keeps what it has read, the font above all.
_LOCK = Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        input=str(SHEET), font_paths=[str(FONT_PATH.parent)], ignore_system_fonts=True
    )


def draw(notice: Notice, address: str) -> bytes:
    """Return the sheet as PDF with its font embedded; ``address`` is where the code leads."""
    code = segno.make(address, error="m", micro=False)
    told = {
        "sheet": json.dumps(_words(notice, address), ensure_ascii=False),
        "code": _svg(code),
    }
    stamp = _stamp(notice)
    with _LOCK:
        made = _compiler().compile(format="pdf", sys_inputs=told, timestamp=stamp)
    return cast(bytes, made)


def _svg(code: segno.QRCode) -> str:
    drawing = BytesIO()
    code.save(drawing, kind="svg", border=0)
    return drawing.getvalue().decode()


def _stamp(notice: Notice) -> int:
    """Return the day the file says it was made: the same sheet is the same file."""
    return int(notice.published_at.timestamp())


def _words(notice: Notice, address: str) -> dict[str, object]:
    """Return what stands on the sheet, in the language of whoever prints it."""
    labels = notice.definition.fields
    shown = [
        (str(labels[name]), lines(notice.shown[name])) for name in labels if name in notice.shown
    ]
    opens, closes = (date_format(day, "Y-m-d") for day in (notice.opens_on, notice.closes_on))
    period = _("%(opens)s 至 %(closes)s，共 %(days)d 个工作日")
    facts = [
        (_("公示单位"), notice.unit.name),
        (_("公示期"), period % {"opens": opens, "closes": closes, "days": notice.days}),
    ]
    if notice.provisional:
        facts.append((_("说明"), _("次年放假安排尚未公布，截止日期待定。")))
    if notice.correction:
        facts.append((_("更正"), notice.correction))
    return {
        "title": notice.title,
        "kind": str(notice.definition.label),
        "board": _("公开栏"),
        "shown": shown,
        "facts": facts,
        "invitation": _invitation(notice),
        "address": address,
        "proof": _proof(notice),
    }


def _invitation(notice: Notice) -> str:
    if notice.definition.objections:
        return _("扫码查看最新状态，公示期内可以提出异议、留言。")
    return _("扫码查看最新状态。")


def _proof(notice: Notice) -> list[tuple[str, str]]:
    """Return what the sheet can be checked against."""
    proof = [(_("内容指纹"), notice.fingerprint)]
    checkpoint = latest_checkpoint()
    if checkpoint is not None:
        at = date_format(localtime(checkpoint.at), "Y-m-d H:i")
        sealed = _("台账检查点（第 %(size)d 条，%(at)s）") % {"size": checkpoint.size, "at": at}
        proof.append((sealed, bytes(checkpoint.sha256).hex()))
    return proof
