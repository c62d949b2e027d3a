"""What a look at the after-photos of a case found, as advice to who verifies."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.terms import Doubt
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import visible_to
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import PhotoFinding
from jiceng.systems.grid.rules.photos import rounded_hours, rounded_metres
from jiceng.systems.grid.terms import Purpose


@dataclass(frozen=True)
class Advice:
    """One sentence beside a photo. ``weak`` says only that nothing is known; ``number`` is the
    case of an earlier photo, where the reader may open it."""

    text: str
    weak: bool = False
    number: str = ""


def photo_advice(
    case: Case, photos: Collection[Attachment], officer: Officer, at: datetime
) -> dict[str, list[Advice]]:
    """Return by uid what was found at the after-photos of ``case``; photos without a finding are
    left out. The queries do not grow with the photos."""
    uids = [photo.uid for photo in photos if photo.purpose == Purpose.DISPOSAL]
    if not uids:
        return {}
    rows = list(PhotoFinding.objects.filter(case=case, photo__in=uids))
    known = _known(case, rows, officer, at)
    found: dict[str, list[Advice]] = {}
    for row in sorted(rows, key=lambda row: _order(row.code)):
        found.setdefault(row.photo, []).append(_advice(row, case, known))
    return found


def disposal_photos(photos: Iterable[Attachment]) -> list[Attachment]:
    """Return those of the photos of a case that show the work done."""
    return [photo for photo in photos if photo.purpose == Purpose.DISPOSAL]


def _known(
    case: Case, rows: Iterable[PhotoFinding], officer: Officer, at: datetime
) -> frozenset[str]:
    """Return the numbers of the other cases in ``rows`` that the officer may know."""
    numbers = {row.detail.get("number", "") for row in rows} - {"", case.number}
    if not numbers:
        return frozenset()
    seen = Case.objects.in_scope(visible_to(officer, at)).filter(system=terms.SYSTEM)
    return frozenset(seen.filter(number__in=numbers).values_list("number", flat=True))


def _order(code: str) -> int:
    return Doubt.values.index(code)


def _advice(row: PhotoFinding, case: Case, known: frozenset[str]) -> Advice:
    number = row.detail.get("number", "")
    return Advice(
        text=SENTENCES[Doubt(row.code)](row.detail, case),
        weak=row.code == Doubt.NO_CAPTURE,
        number=number if number in known else "",
    )


def _seen_before(detail: Mapping[str, Any], case: Case) -> str:
    if detail.get("number") == case.number:
        return _("与本件更早的照片几乎相同")
    return _("与另一件更早的照片几乎相同")


def _far_away(detail: Mapping[str, Any], case: Case) -> str:
    value, measure = rounded_metres(detail["metres"])
    if measure == "m":
        return _("拍摄地点距事件约 %(value)s 米") % {"value": value}
    return _("拍摄地点距事件约 %(value)s 公里") % {"value": value}


def _too_old(detail: Mapping[str, Any], case: Case) -> str:
    value, measure = rounded_hours(detail["hours"])
    sentences = {
        ("step", "h"): _("拍摄于本次处置开始之前约 %(value)s 小时"),
        ("step", "d"): _("拍摄于本次处置开始之前约 %(value)s 天"),
        ("upload", "h"): _("拍摄后约 %(value)s 小时才上传"),
        ("upload", "d"): _("拍摄后约 %(value)s 天才上传"),
    }
    return sentences[detail["before"], measure] % {"value": value}


def _no_capture(detail: Mapping[str, Any], case: Case) -> str:
    return str(Doubt.NO_CAPTURE.label)


SENTENCES: dict[Doubt, Callable[[Mapping[str, Any], Case], str]] = {
    Doubt.SEEN_BEFORE: _seen_before,
    Doubt.FAR_AWAY: _far_away,
    Doubt.TOO_OLD: _too_old,
    Doubt.NO_CAPTURE: _no_capture,
}
