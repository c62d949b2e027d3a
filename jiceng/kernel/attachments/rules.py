"""What may speak against a photo as proof of work done. Plain Python.

All of it is advice: a person looks into a finding, and no finding refuses anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from jiceng.kernel.attachments.terms import FAR_AWAY, LATE_UPLOAD, Doubt
from jiceng.kernel.places.rules import Place, metres_between

# Two hashes of one picture differ by at most so many of 64 bits after scaling and re-encoding.
NEAR = 3
# One part more than bits may differ: of two hashes that are near, one part at least is equal.
PARTS = NEAR + 1
PART = 16 // PARTS  # hexadecimal digits
# A picture whose rows are of fewer kinds is flat, striped or shows one edge: so do many others.
FEWEST_ROWS = 3
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """One reason to look again at a photo, and the values that it rests on.

    ``detail`` holds ``uid``, ``subject`` and ``bits`` (seen_before), ``metres`` (far_away),
    ``hours`` and ``before``, which is "step" or "upload" (too_old), nothing (no_capture).
    """

    code: Doubt
    detail: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return the sentence for the screen, in the reader's language."""
        return str(self.code.label)

    @property
    def weak(self) -> bool:
        """Tell whether it says only that nothing is known, which is no reproach."""
        return self.code is Doubt.NO_CAPTURE


class Seen(NamedTuple):
    """A photo that came earlier."""

    uid: str
    subject: str
    phash: str


def parts_of(phash: str) -> tuple[str, ...]:
    """Return the four parts of a hash; hashes within three bits share one of them at least."""
    return tuple(phash[at : at + PART] for at in range(0, PART * PARTS, PART))


def apart(one: str, other: str) -> int:
    """Return in how many of 64 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def telling(phash: str) -> bool:
    """Tell whether a hash can tell its picture from others.

    Not so for a picture that is flat or nearly so, or whose rows look alike.
    """
    if len(phash) != PART * PARTS:
        return False
    brighter = int(phash, 16).bit_count()
    rows = {phash[at : at + 2] for at in range(0, len(phash), 2)}
    return NEAR < brighter < 64 - NEAR and len(rows) >= FEWEST_ROWS


def seen_before(phash: str, earlier: Iterable[Seen]) -> Finding | None:
    """Return a finding that names the photo most like this one; of equals the first."""
    if not telling(phash):
        return None
    near = [(bits, photo) for photo in earlier if (bits := apart(phash, photo.phash)) <= NEAR]
    if not near:
        return None
    bits, photo = min(near, key=lambda pair: pair[0])
    return Finding(Doubt.SEEN_BEFORE, {"uid": photo.uid, "subject": photo.subject, "bits": bits})


def far_away(taken: Place | None, place: Place | None, metres: float = FAR_AWAY) -> Finding | None:
    """Return a finding where the photo was taken more than ``metres`` from ``place``."""
    if taken is None or place is None:
        return None
    distance = metres_between(taken, place)
    return Finding(Doubt.FAR_AWAY, {"metres": round(distance)}) if distance > metres else None


def time_known(taken_at: datetime | None, at: datetime) -> datetime | None:
    """Return when a photo was taken, unless that has not come yet: then the clock was wrong.

    Otherwise a clock set to next year would answer every question of age.
    """
    return taken_at if taken_at is not None and taken_at <= at else None


def _too_old(before: str, by: timedelta) -> Finding:
    return Finding(Doubt.TOO_OLD, {"before": before, "hours": round(by / HOUR, 1)})


def too_old(
    taken_at: datetime | None, *, since: datetime | None, uploaded_at: datetime | None
) -> Finding | None:
    """Return a finding where the photo was taken before ``since``, or long before its upload.

    What is not known is not held against it.
    """
    if taken_at is None:
        return None
    if since is not None and taken_at < since:
        return _too_old("step", since - taken_at)
    if uploaded_at is not None and uploaded_at - taken_at > LATE_UPLOAD:
        return _too_old("upload", uploaded_at - taken_at)
    return None


def no_capture(taken_at: datetime | None, taken: Place | None) -> Finding | None:
    """Return a finding where the camera said neither when nor where."""
    return Finding(Doubt.NO_CAPTURE) if taken_at is None and taken is None else None
