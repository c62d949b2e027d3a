"""What is in force from one instant to another."""

from datetime import datetime

from django.db.models import Q


def in_force(at: datetime) -> Q:
    """Versions begin with their first instant and end before their last."""
    return Q(valid_from__lte=at) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at))
