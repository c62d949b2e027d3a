"""Photos with what was found at each, for the partial ``grid/photo_advice.html``."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.queries.photos import Advice
from jiceng.systems.grid.templatetags.grid import photo_cards

register = template.Library()


@register.simple_tag
def noted_photos(
    photos: Iterable[Attachment],
    advice: Mapping[str, list[Advice]] | None,
    case: Case,
    route: str,
) -> dict[str, Any]:
    """Return the photos as cards with their notes, and whether any of them says something."""
    shown = list(photos)
    notes = [(advice or {}).get(photo.uid, []) for photo in shown]
    cards = photo_cards(shown, case, route)
    pairs = [card | {"notes": found} for card, found in zip(cards, notes, strict=True)]
    return {"cards": pairs, "telling": any(not each.weak for found in notes for each in found)}
