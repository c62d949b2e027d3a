"""Photos made for tests, honest and hostile."""

import io
import random
import struct
import zlib
from typing import Any

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from jiceng.kernel.attachments import store
from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.testing.cast import MONDAY

# Northern China, to the second; the camera says half past nine in the evening.
GPS = {1: "N", 2: (30.0, 31.0, 12.0), 3: "E", 4: (117.0, 3.0, 36.0)}
TAKEN = "2026:03:01 21:30:15"
LAT, LNG = 30 + 31 / 60 + 12 / 3600, 117 + 3 / 60 + 36 / 3600
SECRET = "CANARY-4711"


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is dark, with a white square at the upper left."""
    image = Image.new("RGB", (width, height), (180, 190, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2, height), fill=(60, 70, 80))
    draw.rectangle((0, 0, width // 8, height // 8), fill=(255, 255, 255))
    return image.convert(mode)


def scene(seed: int, width: int = 360, height: int = 320) -> Image.Image:
    """A picture with as many edges as a street; another seed is another street."""
    small = Image.frombytes("L", (9, 8), random.Random(seed).randbytes(72))
    return small.resize((width, height), Image.Resampling.NEAREST).convert("RGB")


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1, gps: dict[int, Any] | None = None, **tags: Any) -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = f"{SECRET}-maker"
    data[0x9286] = f"{SECRET}-comment"
    data.get_ifd(0x8769)[0x9003] = tags.get("taken", TAKEN)
    if "offset" in tags:
        data.get_ifd(0x8769)[0x9011] = tags["offset"]
    if gps is not None:
        data.get_ifd(0x8825).update(gps)
    return data


def photo_with_everything() -> bytes:
    """A JPEG with GPS, maker, thumbnail, comment, XMP, IPTC and a colour profile that says much."""
    tagged = encoded(
        picture(),
        exif=exif(gps=GPS),
        comment=f"{SECRET}-jpeg-comment".encode(),
        xmp=f"<x:xmpmeta>{SECRET}-xmp</x:xmpmeta>".encode(),
        icc_profile=f"{SECRET}-icc".encode(),
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + f"{SECRET}-iptc".encode()
    block = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return tagged[:2] + block + tagged[2:] + f"<script>{SECRET}-tail</script>".encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _png(width: int, height: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of the stated size in a few kilobytes, black all over."""
    packer = zlib.compressobj(9)
    row = b"\x00" + bytes((width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _y in range(height)) + packer.flush()
    return _png(width, height, pixels)


def png_that_says(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""
    return _png(width, height, zlib.compress(b"\x00"))


def sixteen_bits() -> bytes:
    """A grey PNG of 16 bits: black, middle grey, white, from left to right."""
    image = Image.new("I;16", (300, 100))
    for x in range(300):
        for y in range(100):
            image.putpixel((x, y), (0, 32768, 65535)[x // 100])
    return encoded(image, "PNG")


def animated(kind: str, frames: int = 5) -> bytes:
    """An animation whose first frame is red and whose others are blue."""
    first = Image.new("RGB", (64, 64), (255, 0, 0))
    others = [Image.new("RGB", (64, 64), (0, n % 250, 255)) for n in range(frames - 1)]
    return encoded(first, kind, save_all=True, append_images=others, duration=40)


def heic(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def upload(data: bytes, name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def taken(data: bytes, name: str = "现场.jpg") -> Attachment:
    keywords = {"by": RESIDENT, "at": MONDAY, "purpose": "report", "claim": "session-1"}
    take_in(upload(data, name), **keywords)
    return Attachment.objects.latest("pk")


def kept(row: Attachment, thumb: bool = False) -> bytes:
    return store.path_of(row.uid, thumb=thumb).read_bytes()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def refusal(data: bytes, name: str = "现场.jpg") -> tuple[int, str]:
    """Return status and code of the refusal, and make sure that no row and no file was left."""
    with pytest.raises(Refusal) as refused:
        taken(data, name)
    assert not Attachment.objects.exists()
    assert list(store.files()) == []
    assert str(refused.value.sentence)
    return refused.value.status, refused.value.code
