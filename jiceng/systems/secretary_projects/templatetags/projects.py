"""What the pages of projects put into the shape that components want."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.attachments.models import Attachment
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.duties import OwnerLine
from jiceng.systems.secretary_projects.queries.projects import ProjectFile
from jiceng.systems.secretary_projects.terms import Duty, Purpose, Stage
from jiceng.ui.templatetags.ui import badge

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


@register.inclusion_tag("secretary_projects/areas.html")
def areas(here: str) -> dict[str, Any]:
    """Lead to what is looked at over all projects; ``here`` is the page that is open."""
    labels = {
        "ledger": _("台账"),
        "duties": _("调度"),
        "draws": _("督查"),
        "outcomes": _("成效"),
        "coverage": _("覆盖"),
        "ends": _("抓两头"),
        "exemplars": _("典型"),
    }
    pages = [
        {"label": label, "url": reverse(f"desk:secretary_projects:{code}"), "current": code == here}
        for code, label in labels.items()
    ]
    return {"pages": pages}


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


STATES = {
    "on_time": ("good", gettext_lazy("按时上报")),
    "late": ("warn", gettext_lazy("迟报")),
    "waiting": ("info", gettext_lazy("待上报")),
    "missing": ("bad", gettext_lazy("已逾期未报")),
    "locked": ("bad", gettext_lazy("未报，已锁定")),
    "open": ("bad", gettext_lazy("待整改")),
    "rectified": ("warn", gettext_lazy("已整改，待确认")),
    "confirmed": ("good", gettext_lazy("已销号")),
}
REASONS = {
    "ahead": gettext_lazy("进度超前计划 %(many)s 个百分点"),
    "behind": gettext_lazy("进度落后计划 %(many)s 个百分点"),
    "late_step": gettext_lazy("超期步骤 %(many)s 个"),
    "contradicted": gettext_lazy("与核查不符 %(many)s 处"),
    "overdue_finding": gettext_lazy("逾期未整改问题 %(many)s 个"),
    "missing_report": gettext_lazy("漏报 %(many)s 期"),
    "late_report": gettext_lazy("迟报 %(many)s 期"),
}


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """Return the badge of a report or a finding."""
    tone_of, label = STATES[state]
    return badge(label, tone_of)


@register.filter
def reason(line: tuple[str, Decimal, Decimal]) -> str:
    """Return a step of the sum of points as a sentence."""
    code, many, points = line
    sign = "+" if points >= 0 else "−"
    return f"{REASONS[code] % {'many': plain(many)}}（{sign}{plain(abs(points))}）"


@register.simple_tag
def duty_columns() -> list[str]:
    """Return the heads of that table."""
    duties = [str(duty.label) for duty in Duty]
    return [_("领办书记"), _("党组织"), *duties, _("逾期未报")]


@register.simple_tag
def tally_rows(lines: Iterable[OwnerLine]) -> list[list[Any]]:
    """Return what owners owed and reported as rows of a table."""
    return [
        [
            line.owner.name,
            line.unit,
            *(f"{t.on_time} / {t.actual} / {t.expected}" for t in line.tallies.values()),
            line.whole.missing,
        ]
        for line in lines
    ]


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
