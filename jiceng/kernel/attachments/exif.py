"""When and where a photo was taken, as the camera says; read before everything is stripped."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from PIL import Image

from jiceng.kernel.base.clock import SHANGHAI

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
TAKEN, TAKEN_OFFSET = 0x9003, 0x9011
LAT_REF, LAT, LNG_REF, LNG = 1, 2, 3, 4

MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Capture:
    """Instant and WGS-84 position of the camera. A claim of the sender, and personal data."""

    at: datetime | None = None
    lat: float | None = None
    lng: float | None = None


def _zone(offset: object) -> tzinfo:
    match = OFFSET.fullmatch(str(offset or ""))
    if not match:
        return SHANGHAI
    sign = -1 if match[1] == "-" else 1
    return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))


def _moment(tags: dict[int, Any]) -> datetime | None:
    match = MOMENT.fullmatch(str(tags.get(TAKEN, "")).strip("\x00 "))
    if not match:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    zone = _zone(tags.get(TAKEN_OFFSET))
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _degrees(parts: Sequence[Any], reference: str, negative: str, limit: int) -> float | None:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= limit:
        return None
    return -value if reference.strip("\x00 ").upper() == negative else value


def _place(tags: dict[int, Any]) -> tuple[float, float] | None:
    lat = _degrees(tags[LAT], tags[LAT_REF], "S", 90)
    lng = _degrees(tags[LNG], tags[LNG_REF], "W", 180)
    # Cameras without a fix write zeros; nobody photographs a manhole in the Gulf of Guinea.
    return None if lat is None or lng is None or (lat, lng) == (0, 0) else (lat, lng)


def _or_none(read: Any, tags: dict[int, Any]) -> Any:
    """Whatever is wrong with the tags costs what they say, never the photo."""
    try:
        return read(tags)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        return None


def read_capture(exif: Image.Exif) -> Capture:
    """Return when and where the photo was taken; what is absent or absurd is ``None``.

    A time without offset is taken as Asia/Shanghai.
    """
    place = _or_none(_place, exif.get_ifd(GPS_IFD))
    moment = _or_none(_moment, exif.get_ifd(EXIF_IFD))
    return Capture(moment, *(place or (None, None)))
