"""The one clock. It is read at the edge (middleware, command) and passed in as ``at``."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read() -> datetime:
    """Return the present instant, aware, in UTC. Only the edge calls this."""
    return datetime.now(UTC)


def legal_day(at: datetime) -> date:
    """Return the civil day in Asia/Shanghai on which the instant ``at`` falls."""
    return at.astimezone(SHANGHAI).date()


def instant_text(at: datetime) -> str:
    """Return ``at`` as the ledger writes it: UTC, microseconds, ``Z``.

    A naive instant has no legal day, so it raises ``ValueError``.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
