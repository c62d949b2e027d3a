"""What a file is, by its content. Its name and declared type come from the sender."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.refusals import RefusedType, WrongExtension
from jiceng.kernel.attachments.terms import MAX_PIXELS, MAX_PIXELS_WEBP


@dataclass(frozen=True)
class Format:
    """A kind of photo: its decoder, the extensions it may carry, how big it may be."""

    name: str
    extensions: frozenset[str]
    max_pixels: int = MAX_PIXELS


JPEG = Format("JPEG", frozenset({"jpg", "jpeg", "jpe", "jfif"}))
PNG = Format("PNG", frozenset({"png"}))
WEBP = Format("WEBP", frozenset({"webp"}), MAX_PIXELS_WEBP)
HEIF = Format("HEIF", frozenset({"heic", "heif", "hif"}))
AVIF = Format("AVIF", frozenset({"avif"}))

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}

# First bytes of what people try to send, so that the answer can name it.
REFUSED = [
    ("gif_refused", _("不接受 GIF 动图，请改用照片。"), (b"GIF87a", b"GIF89a")),
    ("pdf_refused", _("这里只接受照片，不接受 PDF。"), (b"%PDF",)),
    (
        "archive_refused",
        _("这里只接受照片，不接受压缩包或办公文档。"),
        (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"),
    ),
    ("program_refused", _("这里只接受照片，不接受程序。"), (b"MZ", b"\x7fELF", b"#!")),
]
# Extensions that a second extension may hide behind: «报告.pdf.jpg».
PROGRAMS = {"apk", "bat", "cgi", "com", "dll", "exe", "hta", "jar", "msi", "ps1", "py", "scr", "sh"}
PAGES = {"css", "htm", "html", "js", "json", "jsp", "php", "phtml", "svg", "svgz", "swf", "xml"}
PAPERS = {"csv", "doc", "docx", "pdf", "ppt", "pptx", "ps", "rtf", "vbs", "xls", "xlsm", "xlsx"}
ARCHIVES = {"7z", "bz2", "gif", "gz", "iso", "rar", "tar", "xz", "zip"}
OTHER_EXTENSIONS = PROGRAMS | PAGES | PAPERS | ARCHIVES


def _boxed(data: bytes) -> Format | None:
    """Read the brands of an ISO base media file; phones write HEIC and AVIF as such."""
    if data[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, size, 4)}
    if brands & AVIF_BRANDS:
        return AVIF
    return HEIF if brands & HEIF_BRANDS else None


def _photo(data: bytes) -> Format | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return _boxed(data)


def _refuse_markup(data: bytes) -> None:
    head = data[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").lower().replace(b"\x00", b"")
    if not head.startswith(b"<"):
        return
    if b"<svg" in data[:4096].replace(b"\x00", b"").lower():
        raise RefusedType(_("不接受 SVG 图形，请改用照片。"), code="svg_refused")
    raise RefusedType(_("这里只接受照片，不接受网页。"), code="html_refused")


def sniff(data: bytes) -> Format:
    """Return what kind of photo ``data`` is, or raise ``RefusedType`` with a code of its own."""
    photo = _photo(data)
    if photo:
        return photo
    for code, sentence, beginnings in REFUSED:
        if data.startswith(beginnings):
            raise RefusedType(sentence, code=code)
    _refuse_markup(data)
    raise RefusedType()


def check_extension(name: str, photo: Format) -> None:
    """Raise ``WrongExtension`` where ``name`` says another type; a name may have no extension."""
    *inner, last = name.lower().split(".")[1:] or [""]
    if last and last not in photo.extensions:
        raise WrongExtension()
    if OTHER_EXTENSIONS.intersection(part.strip() for part in inner):
        raise WrongExtension()
