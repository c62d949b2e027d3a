"""Drawn photos for the demo: nobody's street, nobody's face."""

import io
import random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIZE = (640, 480)
GROUND = {"before": (126, 124, 120), "after": (142, 144, 140)}


def draw_photo(subject: str, state: str, seed: int) -> ContentFile:
    """Return a JPEG that shows a pavement with something wrong on it, or with nothing wrong."""
    dice = random.Random(f"{subject}{state}{seed}")
    image = Image.new("RGB", SIZE, GROUND[state])
    pen = ImageDraw.Draw(image)
    _paving(pen, dice, GROUND[state])
    centre = (SIZE[0] // 2 + dice.randint(-90, 90), SIZE[1] // 2 + dice.randint(-40, 60))
    (_manhole if subject.startswith("C") else _litter)(pen, dice, centre, state)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return ContentFile(out.getvalue(), name=f"{state}.jpg")


def _paving(pen: ImageDraw.ImageDraw, dice: random.Random, ground: tuple[int, int, int]) -> None:
    for row in range(0, SIZE[1], 80):
        for column in range(-(row // 80 % 2) * 60, SIZE[0], 120):
            shade = dice.randint(-12, 12)
            colour = tuple(value + shade for value in ground)
            pen.rectangle((column + 2, row + 2, column + 117, row + 77), fill=colour)


def _manhole(
    pen: ImageDraw.ImageDraw, dice: random.Random, centre: tuple[int, int], state: str
) -> None:
    x, y = centre
    pen.ellipse((x - 150, y - 110, x + 150, y + 110), fill=(70, 70, 72))
    if state == "before":
        pen.ellipse((x - 132, y - 94, x + 132, y + 94), fill=(18, 18, 20))
        pen.pieslice((x - 132, y - 94, x + 132, y + 94), 200, 320, fill=(96, 92, 88))
    else:
        pen.ellipse((x - 132, y - 94, x + 132, y + 94), fill=(104, 104, 106))
        for ring in range(20, 120, 26):
            box = (x - ring, y - ring * 0.7, x + ring, y + ring * 0.7)
            pen.ellipse(box, outline=(78, 78, 80), width=6)


def _litter(
    pen: ImageDraw.ImageDraw, dice: random.Random, centre: tuple[int, int], state: str
) -> None:
    for _piece in range(38 if state == "before" else 0):
        x, y = centre[0] + dice.gauss(0, 120), centre[1] + dice.gauss(0, 70)
        w, h = dice.randint(20, 70), dice.randint(16, 50)
        colour = dice.choice([(232, 228, 220), (92, 128, 96), (176, 72, 60), (70, 92, 140)])
        pen.polygon([(x, y), (x + w, y + h * 0.2), (x + w * 0.8, y + h), (x - 6, y + h)], colour)
