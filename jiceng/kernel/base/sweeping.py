"""Rows of Django and of the lock-out that nobody asks for any more."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from jiceng.kernel.base.jobs import every

# The longest six months: so long the Cybersecurity Law 网络安全法 has logs of access kept.
KEPT = timedelta(days=184)


@every(86_400, "tick")
def clear_sessions(at: datetime) -> int:
    """Delete the sessions that have ended; every anonymous report begins one."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]


@every(86_400, "tick")
def forget_sign_ins(at: datetime) -> int:
    """Delete what is kept of signing in, right or wrong, after six months."""
    tables = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(row.objects.filter(attempt_time__lt=at - KEPT).delete()[0] for row in tables)
