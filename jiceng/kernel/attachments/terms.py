"""The limits of what is taken in, and what may speak against a photo."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 12_000_000
MAX_PIXELS = 40_000_000
# The decoder of WebP takes 17 bytes a pixel where others take 9.
MAX_PIXELS_WEBP = 24_000_000
LONG_SIDE = 2048
THUMB_SIDE = 480
JPEG_QUALITY = 85
LONGEST_NAME = 100
# An upload that no report, step or reply has claimed by then is swept.
UNCLAIMED_FOR = timedelta(hours=24)
# At the pixel limit decoding takes up to 440 MB (measured), so it is one at a time in a process.
# A waiting upload holds a thread of the web server.
DECODER_WAIT = 5  # seconds
# Cameras write at most a dozen.
MAX_SCANS = 100
# Telephones among high houses are wrong by tens of metres, and a place is marked from a desk.
FAR_AWAY = 200  # metres
# A photo of finished work is sent on the day it is taken.
LATE_UPLOAD = timedelta(hours=24)


class Doubt(models.TextChoices):
    """What may speak against a photo as proof; advice for the person who looks."""

    SEEN_BEFORE = "seen_before", _("与以前的照片相同或极为相似")
    FAR_AWAY = "far_away", _("拍摄地点离事件位置过远")
    TOO_OLD = "too_old", _("拍摄时间过早")
    NO_CAPTURE = "no_capture", _("照片未带拍摄时间和地点")
