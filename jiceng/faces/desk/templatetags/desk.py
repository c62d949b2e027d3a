"""Words for the parts of a procedure."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.kernel.base.text import listed
from jiceng.kernel.orgs.terms import ROLES
from jiceng.kernel.procedures.models import ProcedureVersion
from jiceng.kernel.procedures.service import Procedure, Step
from jiceng.kernel.workdays.service import limit_words

register = template.Library()


@register.filter
def translated(labels: Iterable[str]) -> str:
    """Return labels as an enumeration; a published version keeps them in Chinese."""
    return listed(_(label) for label in labels)


@register.filter
def holder_label(step: Step) -> str:
    """Return who holds a step, in words."""
    if step.holder is None:
        return "—"
    role = ROLES.find(step.holder.role)
    places = {"given": _("承办单位"), "contact": _("首接单位"), "owner": _("责任单位")}
    where = places[step.holder.at]
    return f"{where} · {role.label if role else step.holder.role}"


@register.simple_tag
def step_rows(procedure: Procedure) -> dict[str, Any]:
    """Return the table of the steps: who holds each, how long, what can be done there."""
    rows = [
        (
            _(step.label),
            holder_label(step),
            limit_words(step.promised) if step.promised else "—",
            translated(move.label for move in procedure.moves_from(step.code)) or "—",
        )
        for step in procedure.steps
    ]
    return {"columns": [_("环节"), _("由谁负责"), _("承诺时限"), _("可以办理")], "rows": rows}


@register.simple_tag
def version_facts(version: ProcedureVersion) -> list[tuple[str, str]]:
    """Return what identifies a published version."""
    published = date_format(localtime(version.published_at), "Y-m-d H:i")
    return [
        (_("流程代码"), version.code),
        (_("版本"), version.version),
        (_("发布时间"), published),
    ]
