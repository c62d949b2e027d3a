"""Words for what a resident reads about a receipt."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.service import ACTS, Verdict
from jiceng.kernel.ledger.terms import RECEIPT_STAGES
from jiceng.ui.templatetags.ui import spaced

register = template.Library()


@register.simple_tag
def verdict_facts(verdict: Verdict) -> list[tuple[str, Any]]:
    """Return what a receipt that holds says: what was recorded, by whom, when, and its place."""
    facts = verdict.facts
    act, title = ACTS.find(facts["event"]), facts["by_title"]
    number = facts["subject"].rpartition(":")[2]
    pairs = [
        (_("状态"), RECEIPT_STAGES[facts["stage"]]),
        (_("事项"), act.label if act else facts["event"]),
        (_("编号"), spaced(number) if read_number(number) else number),
        (_("经办"), _(title)),
        (_("时间"), _second(facts["at"])),
        (_("记录编号"), facts["uid"]),
        (_("台账"), facts["origin"]),
    ]
    return pairs + (_seal_facts(facts) if facts["stage"] == "sealed" else [])


def _seal_facts(facts: Any) -> list[tuple[str, Any]]:
    # People count from one, the tree from nought.
    place = _("第%(place)s条，共%(size)s条") % {
        "place": facts["position"] + 1,
        "size": facts["size"],
    }
    return [(_("封存位置"), place), (_("检查点时间"), _second(facts["checkpoint_at"]))]


def _second(text: str) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "Y-m-d H:i:s")
