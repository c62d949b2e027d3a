"""The sender's name for a file, made fit to be shown. No path is ever built from it."""

import re
import unicodedata

from jiceng.kernel.attachments.terms import LONGEST_NAME
from jiceng.kernel.base.text import DECEPTIVE

# Windows opens a device under these names, whatever the extension.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
# What a photo without a name is called. It is stored, so no reader's language may decide it.
NAMELESS = "照片"
UNSAFE = frozenset('<>:"|?*')


def _shown(sign: str) -> bool:
    kept = unicodedata.category(sign) not in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")
    return kept and sign not in DECEPTIVE and sign not in UNSAFE


def base_name(typed: str) -> str:
    """Return the last part of ``typed`` without controls, direction marks and leading dots."""
    last = re.split(r"[/\\]", typed[-1000:])[-1]
    name = "".join(filter(_shown, unicodedata.normalize("NFC", last)))
    return " ".join(name.split()).strip(". ")


def display_name(typed: str) -> str:
    """Return the name under which the stored JPEG is shown and downloaded.

    >>> display_name("../../井盖 现场.HEIC")
    '井盖 现场.jpg'
    """
    stem, dot, _extension = base_name(typed).rpartition(".")
    stem = (stem if dot else _extension)[: LONGEST_NAME - 4].strip(". ")
    if DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem or NAMELESS}.jpg"
