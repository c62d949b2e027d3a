"""What a clock on a wall somewhere showed, as an instant: explicit where a clock is set."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jiceng.systems.grid.management.replay.refusals import BadRow

FIRST_YEAR, LAST_YEAR = 1950, 2199


@dataclass(frozen=True)
class Times:
    """How a file writes an instant, in which zone, and which reading is meant where a clock showed
    an hour twice (``ambiguous``) or never (``nonexistent``)."""

    format: str
    zone: ZoneInfo
    ambiguous: str
    nonexistent: str


def read_instant(text: str, times: Times, what: str) -> datetime:
    """Return the instant, in UTC, that ``text`` names on the clocks of ``times.zone``.

    Raises ``BadRow`` for what is no date and, unless the mapping says which is meant, for an hour
    that a clock showed twice or never.
    """
    try:
        shown = datetime.strptime(text, times.format).replace(tzinfo=times.zone)
    except ValueError as error:
        raise BadRow("date_malformed", f"{what}“{text[:40]}”不是规定格式的日期时间") from error
    if not FIRST_YEAR <= shown.year <= LAST_YEAR:
        raise BadRow("date_out_of_range", f"{what}“{text[:40]}”的年份超出范围")
    return _decided(shown, times, f"{what}“{text[:40]}”")


def _decided(first: datetime, times: Times, what: str) -> datetime:
    """Decide between the two readings that a wall clock has when it is set back or forward.

    Going there and back shows which it is: a reading that comes back changed was never shown.
    """
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    back = first.astimezone(UTC).astimezone(times.zone)
    if back.replace(tzinfo=None) == first.replace(tzinfo=None):
        if times.ambiguous == "refuse":
            raise BadRow("time_ambiguous", f"{what}在夏令时结束时出现两次，对照表未说明取哪一次")
        return (first if times.ambiguous == "earlier" else second).astimezone(UTC)
    if times.nonexistent == "refuse":
        raise BadRow("time_nonexistent", f"{what}在夏令时开始时不存在")
    # With the offset from before the change the clock that was not set yet is meant.
    return first.astimezone(UTC)
