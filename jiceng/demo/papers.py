"""Drawn papers for the demo: a page of lines with a seal, so that evidence looks like evidence."""

import io
import random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIZE = (180, 240)
PAPER, INK, SEAL = (246, 243, 235), (92, 96, 104), (196, 60, 52)
MARGIN, LINE = 20, 13


def draw_paper(seed: int) -> ContentFile:
    """Return a JPEG of a page that nobody can read, another one for every seed."""
    dice = random.Random(seed)
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 16, 120, 24), fill=INK)
    for y in range(40, 200, LINE):
        start = MARGIN + dice.choice((0, 0, 0, 16))
        pen.rectangle((start, y, dice.randint(90, SIZE[0] - MARGIN), y + 4), fill=INK)
    x, y = dice.randint(100, 140), dice.randint(180, 205)
    pen.ellipse((x - 22, y - 22, x + 22, y + 22), outline=SEAL, width=4)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return ContentFile(out.getvalue(), name="paper.jpg")
