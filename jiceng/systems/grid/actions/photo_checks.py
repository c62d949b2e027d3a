"""A look at the after-photos, when they are handed in: advice is noted, nothing is refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import findings_of, of
from jiceng.kernel.attachments.terms import Doubt
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Incident, PhotoFinding
from jiceng.systems.grid.rules.photos import Stay, in_hand_since


def note_findings(case: Case, photos: Sequence[Attachment], at: datetime) -> dict[str, list[str]]:
    """Note what may speak against ``photos``, which the act around has just given to ``case``.

    Returns by uid the codes for the entry; distances and earlier cases stay out of history.
    """
    if not photos:
        return {}
    uids = [photo.uid for photo in photos]
    # Read anew: whose photo is one set with another is told by what it was given to.
    given = list(of(case.subject).filter(uid__in=uids))
    found = findings_of(given, place=_place(case), since=_since(case), at=at)
    rows = [
        PhotoFinding(case=case, photo=uid, code=each.code, detail=_detail(each))
        for uid, findings in found.items()
        for each in findings
    ]
    PhotoFinding.objects.bulk_create(rows, ignore_conflicts=True)
    codes = {uid: sorted(str(each.code) for each in findings) for uid, findings in found.items()}
    return {uid: codes[uid] for uid in uids if codes.get(uid)}


def _place(case: Case) -> Place | None:
    lng, lat = Incident.objects.values_list("lng", "lat").get(case=case)
    return None if lng is None or lat is None else Place(lng, lat)


def _since(case: Case) -> datetime | None:
    stays = case.steps.order_by("id").values_list("step", "move", "entered_at")
    return in_hand_since(Stay(*stay) for stay in stays)


def _detail(finding: Any) -> dict[str, Any]:
    """Return what the sentence for people needs; of an earlier photo only its case."""
    if finding.code == Doubt.SEEN_BEFORE:
        return {"number": str(finding.detail["subject"]).rpartition(":")[2]}
    return dict(finding.detail)
