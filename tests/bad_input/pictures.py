"""Files that people and machines send where a photo is asked for."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pillow_heif
from PIL import Image

from jiceng.systems.grid.tests.scene import picture


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small picture in a format."""
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 60)).convert(mode).save(out, kind)
    return out.getvalue()


def heic() -> bytes:
    """Return what a phone of another make takes."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (90, 120, 60))).save(out)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


@cache
def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG of that many pixels in a few kilobytes."""
    packer = zlib.compressobj(9)
    row = b"\x00" + bytes((width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def broken_png() -> bytes:
    """Return a PNG with a wrong checksum in its header."""
    data = bytearray(encoded("PNG"))
    data[29] ^= 0xFF
    return bytes(data)


def archive(member: str = "a.txt", *, unpacked: int = 10) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(member, b"0" * unpacked)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n%%EOF"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MP3 = b"ID3\x03\x00\x00\x00\x00\x0f\x76" + b"\xff\xfb\x90\x00" * 200

# story → name, content, code of the refusal; what is large is made when it is asked for
REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "a bomb of 400 megapixels": ("b.png", lambda: png_bomb(20_000, 20_000), "too_many_pixels"),
    "a bomb that Pillow only warns of": (
        "b.png",
        lambda: png_bomb(12_000, 12_000),
        "too_many_pixels",
    ),
    "GIF with a script behind": ("a.gif", encoded("GIF") + HTML, "gif_refused"),
    "GIF that says JPEG": ("a.jpg", encoded("GIF"), "gif_refused"),
    "SVG": ("a.svg", SVG, "svg_refused"),
    "SVG that says JPEG": ("a.jpg", SVG, "svg_refused"),
    "SVG in UTF-16": ("a.jpg", SVG.decode().encode("utf-16"), "svg_refused"),
    "HTML": ("a.jpg", HTML, "html_refused"),
    "HTML behind spaces": ("a.jpg", b" \r\n\t" + HTML, "html_refused"),
    "PDF that says JPEG": ("a.jpg", PDF, "pdf_refused"),
    "PDF": ("报告.pdf", PDF, "pdf_refused"),
    "PDF and ZIP": ("a.jpg", PDF + archive(), "pdf_refused"),
    "a ZIP bomb": ("a.zip", lambda: archive(unpacked=10_000_000), "archive_refused"),
    "a workbook with macros": ("a.xlsm", archive("xl/vbaProject.bin"), "archive_refused"),
    "a path out of the archive": ("a.jpg", archive("../../etc/passwd"), "archive_refused"),
    "an old Office file": (
        "a.doc",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 64,
        "archive_refused",
    ),
    "a program": ("报告.pdf.exe", b"MZ" + b"\x00" * 64, "program_refused"),
    "a script": ("a.sh", b"#!/bin/sh\n", "program_refused"),
    "an audio file": ("a.mp3", MP3, "unknown_type"),
    "the test signature of virus scanners": ("a.jpg", EICAR, "unknown_type"),
    "a bitmap": ("a.bmp", encoded("BMP"), "unknown_type"),
    "TIFF": ("a.tif", encoded("TIFF"), "unknown_type"),
    "text": ("a.jpg", "只是文字".encode(), "unknown_type"),
    "a JPEG cut in half": ("a.jpg", picture()[: len(picture()) // 2], "unreadable_image"),
    "three bytes of a JPEG": ("a.jpg", b"\xff\xd8\xff", "unreadable_image"),
    "a PNG with a wrong checksum": ("a.png", broken_png(), "unreadable_image"),
    "nothing": ("a.jpg", b"", "empty"),
    "PNG that says JPEG": ("a.jpg", encoded("PNG"), "wrong_extension"),
    "JPEG that says PDF": ("a.pdf", picture(), "wrong_extension"),
    "JPEG that says program": ("a.exe", picture(), "wrong_extension"),
    "a program's name inside": ("报告.exe.jpg", picture(), "wrong_extension"),
    "a page's name inside": ("a.php.jpg", picture(), "wrong_extension"),
    "more bytes than are read": (
        "a.jpg",
        lambda: picture() + b"0" * 12_000_001,
        "file_too_large",
    ),
}

# story → name, content
TAKEN: dict[str, tuple[str, bytes]] = {
    "upper case": ("IMG_0001.JPG", picture()),
    "no extension": ("现场", picture()),
    "PNG": ("a.png", encoded("PNG")),
    "PNG of 16 bits": ("a.png", encoded("PNG", "I;16")),
    "grey with alpha": ("a.png", encoded("PNG", "LA")),
    "a palette": ("a.png", encoded("PNG", "P")),
    "CMYK": ("a.jpg", encoded("JPEG", "CMYK")),
    "WebP": ("a.webp", encoded("WEBP")),
    "HEIC": ("IMG_1.HEIC", heic()),
    "AVIF": ("a.avif", encoded("AVIF")),
    "a script behind a JPEG": ("a.jpg", picture() + HTML),
    "an archive behind a JPEG": ("a.jpg", picture() + archive()),
}

# typed name → what is shown of it
NAMES = {
    "../../etc/passwd": "passwd.jpg",
    "..\\..\\windows\\win.jpg": "win.jpg",
    "C:\\Users\\x\\现场.jpg": "现场.jpg",
    "CON": "_CON.jpg",
    "x" * 300 + ".jpg": None,
    "\u202egpj.现场.jpg": None,
    "井盖😀.jpg": "井盖😀.jpg",
    ".htaccess": None,
    ".jpg": None,
    "a\r\nSet-Cookie: x=1.jpg": None,
    'a";filename="b.jpg': None,
    "现场 <script>.jpg": None,
    " ": None,
    "\udcff.jpg": None,
}
