"""The keys of the desk, each written once: the dialog lists them, and the script obeys the dialog.

Whoever owns a page registers the way to it in ``ready()``.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.registry import Registry


@dataclass(frozen=True)
class Shortcut:
    """Keys, one after another ("g i"), and what they do: lead to the page ``url_name``, or an
    ``action`` that the script knows."""

    keys: str
    label: str | Promise
    url_name: str = ""
    action: str = ""
    order: int = 50

    @property
    def url(self) -> str:
        """Return where the keys lead, or ""."""
        return reverse(self.url_name) if self.url_name else ""

    @property
    def presses(self) -> list[str]:
        """Return the keys in their order."""
        return self.keys.split()


SHORTCUTS: Registry[Shortcut] = Registry("shortcut")


def add(shortcut: Shortcut) -> Shortcut:
    """Register a shortcut by its keys; keys that are taken raise ``ValueError``."""
    return SHORTCUTS.add(shortcut.keys, shortcut)


def shortcuts() -> list[Shortcut]:
    """Return all shortcuts in the order in which people read them."""
    return sorted(SHORTCUTS, key=lambda shortcut: (shortcut.order, shortcut.keys))


for everywhere in (
    Shortcut("?", _("显示快捷键"), action="help", order=60),
    Shortcut("/", _("到编号框"), action="find", order=61),
    Shortcut("j", _("下一条"), action="next", order=62),
    Shortcut("k", _("上一条"), action="previous", order=63),
    Shortcut("x", _("选中或取消这一条"), action="pick", order=64),
    Shortcut("Enter", _("打开这一条"), action="open", order=65),
):
    add(everywhere)
