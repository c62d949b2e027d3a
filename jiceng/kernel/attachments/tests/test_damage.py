"""Damaged photos of every kind: a picture or a refusal, never anything else."""

import random

import pytest

from jiceng.kernel.attachments.images import Picture, remake
from jiceng.kernel.attachments.refusals import TooManyPixels, UnreadableImage
from jiceng.kernel.attachments.sniffing import AVIF, HEIF, JPEG, PNG, WEBP, Format
from jiceng.kernel.attachments.tests import photos

SAMPLES = {
    JPEG: photos.encoded(photos.picture(160, 120), exif=photos.exif(6, photos.GPS)),
    PNG: photos.encoded(photos.picture(160, 120), "PNG"),
    WEBP: photos.encoded(photos.picture(160, 120), "WEBP"),
    AVIF: photos.encoded(photos.picture(160, 120), "AVIF"),
    HEIF: photos.heic(photos.picture(160, 120)),
}


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Flip, drop, double or overwrite a few stretches of ``data``."""
    out = bytearray(data)
    for _n in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(out) or 1), dice.choice((1, 1, 2, 4, 16, 64))
        stretch = bytes(dice.randrange(256) for _byte in range(length))
        kept = out[at : at + length]
        out[at : at + length] = dice.choice((stretch, b"", bytes(kept) * 2, b"\xff" * length))
    return bytes(out)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("photo", SAMPLES, ids=lambda photo: photo.name)
def test_damage_ends_in_a_picture_or_a_refusal(photo: Format) -> None:
    dice = random.Random(4711)
    answers = []
    for _n in range(200):
        try:
            answers.append(type(remake(damaged(SAMPLES[photo], dice), photo)))
        except (TooManyPixels, UnreadableImage) as refusal:
            answers.append(type(refusal))
    assert len(answers) == 200
    assert UnreadableImage in answers
    assert set(answers) <= {Picture, TooManyPixels, UnreadableImage}


@pytest.mark.parametrize("photo", SAMPLES, ids=lambda photo: photo.name)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_no_part_of_a_photo_is_a_photo(photo: Format, part: float) -> None:
    data = SAMPLES[photo]
    with pytest.raises(UnreadableImage):
        remake(data[: int(len(data) * part)], photo)
