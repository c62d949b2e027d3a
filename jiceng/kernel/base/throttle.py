"""How often a thing may be tried. The count is kept in the database, so that all processes share
it and a restart forgets nothing."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from jiceng.kernel.base.errors import TooMany
from jiceng.kernel.base.jobs import every
from jiceng.kernel.base.models import Attempt


def count_attempt(bucket: str, *, limit: int, seconds: int, at: datetime) -> None:
    """Count one try of ``bucket`` among those of the last ``seconds``.

    The first try beyond ``limit`` raises ``TooMany`` with ``details["retry_after"]`` in seconds.
    Two windows are kept; of the one before, that share counts which still lies within reach, so
    that nobody gets twice the tries around the turn of the hour.
    """
    bucket = bucket[:200]
    start = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    before, elapsed = start - timedelta(seconds=seconds), (at - start).total_seconds()
    if not Attempt.objects.filter(bucket=bucket, window_start=start).update(count=F("count") + 1):
        _first(bucket, start)
    windows = Attempt.objects.filter(bucket=bucket, window_start__in=(before, start))
    counts = dict(windows.values_list("window_start", "count"))
    if counts[start] + int(counts.get(before, 0) * (1 - elapsed / seconds)) > limit:
        raise TooMany(retry_after=max(1, int(seconds - elapsed)))


def _first(bucket: str, start: datetime) -> None:
    """Insert the first try; if somebody inserted it meanwhile, add to theirs."""
    try:
        with transaction.atomic():
            Attempt.objects.create(bucket=bucket, window_start=start, count=1)
    except IntegrityError:
        Attempt.objects.filter(bucket=bucket, window_start=start).update(count=F("count") + 1)


@every(3600, "tick")
def forget_attempts(at: datetime) -> int:
    """Delete the counts of windows that ended more than a day ago."""
    deleted, _by_model = Attempt.objects.filter(window_start__lt=at - timedelta(days=2)).delete()
    return deleted
