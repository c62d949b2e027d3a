"""The calendar of this process: read once, and again when the folder changes."""

import logging
import os
from pathlib import Path

from django.conf import settings

from jiceng.kernel.workdays.days import Calendar
from jiceng.kernel.workdays.loader import CalendarMalformed, load_calendar

log = logging.getLogger(__name__)

Mark = tuple[str, int]


class _Shelf:
    """Holds the calendar and the state of the folder it was read from."""

    mark: Mark | None = None
    calendar: Calendar | None = None


_shelf = _Shelf()


def _mark() -> Mark:
    """Return what tells that a file was put into the folder, renamed or taken out."""
    folder = str(settings.WORKDAYS_DIR)
    try:
        return folder, os.stat(folder).st_mtime_ns
    except OSError:
        return folder, 0


def calendar() -> Calendar:
    """Return the calendar of all published years.

    A file moved into the folder is noticed at the next call, one edited in place at the next
    ``read_again``. A broken one raises ``CalendarMalformed`` at the start of the process; later
    the old calendar is kept and the error is logged, so that work goes on.
    """
    mark = _mark()
    if _shelf.calendar is None or _shelf.mark is None or _shelf.mark[0] != mark[0]:
        return read_again()
    if _shelf.mark != mark:
        try:
            return read_again()
        except CalendarMalformed:
            log.exception("the calendar folder changed, but cannot be read; the old one is kept")
            _shelf.mark = mark
    return _shelf.calendar


def read_again() -> Calendar:
    """Read the folder now and return its calendar, or raise ``CalendarMalformed``."""
    mark = _mark()
    fresh = load_calendar(Path(mark[0]))
    _shelf.mark, _shelf.calendar = mark, fresh
    return fresh
