"""The calendar of this process: read once, and again when the folder changes."""

import logging
import os
from pathlib import Path
from time import monotonic

from django.conf import settings

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.loader import CalendarMalformed, load_calendar

log = logging.getLogger(__name__)

# A move asks two or three times; to ask the disk each time would be half of what it costs.
SECONDS_BETWEEN_LOOKS = 1.0


class _Shelf:
    """Holds the calendar, the folder it was read from and its state, and when that was seen."""

    calendar: Calendar | None = None
    folder: Path | None = None
    state: int = 0
    looked_at: float = 0.0


_shelf = _Shelf()


def _state(folder: Path) -> int:
    """Return what tells that a file was put into the folder, renamed or taken out."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def calendar() -> Calendar:
    """Return the calendar of all published years.

    A file moved into the folder is noticed within a second, one edited in place at the next
    ``read_again``. A broken one raises ``CalendarMalformed`` at the start of the process; later
    the old calendar is kept and the error is logged, so that work goes on.
    """
    if _shelf.calendar is None or _shelf.folder is not settings.WORKDAYS_DIR:
        return read_again()
    if monotonic() - _shelf.looked_at < SECONDS_BETWEEN_LOOKS:
        return _shelf.calendar
    return _look(_shelf.calendar, _shelf.folder)


def _look(known: Calendar, folder: Path) -> Calendar:
    """Return the calendar of the folder as it is now, or ``known`` if nothing better is there."""
    _shelf.looked_at = monotonic()
    state = _state(folder)
    if state == _shelf.state:
        return known
    try:
        return read_again()
    except CalendarMalformed:
        log.exception("the calendar folder changed, but cannot be read; the old one is kept")
        _shelf.state = state
        return known


def read_again() -> Calendar:
    """Read the folder now and return its calendar, or raise ``CalendarMalformed``."""
    folder, looked_at = settings.WORKDAYS_DIR, monotonic()
    state = _state(folder)
    fresh = load_calendar(Path(folder))
    _shelf.folder, _shelf.state, _shelf.looked_at = folder, state, looked_at
    _shelf.calendar = fresh
    return fresh
