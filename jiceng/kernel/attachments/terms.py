"""The limits of what is taken in."""

from datetime import timedelta

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
