"""What is refused, with which code, and that nothing is left of it."""

import io
import time

import pytest
from PIL import Image

from jiceng.kernel.attachments.tests import photos
from jiceng.kernel.attachments.tests.photos import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


def svg(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>'.encode()


JPEG = photos.encoded(photos.picture())
PNG = photos.encoded(photos.picture(), "PNG")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        pytest.param(b"", "a.jpg", "empty_file", id="no byte"),
        pytest.param(b"x", "a.jpg", "unknown_type", id="one byte"),
        pytest.param(b"\xff\xd8\xff", "a.jpg", "unreadable_image", id="three bytes of jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a.png", "unreadable_image", id="a png head"),
        pytest.param(JPEG[: len(JPEG) // 2], "a.jpg", "unreadable_image", id="half a jpeg"),
        pytest.param(JPEG[:-20], "a.jpg", "unreadable_image", id="a jpeg cut near its end"),
        pytest.param(PNG[: len(PNG) // 2], "a.png", "unreadable_image", id="half a png"),
        pytest.param(
            PNG.replace(b"IHDR", b"IHDR", 1)[:29] + b"\0\0\0\0" + PNG[33:],
            "a.png",
            "unreadable_image",
            id="a wrong checksum of the head",
        ),
        pytest.param(
            PNG[:-16] + b"\0\0\0\0" + PNG[-12:],
            "a.png",
            "unreadable_image",
            id="a wrong checksum of the pixels",
        ),
        pytest.param(b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "a.webp", "unreadable_image", id="webp"),
        pytest.param(
            b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 40,
            "a.heic",
            "unreadable_image",
            id="a heic head",
        ),
        pytest.param(
            b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0" * 40,
            "a.avif",
            "unreadable_image",
            id="an avif head",
        ),
        pytest.param(b"\0\0\0\x18ftypisom" + b"\0" * 40, "a.heic", "unknown_type", id="a film"),
        pytest.param(svg(""), "a.svg", "svg_refused", id="svg"),
        pytest.param(svg("<script>alert(1)</script>"), "a.jpg", "svg_refused", id="svg as jpg"),
        pytest.param(
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE svg>\n" + svg("<foreignObject/>"),
            "a.svg",
            "svg_refused",
            id="svg behind a mark",
        ),
        pytest.param(svg("").decode().encode("utf-16"), "a.svg", "svg_refused", id="utf-16 svg"),
        pytest.param(b"<!DOCTYPE html><p>", "a.jpg", "html_refused", id="html"),
        pytest.param(b"  <script>1</script>", "a.png", "html_refused", id="script"),
        pytest.param(b"%PDF-1.7\n", "a.jpg", "pdf_refused", id="a pdf as jpg"),
        pytest.param(b"%PDF-1.7\n", "报告.pdf.exe", "pdf_refused", id="pdf.exe"),
        pytest.param(b"PK\x03\x04" + b"\0" * 99, "a.docx", "archive_refused", id="zip"),
        pytest.param(b"PK\x03\x04" + b"\0" * 99, "a.jpg", "archive_refused", id="zip as jpg"),
        pytest.param(b"MZ\x90\0", "a.jpg", "program_refused", id="a program"),
        pytest.param(photos.animated("GIF"), "a.gif", "gif_refused", id="animated gif"),
        pytest.param(b"GIF89a/*" + b"*/=alert(1);//", "a.gif", "gif_refused", id="gif and js"),
        pytest.param(b"BM" + b"\0" * 60, "a.bmp", "unknown_type", id="bmp"),
        pytest.param(b"II*\0" + b"\0" * 60, "a.tif", "unknown_type", id="tiff"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF", "a.eps", "unknown_type", id="eps"),
        pytest.param(b"\x00" * 5000, "a.jpg", "unknown_type", id="nothing but nought"),
        pytest.param(JPEG, "a.png", "wrong_extension", id="a jpeg as png"),
        pytest.param(PNG, "a.jpg", "wrong_extension", id="a png as jpg"),
        pytest.param(JPEG, "a.exe", "wrong_extension", id="a jpeg as exe"),
        pytest.param(JPEG, "a.PHP", "wrong_extension", id="a jpeg as PHP"),
        pytest.param(JPEG, "报告.pdf.jpg", "wrong_extension", id="pdf.jpg"),
        pytest.param(JPEG, "a.php.jpg", "wrong_extension", id="php.jpg"),
        pytest.param(JPEG, "a.jpg.exe", "wrong_extension", id="jpg.exe"),
        pytest.param(JPEG, "a\u202egpj.exe", "wrong_extension", id="exe that looks like jpg"),
        pytest.param(JPEG, "a.jpg\x00.png", "wrong_extension", id="nul before png"),
    ],
)
def test_what_is_refused(data: bytes, name: str, expected: str) -> None:
    assert refusal(data, name) == (422, expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(photos.png_of_size(20_000, 20_000), id="20000 x 20000"),
        pytest.param(photos.png_of_size(12_000, 12_000), id="12000 x 12000"),
        pytest.param(photos.png_of_size(8_000, 5_001), id="a line too many"),
        pytest.param(photos.png_of_size(40_000_001, 1), id="a single line"),
        pytest.param(photos.png_that_says(2**31 - 1, 2**31 - 1), id="as many as can be written"),
    ],
)
def test_bombs_are_refused_before_they_are_decoded(data: bytes) -> None:
    assert len(data) < 200_000
    began = time.process_time()
    assert refusal(data, "a.png") == (422, "too_many_pixels")
    assert time.process_time() - began < 0.5


@pytest.mark.slow
def test_webp_has_a_limit_of_its_own() -> None:
    big = photos.encoded(Image.new("RGB", (6_000, 4_001)), "WEBP", method=0)
    assert refusal(big, "a.webp") == (422, "too_many_pixels")


def test_a_picture_that_is_drawn_a_thousand_times_is_refused_unread() -> None:
    """A progressive JPEG with its last scan repeated costs minutes in a quarter of a megabyte."""
    plain = io.BytesIO()
    Image.new("L", (640, 480)).save(plain, "JPEG", progressive=True)
    data = plain.getvalue()
    last = data.rfind(b"\xff\xda")
    bomb = data[:-2] + data[last:-2] * 1500 + b"\xff\xd9"

    assert refusal(bomb, "bomb.jpg") == (422, "too_many_pixels")
    assert photos.encoded(photos.picture()).count(b"\xff\xda") < 20
