"""Filing a report from any page: what is open nearby is shown first, nothing typed is lost."""

from dataclasses import dataclass, field
from typing import Any

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.places.rules import Place, stored
from jiceng.kernel.places.terms import Datum
from jiceng.kernel.procedures.service import MainCaseEnded
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.terms import Purpose
from jiceng.ui.requests import Request
from jiceng.ui.uploads import claim_of, kept_photos

# What the buttons of the suggestion send: the case that it is, or that it is none of them.
SAME, NONE_OF_THEM = "same", "none"


@dataclass
class Filing:
    """How far a report came: filed, or back with its photos, or with what it may be the same as."""

    done: Any = None
    photos: list[Attachment] = field(default_factory=list)
    candidates: list[queries.Similar] = field(default_factory=list)

    def context(self, request: Request, form: Any) -> dict[str, Any]:
        """Return what the page of the form shows."""
        return {
            "form": form,
            "kept": self.photos,
            "candidates": self.candidates,
            "key": request.POST.get("key") or new_uid(),
        }


def file_report(request: Request, form: Any, by: Any, source: str) -> Filing:
    """File what a sound form says; a refusal becomes an error of the form, photos are kept."""
    sound = form.is_valid()
    files = form.cleaned_data.get("photos", []) if sound else request.FILES.getlist("photos")
    filing = Filing()
    if "photos" in form.fields:
        purpose = Purpose.REPORT
        filing.photos = kept_photos(request, files, by=by, purpose=purpose, form=form)
    if not form.is_valid():
        return filing
    same = request.POST.get(SAME, "")
    main = queries.case_of_ref(same, request.now) if same != NONE_OF_THEM else None
    if main is None and same != NONE_OF_THEM:
        filing.candidates = _candidates(request, form)
        if filing.candidates:
            return filing
    try:
        filing.done = _act(request, form, by, source, filing.photos, main)
    except (BadInput, MainCaseEnded) as refusal:
        form.refuse(refusal)
    return filing


def _where(form: Any) -> tuple[Place | None, str]:
    """Return the point of a form and its system; of a poster, the poster's."""
    if form.here is not None:
        return Place(lng=form.here.lng, lat=form.here.lat), Datum.CGCS2000
    words = form.cleaned_data
    return words["point"], words["datum"] or Datum.WGS84


def _candidates(request: Request, form: Any) -> list[queries.Similar]:
    point, datum = _where(form)
    if point is None:
        return []
    category = form.cleaned_data["category"]
    return queries.similar(category, stored(point, datum), request.now)


def _act(
    request: Request, form: Any, by: Any, source: str, photos: list[Attachment], main: Any
) -> Any:
    words = form.cleaned_data
    point, datum = _where(form)
    common = {
        "by": by,
        "at": request.now,
        "source": source,
        "description": words["description"],
        "place": words["place"],
        "point": point,
        "datum": datum,
        "phone": words.get("phone", ""),
        "reporter_name": words.get("reporter_name", ""),
        "photos": photos,
        "claim": claim_of(request),
        "key": request.POST.get("key", ""),
    }
    if main is not None:
        return actions.join_incident(main=main, **common)
    return actions.report_incident(
        category=words["category"], unit=words["unit"], spot=form.here, **common
    )
