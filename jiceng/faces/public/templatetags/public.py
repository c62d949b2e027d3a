"""Words for what a resident reads about a receipt."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.service import ACTS, PublishedKey, Verdict
from jiceng.kernel.ledger.terms import RECEIPT_STAGES
from jiceng.ui.templatetags.ui import spaced

register = template.Library()
Fact = tuple[str | Promise, Any]

# What people write about a matter, by the name under which the ledger commits to it.
WORDS = {
    "description": gettext_lazy("情况描述"),
    "place": gettext_lazy("具体位置"),
    "phone": gettext_lazy("电话"),
    "reporter_name": gettext_lazy("称呼"),
    "note": gettext_lazy("说明"),
    "reason": gettext_lazy("理由"),
}


@register.simple_tag
def verdict_facts(verdict: Verdict) -> list[Fact]:
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
    sealed = _seal_facts(facts) if facts["stage"] == "sealed" else []
    return [*pairs, *sealed, *_opened_facts(facts["opened"])]


@register.simple_tag
def key_facts(origin: str, keys: Iterable[PublishedKey]) -> list[Fact]:
    """Return what goes on the notice board: the ledger's name, its keys and when each signs."""
    return [(_("台账"), origin), *(fact for key in keys for fact in _facts_of(key))]


def _facts_of(key: PublishedKey) -> list[Fact]:
    start = _second(key.starts_at.isoformat()) if key.starts_at else _("最初")
    end = _second(key.ends_at.isoformat()) if key.ends_at else _("今")
    return [
        (_("公钥"), key.public),
        (_("公钥编号"), key.key_id),
        (_("有效期"), _("%(start)s 至 %(end)s") % {"start": start, "end": end}),
    ]


def _opened_facts(opened: Mapping[str, str]) -> list[Fact]:
    """Return the words that the receipt of the person who wrote them opens."""
    return [(WORDS.get(field, field), text) for field, text in opened.items() if text]


def _seal_facts(facts: Any) -> list[Fact]:
    # People count from one, the tree from nought.
    place = _("第%(place)s条，共%(size)s条") % {
        "place": facts["position"] + 1,
        "size": facts["size"],
    }
    return [(_("封存位置"), place), (_("检查点时间"), _second(facts["checkpoint_at"]))]


def _second(text: str) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "Y-m-d H:i:s")
