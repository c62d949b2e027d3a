"""What the pages of projects put into the shape that components want."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.projects import ProjectFile
from jiceng.systems.secretary_projects.terms import Purpose, Stage

register = template.Library()
TONES = {
    Stage.PREPARING: "info",
    Stage.IMPLEMENTING: "accent",
    Stage.ACCEPTING: "warn",
    Stage.COMPLETED: "good",
    Stage.ENDED: "",
}


@register.filter
def plain(number: Decimal | None) -> str:
    """Return an exact number without ends of noughts: 60, 33.33."""
    if number is None:
        return "—"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.inclusion_tag("secretary_projects/gauge.html")
def gauge(label: str, value: Decimal | None, kind: str = "claimed") -> dict[str, Any]:
    """Draw how far something is, in percent; without a number nobody has looked yet."""
    return {"label": label, "value": value, "kind": kind}


@register.filter
def tone(stage: Stage) -> str:
    """Return the tone of the badge of a stage."""
    return TONES.get(stage, "")


@register.simple_tag
def evidence(photos: Iterable[Attachment], number: str) -> list[dict[str, str]]:
    """Return photos of a project as cards."""

    def card(photo: Attachment) -> dict[str, str]:
        address = reverse("desk:secretary_projects:photo", args=[number, photo.uid])
        known = photo.purpose in Purpose.values
        said = str(Purpose(photo.purpose).label) if known else photo.original_name
        return {"src": f"{address}?thumb", "href": address, "alt": said, "caption": said}

    return [card(photo) for photo in photos]


@register.simple_tag
def project_facts(file: ProjectFile) -> list[tuple[str, Any]]:
    """Return what is known of a project at a glance."""
    project: Project = file.project
    return [
        (_("立项编号"), project.filing_no),
        (_("类型"), project.get_kind_display()),
        (_("主题"), project.get_theme_display()),
        (_("党组织"), project.unit.name),
        (_("领办书记"), project.owner.name),
        (_("开始日期"), project.starts_on.isoformat()),
        (_("完成期限"), project.due_on.isoformat()),
        (_("预期成效"), project.expected),
        (_("背景和问题"), project.background),
    ]
