"""Pictures in: limits before decoding, first frame only, pixels out, nothing else out."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pillow_heif
from PIL import Image

from jiceng.kernel.attachments.exif import Capture, read_capture
from jiceng.kernel.attachments.refusals import Busy, TooManyPixels, UnreadableImage
from jiceng.kernel.attachments.sniffing import JPEG, PNG, Format
from jiceng.kernel.attachments.terms import (
    DECODER_WAIT,
    JPEG_QUALITY,
    LONG_SIDE,
    MAX_PIXELS,
    MAX_SCANS,
    THUMB_SIDE,
)

pillow_heif.register_heif_opener()
# Pillow itself warns above this and refuses above twice as much; we refuse above it.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

ORIENTATION = 0x0112
# Inside the data of a scan FF is always followed by 00, so this counts scans, and those of
# embedded thumbnails.
START_OF_SCAN = b"\xff\xda"
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_decoder = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: two JPEGs made from pixels alone, and what is known of it."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    phash: str
    capture: Capture


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _decoder.acquire(timeout=DECODER_WAIT):
        raise Busy()
    try:
        yield
    finally:
        _decoder.release()


def _open(data: bytes, photo: Format) -> Image.Image:
    """Read the header by the one decoder for this format, and refuse what would be too big.

    A progressive JPEG may repeat its scans; each is decoded over the whole picture again.
    """
    if photo is JPEG and data.count(START_OF_SCAN) > MAX_SCANS:
        raise TooManyPixels()
    try:
        image = Image.open(io.BytesIO(data), formats=[photo.name])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels() from error
    if image.width * image.height > photo.max_pixels:
        raise TooManyPixels()
    return image


def _load(data: bytes, photo: Format) -> Image.Image:
    if photo is PNG:
        # Decoding does not look at the checksums of the chunks; this does.
        _open(data, photo).verify()
    image = _open(data, photo)
    if photo is JPEG:
        image.draft(None, (LONG_SIDE, LONG_SIDE))
    image.load()
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be shrunk; 16 bits are scaled, not cut off."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _flat(image: Image.Image) -> Image.Image:
    """Return RGB pixels on white in a new picture, which carries nothing over."""
    flat = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
    else:
        flat.paste(image.convert("RGB"))
    return flat


def _encode(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def difference_hash(image: Image.Image) -> str:
    """Return 64 bits as 16 hexadecimal digits: is a point brighter than its right neighbour?

    It survives scaling and re-encoding, so that a photo seen before can be found again.
    """
    small = image.convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = small.tobytes()
    bits = [grey[row * 9 + x] > grey[row * 9 + x + 1] for row in range(8) for x in range(8)]
    return f"{int(''.join('01'[bit] for bit in bits), 2):016x}"


def _tags(image: Image.Image) -> tuple[Capture, Image.Transpose | None]:
    """Return what the camera says, and how to turn the picture upright."""
    try:
        exif = image.getexif()
        return read_capture(exif), UPRIGHT.get(exif.get(ORIENTATION, 1))
    except Exception:
        # Broken tags raise as variously as broken pixels; the photo can do without them.
        return Capture(), None


def _remake(data: bytes, photo: Format) -> Picture:
    image = _load(data, photo)
    capture, turn = _tags(image)
    image = _eight_bits(image)
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    image = _flat(image if turn is None else image.transpose(turn))
    thumb = image.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return Picture(_encode(image), _encode(thumb), *image.size, difference_hash(image), capture)


def remake(data: bytes, photo: Format) -> Picture:
    """Return ``data`` as a JPEG of at most 2048 pixels a side and a thumbnail of 480.

    Raises ``TooManyPixels`` before decoding, ``UnreadableImage`` (422) or ``Busy`` (503).
    """
    with _one_at_a_time():
        try:
            return _remake(data, photo)
        except TooManyPixels:
            raise
        except Exception as error:
            # Decoders of hostile files raise whatever comes to hand; none of it is our fault,
            # and all of it means that the picture cannot be read.
            raise UnreadableImage() from error
