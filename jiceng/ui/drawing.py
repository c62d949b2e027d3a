"""Drawing the components that a page shows over and over: each look is drawn once."""

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

FOLDER = "ui/components/"


def component(name: str, **context: Any) -> SafeString:
    """Return a component as it looks in this language."""
    return mark_safe(render_to_string(f"{FOLDER}{name}.html", context))


# A plain text and one that is marked as safe are equal and drawn differently: ``typed`` tells them
# apart.
@lru_cache(maxsize=512, typed=True)
def icon(name: str, label: str) -> SafeString:
    """Return a Lucide icon; without a label it is hidden from readers."""
    spoken = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return mark_safe(lucide(name, size=20, **{"class": "icon"}, **spoken))


@lru_cache(maxsize=1024, typed=True)
def badge(language: str, label: str, tone: str, icon: str) -> SafeString:
    """Return a badge as it looks in a language."""
    return component("badge", label=label, tone=tone, icon=icon)


@lru_cache(maxsize=4096, typed=True)
def light(language: str, colour: str, text: str, provisional: bool) -> SafeString:
    """Return the light of a deadline as it looks in a language."""
    return component("light", colour=colour, text=text, provisional=provisional)
