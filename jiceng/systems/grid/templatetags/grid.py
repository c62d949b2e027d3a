"""What the pages of the grid show of a case, as pairs and cards for the components."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.text import listed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import PublishedKey
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.terms import Outcome
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import Purpose

register = template.Library()
MINUTE = "Y-m-d H:i"
OUTCOME_LOOKS: dict[str, tuple[str, str]] = {
    Outcome.CLOSED: ("good", "circle-check"),
    Outcome.REFUSED: ("bad", "circle-x"),
    Outcome.WITHDRAWN: ("", "undo-2"),
    Outcome.MERGED: ("info", "merge"),
}


@register.simple_tag
def photo_cards(photos: Iterable[Attachment], case: Case, route: str) -> list[dict[str, str]]:
    """Return the photos of a case for the gallery; ``route`` is where this reader gets them."""
    return [_card(photo, reverse(route, args=[case.number, photo.uid])) for photo in photos]


def _card(photo: Attachment, url: str) -> dict[str, str]:
    label = str(Purpose(photo.purpose).label)
    return {"src": f"{url}?thumb", "href": url, "alt": label, "caption": label}


@register.simple_tag
def public_facts(incident: Incident) -> list[tuple[str, Any]]:
    """Return what the reporter reads about the own report."""
    case = incident.case
    return [
        (_("类别"), incident.category),
        (_("位置"), incident.place),
        (_("情况描述"), incident.description),
        (_("责任单位"), case.unit),
        (_("上报时间"), _minute(case.opened_at)),
        (_("承诺办结"), _due(case)),
    ]


@register.simple_tag
def slip_facts(
    incident: Incident, entry: Entry, keys: Sequence[PublishedKey]
) -> list[tuple[str, Any]]:
    """Return what stands on the slip: the report without its words, and how to check the entry."""
    signing = [key.key_id for key in keys if key.ends_at is None]
    return [
        *[pair for pair in public_facts(incident) if pair[0] != _("情况描述")],
        (_("记录编号"), entry.uid),
        (_("台账"), settings.LEDGER_ORIGIN),
        (_("公钥编号"), listed(signing)),
    ]


@register.inclusion_tag("ui/components/badge.html")
def outcome_badge(case: Case) -> dict[str, Any]:
    """Say how a case ended; only what was done is good."""
    tone, icon = OUTCOME_LOOKS[case.outcome]
    return {"label": case.get_outcome_display(), "tone": tone, "icon": icon}


@register.simple_tag
def desk_facts(incident: Incident) -> list[tuple[str, Any]]:
    """Return what an officer reads about a report."""
    condition = incident.category.closing_condition if incident.category else ""
    return [
        *public_facts(incident),
        (_("网格"), incident.cell.name if incident.cell else ""),
        (_("来源"), incident.get_source_display()),
        (_("结案标准"), condition),
        *[pair for pair in _if_any(incident) if pair[1]],
    ]


@register.simple_tag
def sheet_facts(file: Any) -> list[tuple[str, Any]]:
    """Return what stands on the form of a case: what an officer reads, and where it stands."""
    case, incident = file.case, file.incident
    standing = [
        " · ".join([opened.label, str(opened.step.post or opened.step.unit)])
        for opened in file.open_steps
    ]
    return [
        (_("事由"), case.title),
        *desk_facts(incident),
        (_("研判结论"), incident.get_judgement_display()),
        (_("缓急"), case.get_priority_display()),
        (_("现在"), "\n".join(standing) or case.get_outcome_display()),
    ]


def _if_any(incident: Incident) -> list[tuple[str, Any]]:
    """Return what most reports do not have, and what is worth no line where it is empty."""
    return [
        (_("首接单位"), incident.case.contact_unit),
        (_("重复反映"), _repeats(incident)),
        (_("建议派往"), incident.routed_unit),
        (_("派遣依据"), incident.routing_reason),
    ]


def _repeats(incident: Incident) -> str:
    """Say that others reported the same place; a first report says nothing."""
    if incident.repeats < 2:
        return ""
    return _("%(count)d次") % {"count": incident.repeats}


@register.simple_tag
def contact_facts(contact: dict[str, str]) -> list[tuple[str, str]]:
    """Return how the reporter can be reached."""
    return [(_("称呼"), contact.get("reporter_name", "")), (_("电话"), contact.get("phone", ""))]


def _minute(at: Any) -> str:
    return date_format(localtime(at), MINUTE) if at else ""


def _due(case: Case) -> str:
    due = _minute(case.due_at)
    return _("%(due)s（待定）") % {"due": due} if due and case.provisional else due
