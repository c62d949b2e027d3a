"""The limits of what is taken in."""

from datetime import timedelta

MAX_BYTES = 12_000_000
MAX_PIXELS = 40_000_000
LONG_SIDE = 2048
THUMB_SIDE = 480
JPEG_QUALITY = 85
LONGEST_NAME = 100
# An upload that no report, step or reply has claimed by then is swept.
UNCLAIMED_FOR = timedelta(hours=24)
# Decoding takes up to half a gigabyte at the pixel limit, so few at a time.
DECODERS = 2
DECODER_WAIT = 20  # seconds
