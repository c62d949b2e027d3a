"""Stories that are told beside each other, in the order of time, on days on which people work."""

import heapq
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.workdays.service import calendar

# A story says when it wants to go on, and is called then.
Story = Iterator[datetime]


def tell(stories: Iterable[Story]) -> Iterator[datetime]:
    """Let each story go on when its time has come; yield the end of every one."""
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        heapq.heappush(waiting, (next(story), number, story))
    while waiting:
        at, number, story = heapq.heappop(waiting)
        later = next(story, None)
        if later is None:
            yield at
        else:
            heapq.heappush(waiting, (later, number, story))


def working(day: date) -> date:
    """Return ``day``, or the next one on which offices work."""
    known = calendar()
    while not known.is_workday(day):
        day += timedelta(days=1)
    return day


def on(day: date, dice: random.Random) -> datetime:
    """Return an instant in the office hours of ``day``, or of the next working day."""
    at = time(dice.randint(8, 16), dice.randint(0, 59))
    return datetime.combine(working(day), at, SHANGHAI)


def after(at: datetime, dice: random.Random, least: int, most: int) -> datetime:
    """Return an instant in office hours so many days later: at least one."""
    day = at.astimezone(SHANGHAI).date() + timedelta(days=dice.randint(least, most))
    return on(day, dice)
